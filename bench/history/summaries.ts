import { ObjectId } from 'mongodb';
import type { ReadingDocument } from '../../nodes/mongo-sink/storing/document';
import type { HistoryDatabase } from '../../nodes/mongo-sink/history/history-database';
import { DirtyHours } from '../../nodes/mongo-sink/history/dirty-hours';
import { summariseMark } from '../../nodes/mongo-sink/history/summarise';
import { DAY_MS, HOUR_MS } from '../../nodes/shared/durations';
import { leastIdAt, numberOf } from '../../nodes/shared/stored-reading';
import { Summary } from '../../nodes/shared/summary';
import {
  CHUNK_CELLS,
  cellIndex,
  chunkEnd,
  chunkId,
  hourOf,
  markId,
  type ChunkDocument,
  type Level,
} from '../../nodes/shared/summary-chunks';
import { NODES } from './generator';

/** Documents that are inserted together. */
const BATCH = 1_000;
const VARIABLES = ['humedad', 'temperatura', 'sensacion', 'radiacion'];
const NEVER = new AbortController().signal;

/**
 * Summarises readings as they are made, as mongo-sink leaves them after a year, but many documents at a time: node-hour by
 * node-hour its summariser takes most of an hour for a year of a hundred nodes. `differences` has it do some again.
 */
export class SummaryWriter {
  private readonly open = new Map<string, OpenChunk>();
  private finished: ChunkDocument[] = [];

  constructor(private readonly history: HistoryDatabase) {}

  /** Takes a node's readings in the order of time. */
  async add(reading: ReadingDocument): Promise<void> {
    const { nodo } = reading;
    const time = reading.ts.getTime();
    const values = VARIABLES.map((name) => [name, numberOf(reading[name])] as const);
    for (const level of ['minute', 'hour', 'day'] as const) {
      const key = `${nodo}|${level}`;
      let chunk = this.open.get(key);
      if (!chunk?.covers(time)) {
        if (chunk) this.finished.push(chunk.document());
        this.open.set(key, (chunk = new OpenChunk(level, nodo, time)));
      }
      chunk.cell(time).add(values);
    }
    if (this.finished.length >= BATCH) await this.flush();
  }

  async end(): Promise<void> {
    for (const chunk of this.open.values()) this.finished.push(chunk.document());
    this.open.clear();
    await this.flush();
  }

  private async flush(): Promise<void> {
    const documents = this.finished;
    this.finished = [];
    while (documents.length > 0)
      await this.history.chunks.insertMany(documents.splice(0, BATCH), { ordered: false });
  }
}

/** The document that a node's readings are being folded into. */
class OpenChunk {
  private readonly id: string;
  private readonly end: number;
  private readonly cells = new Map<number, Summary>();

  constructor(
    private readonly level: Level,
    nodo: string,
    time: number,
  ) {
    this.id = chunkId(level, nodo, time);
    this.end = chunkEnd(level, time);
  }

  covers(time: number): boolean {
    return time < this.end;
  }

  cell(time: number): Summary {
    const index = cellIndex(this.level, time);
    let cell = this.cells.get(index);
    if (!cell) this.cells.set(index, (cell = new Summary()));
    return cell;
  }

  document(): ChunkDocument {
    const celdas: ChunkDocument['celdas'] = Array.from({ length: CHUNK_CELLS[this.level] }, () => null);
    for (const [index, cell] of this.cells) celdas[index] = cell.toCell(VARIABLES);
    return { _id: this.id, v: new ObjectId(), variables: VARIABLES, celdas };
  }
}

/** Marks an hour, as storing its readings does. */
export async function markHour(history: HistoryDatabase, nodo: string, hour: number): Promise<void> {
  const marks = new DirtyHours({
    collection: () => Promise.resolve(history.marks),
    onWaiting: (error) => {
      throw error;
    },
  });
  await marks.mark([{ nodo, _id: leastIdAt(hour) }], NEVER);
}

/**
 * Has mongo-sink's summariser do hours at random again.
 * @returns of how many the documents became different
 */
export async function differences(history: HistoryDatabase, now: number, hours: number): Promise<number> {
  let different = 0;
  for (let i = 0; i < hours; i++) {
    const nodo = NODES[Math.floor(Math.random() * NODES.length)] ?? '';
    const hour = hourOf(now - HOUR_MS - Math.random() * 364 * DAY_MS);
    const ids = (['minute', 'hour', 'day'] as const).map((level) => chunkId(level, nodo, hour));
    const before = await contentOf(history, ids);
    await markHour(history, nodo, hour);
    await summariseMark(history, markId(nodo, hour));
    if ((await contentOf(history, ids)) !== before) different++;
  }
  return different;
}

async function contentOf({ chunks }: HistoryDatabase, ids: string[]): Promise<string> {
  const documents = await chunks.find({ _id: { $in: ids } }, { projection: { v: 0 } }).toArray();
  const content = documents.sort((a, b) => (a._id < b._id ? -1 : 1));
  // Sums depend on the order of adding in their last digits.
  return JSON.stringify(content, (_key, value: unknown) =>
    typeof value === 'number' ? Number(value.toPrecision(12)) : value,
  );
}
