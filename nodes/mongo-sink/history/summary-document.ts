import { MongoServerError, ObjectId, type Collection } from 'mongodb';
import { Summary } from '../../shared/summary';
import {
  CHUNK_CELLS,
  MAX_CHUNK_VARIABLES,
  cellIndex,
  chunkId,
  type ChunkDocument,
  type Level,
} from '../../shared/summary-chunks';
import { DUPLICATE_KEY } from '../storing/write-errors';

/** Somebody else changed the document between our reading and our writing of it. */
export class ChunkConflict extends Error {
  constructor(id: string) {
    super(`${id} was changed meanwhile`);
    this.name = new.target.name;
  }
}

/**
 * A document of summaries as it was at one moment, and what is to be changed in it.
 *
 * It is written only if nobody has changed it since it was read, and it is read before what the new cells are made of
 * is. So of two programs at the same work the one that writes last has also seen all that the other has.
 */
export class Chunk {
  private readonly changed = new Map<number, Summary>();

  private constructor(
    private readonly level: Level,
    private readonly id: string,
    private readonly stored: ChunkDocument | undefined,
  ) {}

  /** Reads the documents that cover a time. */
  static async read<L extends Level>(
    chunks: Collection<ChunkDocument>,
    nodo: string,
    time: number,
    levels: readonly L[],
  ): Promise<Record<L, Chunk>> {
    const ids = levels.map((level) => chunkId(level, nodo, time));
    const found = new Map<string, ChunkDocument>();
    for await (const document of chunks.find({ _id: { $in: ids } })) found.set(document._id, document);
    const entries = levels.map((level, i) => {
      const id = ids[i] ?? '';
      return [level, new Chunk(level, id, found.get(id))] as const;
    });
    return Object.fromEntries(entries) as Record<L, Chunk>;
  }

  /** The summary of a time's cell, as it will be. */
  get(time: number): Summary | undefined {
    const index = cellIndex(this.level, time);
    return this.changed.get(index) ?? this.storedAt(index);
  }

  /**
   * Puts a summary in, unless there is one of more readings: readings are only ever added, until they expire, and then
   * their summary stays.
   */
  put(time: number, summary: Summary): void {
    const index = cellIndex(this.level, time);
    const before = this.storedAt(index);
    if (before && before.readings > summary.readings) return;
    this.changed.set(index, summary);
  }

  /** @throws ChunkConflict when it is no longer as it was read */
  async write(chunks: Collection<ChunkDocument>): Promise<void> {
    if (this.changed.size === 0) return;
    const variables = this.variables();
    const cells = Array.from(this.changed, ([index, summary]) => [index, summary.toCell(variables)] as const);
    if (this.stored) await this.update(chunks, variables, cells, this.stored.v);
    else await this.insert(chunks, variables, cells);
  }

  private async update(
    chunks: Collection<ChunkDocument>,
    variables: string[],
    cells: (readonly [number, (number | null)[]])[],
    v: ObjectId,
  ): Promise<void> {
    const paths = Object.fromEntries(cells.map(([index, cell]) => [`celdas.${index}`, cell]));
    const update = { $set: { v: new ObjectId(), variables, ...paths } };
    const { matchedCount } = await chunks.updateOne({ _id: this.id, v }, update);
    if (matchedCount === 0) throw new ChunkConflict(this.id);
  }

  private async insert(
    chunks: Collection<ChunkDocument>,
    variables: string[],
    cells: (readonly [number, (number | null)[]])[],
  ): Promise<void> {
    const celdas: ChunkDocument['celdas'] = Array.from({ length: CHUNK_CELLS[this.level] }, () => null);
    for (const [index, cell] of cells) celdas[index] = cell;
    try {
      await chunks.insertOne({ _id: this.id, v: new ObjectId(), variables, celdas });
    } catch (error) {
      if (error instanceof MongoServerError && error.code === DUPLICATE_KEY) throw new ChunkConflict(this.id);
      throw error;
    }
  }

  private variables(): string[] {
    const names = new Set(this.stored?.variables);
    for (const summary of this.changed.values()) {
      for (const name of summary.variables.keys()) if (names.size < MAX_CHUNK_VARIABLES) names.add(name);
    }
    return Array.from(names);
  }

  private storedAt(index: number): Summary | undefined {
    const cell = this.stored?.celdas[index];
    return cell ? Summary.ofCell(cell, this.stored?.variables ?? []) : undefined;
  }
}
