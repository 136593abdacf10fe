import { randomUUID } from 'node:crypto';
import { MongoServerError, type Db, type Document } from 'mongodb';
import { toError } from '../../shared/user-error';
import { CatalogError } from '../catalog-error';
import type { Note, SettingsFile, VariableSetting } from '../contract';
import { TIMEOUT, askDatabase, type DatabaseSource } from '../database-source';
import type { SettingsTotal } from '../requests';
import { SETTINGS_BOUNDS, checkNote, checkVariable, type NewNote } from './schema';

export interface SettingsSource extends DatabaseSource {
  settingsCollection: string;
}

export interface PageSettingsListener {
  /** called when something has changed, here or by somebody else */
  onChange: () => void;
  /** called when the database refuses to read what is set, once until it does; that it is away others tell */
  onProblem: (error: Error) => void;
}

/** Another Node-RED may write into the same database. */
const READ_AGAIN_MS = 30_000;
/** Until it is read for the first time no limit of the page holds. */
const FIRST_READ_MS = 2_000;
/** Changes that wait for the one before them. */
const MOST_WAITING = 100;

const VARIABLE = 'variable';
const NOTE = 'nota';

/**
 * What people set on the page: how variables are shown, with their limits, and notes. It is kept in the database, a document
 * each, and whole in memory, which its bounds allow.
 */
export class PageSettings {
  private byVariable = new Map<string, VariableSetting>();
  private byNote = new Map<string, Note>();
  private turn: Promise<unknown> = Promise.resolve();
  private waiting = 0;
  private timer: NodeJS.Timeout | undefined;
  private read = false;
  private failed = false;
  private closed = false;
  private readonly begun = Date.now();
  private changes = 0;

  constructor(
    private readonly source: SettingsSource,
    private readonly listener: PageSettingsListener,
  ) {}

  /** Reads what is set, as soon as there is a connection, and again every now and then. @returns after the first attempt */
  async start(): Promise<void> {
    await this.readAgain();
  }

  close(): void {
    this.closed = true;
    clearTimeout(this.timer);
  }

  /** Another text after each change; also after a start, since nobody knows what happened before it. */
  get revision(): string {
    return `${this.begun.toString(36)}-${this.changes}`;
  }

  /** Those of all nodes first. */
  get variables(): VariableSetting[] {
    return [...this.byVariable.values()].sort((a, b) => Number(a.nodo !== null) - Number(b.nodo !== null));
  }

  /** @returns the notes that touch [from, to], of one node or of all; the newest first */
  notes(nodo?: string, from = -Infinity, to = Infinity): Note[] {
    return [...this.byNote.values()]
      .filter((note) => nodo === undefined || note.nodo === nodo)
      .filter((note) => note.from <= to && (note.to ?? note.from) >= from)
      .sort((a, b) => b.from - a.from || b.written - a.written);
  }

  /** Sets a variable; one of which nothing is set any more is as it was before. @throws CatalogError */
  async setVariable(setting: VariableSetting): Promise<number> {
    return this.write({ variables: [setting], notes: [] });
  }

  /** @throws CatalogError */
  async addNote(note: NewNote): Promise<number> {
    return this.write({ variables: [], notes: [{ id: randomUUID(), ...note, written: Date.now() }] });
  }

  /** @throws CatalogError */
  async deleteNote(id: string): Promise<number> {
    return this.inTurn(async (db) => {
      await this.in(db).deleteOne({ _id: noteKey(id) }, TIMEOUT);
      return this.byNote.delete(id) ? 1 : 0;
    });
  }

  /** Takes in what stood in a file; what has been set of the same variables, and notes of the same id, give way. */
  async write(file: SettingsFile): Promise<number> {
    return this.inTurn(async (db) => {
      this.checkRoom(file);
      const documents = [
        ...file.variables.map((setting) => ({
          _id: variableKey(setting),
          document: isEmpty(setting) ? undefined : { kind: VARIABLE, ...setting },
        })),
        ...file.notes.map(({ id, ...note }) => ({ _id: noteKey(id), document: { kind: NOTE, id, ...note } })),
      ];
      const operations = documents.map(({ _id, document }) =>
        document
          ? { replaceOne: { filter: { _id }, replacement: document, upsert: true } }
          : { deleteOne: { filter: { _id } } },
      );
      if (operations.length > 0) await this.in(db).bulkWrite(operations, TIMEOUT);
      for (const setting of file.variables) {
        if (isEmpty(setting)) this.byVariable.delete(variableKey(setting));
        else this.byVariable.set(variableKey(setting), setting);
      }
      for (const note of file.notes) this.byNote.set(note.id, note);
      return operations.length;
    });
  }

  /** @throws CatalogError where there would be more than may be kept */
  checkRoom({ variables, notes }: SettingsFile): void {
    const keys = new Set([...this.byVariable.keys(), ...variables.map(variableKey)]);
    for (const setting of variables) if (isEmpty(setting)) keys.delete(variableKey(setting));
    const ids = new Set([...this.byNote.keys(), ...notes.map(({ id }) => id)]);
    this.checkTotal({ variables: keys.size, notes: ids.size });
  }

  /**
   * What there is more of already may stay, and be changed.
   * @throws CatalogError where so many are more than may be kept
   */
  checkTotal({ variables, notes }: SettingsTotal): void {
    if (variables > SETTINGS_BOUNDS.variables && variables > this.byVariable.size)
      throw new CatalogError('request', 'too-many-variables', { max: SETTINGS_BOUNDS.variables });
    if (notes > SETTINGS_BOUNDS.notes && notes > this.byNote.size)
      throw new CatalogError('request', 'too-many-notes', { max: SETTINGS_BOUNDS.notes });
  }

  private in(db: Db) {
    return db.collection<{ _id: string } & Document>(this.source.settingsCollection);
  }

  /** One after the other: each sees what the one before has left. */
  private async inTurn(change: (db: Db) => Promise<number>): Promise<number> {
    if (this.waiting >= MOST_WAITING) throw new CatalogError('request', 'too-many-changes');
    this.waiting++;
    const mine = this.turn.then(() => askDatabase(this.source, change));
    this.turn = mine.catch(() => undefined);
    try {
      const changed = await mine;
      if (changed > 0) this.changed();
      return changed;
    } finally {
      this.waiting--;
    }
  }

  private async readAgain(): Promise<void> {
    const mine = this.turn.then(() => this.readAll());
    this.turn = mine.catch(() => undefined);
    try {
      if (await mine) this.changed();
      this.failed = false;
    } catch (thrown) {
      const error = toError(thrown);
      const isRefused = error.cause instanceof MongoServerError;
      if (isRefused && !this.failed && !this.closed) this.listener.onProblem(error);
      this.failed ||= isRefused;
    }
    if (!this.closed)
      this.timer = setTimeout(() => void this.readAgain(), this.read ? READ_AGAIN_MS : FIRST_READ_MS);
  }

  /** @returns whether something is not as it was */
  private async readAll(): Promise<boolean> {
    const documents = await askDatabase(this.source, async (db) =>
      this.in(db)
        .find(
          { kind: { $in: [VARIABLE, NOTE] } },
          { limit: SETTINGS_BOUNDS.variables + SETTINGS_BOUNDS.notes, ...TIMEOUT },
        )
        .toArray(),
    );
    const variables = new Map<string, VariableSetting>();
    const notes = new Map<string, Note>();
    for (const { _id, kind, ...content } of documents) {
      // What others have put there, and what a later version keeps there, is left alone.
      if (kind === VARIABLE) {
        const found = checkVariable(content);
        if ('value' in found) variables.set(_id, found.value);
      } else {
        const found = checkNote(content);
        if ('value' in found) notes.set(found.value.id, found.value);
      }
    }
    const before = this.fingerprint();
    this.byVariable = variables;
    this.byNote = notes;
    this.read = true;
    return this.fingerprint() !== before;
  }

  private fingerprint(): string {
    const sorted = <T>(map: Map<string, T>): T[] =>
      [...map].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, value]) => value);
    return JSON.stringify([sorted(this.byVariable), sorted(this.byNote)]);
  }

  private changed(): void {
    this.changes++;
    if (!this.closed) this.listener.onChange();
  }
}

function variableKey({ nodo, variable }: VariableSetting): string {
  return `${VARIABLE}:${JSON.stringify([nodo, variable])}`;
}

function noteKey(id: string): string {
  return `${NOTE}:${id}`;
}

/** Whether nothing is set of a variable. */
function isEmpty(setting: VariableSetting): boolean {
  return Object.keys(setting).every((field) => field === 'nodo' || field === 'variable');
}
