import { READING_BOUNDS } from '../shared/data-bounds';
import { isFromBrowser } from '../shared/from-browser';
import { TooLargeForJson, jsonCopy } from '../shared/json-copy';
import { UserError, shorten } from '../shared/user-error';

/** What a message asks of the node. */
export type Command = { action: 'write'; bytes: Buffer } | { action: 'release' | 'take' };

/** A board has little memory: what is longer is a mistake. */
const MOST_BYTES = 16 * 1024;

/**
 * Reads what a message asks for: its `action`, or without one that its payload is written to the board: a text, or an
 * object as JSON, as one line that ends in LF; a Buffer as it is.
 * @throws UserError about a message of a dashboard's page, an action that there is not, or a payload that cannot be written
 */
export function readCommand(message: { action?: unknown; payload?: unknown }): Command {
  // A page that anyone may look at is not to speak to the board.
  if (isFromBrowser(message)) throw new UserError('serial-json-in.errors.from-browser');
  const { action, payload } = message;
  if (action === undefined || action === 'write') return { action: 'write', bytes: bytesOf(payload) };
  if (action === 'release' || action === 'take') return { action };
  throw new UserError('serial-json-in.errors.no-such-action', { value: shorten(action) });
}

function bytesOf(payload: unknown): Buffer {
  // A Proxy may throw where it is asked for its class, and is no view.
  const bytes = ArrayBuffer.isView(payload) && Buffer.isBuffer(payload) ? payload : lineOf(payload);
  if (bytes.length === 0) throw new UserError('serial-json-in.errors.nothing-to-write');
  return notTooLong(bytes);
}

function lineOf(payload: unknown): Buffer {
  const text = typeof payload === 'string' ? payload : toJson(payload);
  if (text === undefined || text === '') return Buffer.alloc(0);
  notTooLong(text);
  return Buffer.from(text.endsWith('\n') ? text : `${text}\n`);
}

function notTooLong<T extends string | Buffer>(text: T): T {
  const { length } = text;
  if (length > MOST_BYTES)
    throw new UserError('serial-json-in.errors.write-too-long', { length, max: MOST_BYTES });
  return text;
}

/** What is more than this is too long for the board in any case. */
const WRITTEN_BOUNDS = {
  ...READING_BOUNDS,
  fields: MOST_BYTES,
  elements: MOST_BYTES,
  characters: MOST_BYTES,
};

function toJson(payload: unknown): string | undefined {
  try {
    return payload === null ? undefined : JSON.stringify(jsonCopy(payload, WRITTEN_BOUNDS));
  } catch (cause) {
    if (cause instanceof TooLargeForJson)
      throw new UserError('serial-json-in.errors.write-too-large', {
        detail: cause.message,
        max: MOST_BYTES,
      });
    throw new UserError('serial-json-in.errors.not-writable', { value: shorten(payload) }, { cause });
  }
}
