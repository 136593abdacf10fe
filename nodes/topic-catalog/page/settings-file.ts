import type { ChangedAnswer, Note, NotesAnswer, SettingsFile, VariableSetting } from '../contract';
import type { Client } from './client';

type Asking = Pick<Client, 'ask'>;

/** What stands in a file beside its contents: so that no other JSON is taken for one. */
const MARK = { format: 'serial-kafka-mongo settings', version: 1 } as const;
/** More than all that may be set takes. */
const MOST_CHARACTERS = 10_000_000;
/** A character takes no more than three. */
const MOST_BYTES = 3 * MOST_CHARACTERS;
/** Entries of a message; topic-catalog takes no more at once. */
const PIECE = 50;
const NOTES_A_PAGE = 200;

/** A file that can't be taken in, and why. */
export class SettingsFileError extends Error {
  constructor(readonly reason: 'notOurs' | 'tooLarge') {
    super(reason);
    this.name = 'SettingsFileError';
  }
}

/**
 * Larger ones are not read at all.
 * @throws SettingsFileError when the file is none of settings
 */
export async function readSettings(file: Pick<Blob, 'size' | 'text'>): Promise<Unchecked> {
  if (file.size > MOST_BYTES) throw new SettingsFileError('tooLarge');
  return readSettingsFile(await file.text());
}

/** What a file says, whatever that is. */
interface Unchecked {
  variables: readonly unknown[];
  notes: readonly unknown[];
}

/** @returns all that is set and written, as a file has it */
export async function collectSettings(
  client: Asking,
  variables: readonly VariableSetting[],
): Promise<SettingsFile> {
  const notes = new Map<string, Note>();
  for (let offset = 0, total = 1; offset < total; offset += NOTES_A_PAGE) {
    const answer = await client.ask<NotesAnswer>('notes', { offset, limit: NOTES_A_PAGE });
    for (const note of answer.notes) notes.set(note.id, note);
    total = answer.total;
  }
  return { variables: [...variables], notes: [...notes.values()] };
}

export function writeSettingsFile(file: SettingsFile): string {
  return `${JSON.stringify({ ...MARK, ...file }, null, 2)}\n`;
}

/**
 * What is inside is checked by topic-catalog.
 * @throws SettingsFileError when the text is no such file
 */
export function readSettingsFile(text: string): Unchecked {
  if (text.length > MOST_CHARACTERS) throw new SettingsFileError('tooLarge');
  const content = parsed(text);
  if (typeof content !== 'object' || content === null) throw new SettingsFileError('notOurs');
  const { format, version, variables, notes } = content as Record<string, unknown>;
  if (
    format !== MARK.format ||
    version !== MARK.version ||
    !Array.isArray(variables) ||
    !Array.isArray(notes)
  )
    throw new SettingsFileError('notOurs');
  return { variables, notes };
}

/**
 * Has all of it checked, each entry and how many there would be with what is set already, before anything is changed.
 * @param set what is set of variables now
 * @param onProgress told how many entries are in
 * @throws AnswerError where topic-catalog refuses an entry, or does not answer
 */
export async function importSettings(
  client: Asking,
  { variables, notes }: Unchecked,
  set: readonly VariableSetting[],
  onProgress: (done: number, all: number) => void,
): Promise<void> {
  const all = variables.length + notes.length;
  const pieces: Unchecked[] = [];
  for (let at = 0; at < Math.max(variables.length, notes.length); at += PIECE)
    pieces.push({ variables: variables.slice(at, at + PIECE), notes: notes.slice(at, at + PIECE) });
  for (const piece of pieces) await client.ask<ChangedAnswer>('import', { check: true, ...piece });
  const total = totalOf({ variables, notes }, await collectSettings(client, set));
  await client.ask<ChangedAnswer>('import', { check: true, total });
  let done = 0;
  for (const piece of pieces) {
    await client.ask<ChangedAnswer>('import', piece);
    done += piece.variables.length + piece.notes.length;
    onProgress(done, all);
  }
}

/** How many of each kind there are once a file, of which each entry has been found right, is in. */
function totalOf(file: Unchecked, set: SettingsFile): { variables: number; notes: number } {
  const keys = new Set(set.variables.map(keyOf));
  for (const setting of file.variables as readonly VariableSetting[]) {
    if (isEmpty(setting)) keys.delete(keyOf(setting));
    else keys.add(keyOf(setting));
  }
  const ids = new Set([...set.notes, ...(file.notes as readonly Note[])].map(({ id }) => id));
  return { variables: keys.size, notes: ids.size };
}

function keyOf({ nodo, variable }: VariableSetting): string {
  return JSON.stringify([nodo, variable]);
}

function isEmpty(setting: VariableSetting): boolean {
  return Object.keys(setting).every((field) => field === 'nodo' || field === 'variable');
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
