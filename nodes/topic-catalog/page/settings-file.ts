import type { ChangedAnswer, Note, NotesAnswer, SettingsFile, VariableSetting } from '../contract';
import type { Client } from './client';

type Asking = Pick<Client, 'ask'>;

/** What stands in a file beside its contents: so that no other JSON is taken for one. */
const MARK = { format: 'serial-kafka-mongo settings', version: 1 } as const;
/** More than all that may be set takes. */
const MOST_CHARACTERS = 10_000_000;
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
export function readSettingsFile(text: string): { variables: unknown[]; notes: unknown[] } {
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
 * Has all of it checked before anything is changed.
 * @param onProgress told how many entries are in
 * @throws AnswerError where topic-catalog refuses an entry, or does not answer
 */
export async function importSettings(
  client: Asking,
  { variables, notes }: { variables: readonly unknown[]; notes: readonly unknown[] },
  onProgress: (done: number, all: number) => void,
): Promise<void> {
  const all = variables.length + notes.length;
  const pieces: { variables: readonly unknown[]; notes: readonly unknown[] }[] = [];
  for (let at = 0; at < Math.max(variables.length, notes.length); at += PIECE)
    pieces.push({ variables: variables.slice(at, at + PIECE), notes: notes.slice(at, at + PIECE) });
  for (const piece of pieces) await client.ask<ChangedAnswer>('import', { check: true, ...piece });
  let done = 0;
  for (const piece of pieces) {
    await client.ask<ChangedAnswer>('import', piece);
    done += piece.variables.length + piece.notes.length;
    onProgress(done, all);
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
