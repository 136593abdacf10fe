import { UserError, shorten } from '../../shared/user-error';

/**
 * A JSON string (to be skipped), or a whole number of 16 digits or more without fraction or exponent. In what is JSON, where
 * each string ends, that takes as long as the text is; elsewhere the square of it.
 */
const LONG_INTEGER = /"(?:[^"\\]|\\.)*"|-?\b\d{16,}\b(?![.eE])/g;

/** Characters or bytes of a text: the database takes documents of 16 MB, and a number has up to four times its size as text. */
const MAX_LENGTH = 64 * 1024 * 1024;

const utf8 = new TextDecoder('utf-8', { fatal: true });

/**
 * Reads a payload that came as text or bytes.
 * @returns the JSON value; whole numbers beyond 2^53 as bigint, where JSON.parse would round them
 * @throws UserError when it is too long, the bytes are not UTF-8 or the text is not JSON
 */
export function parseJson(source: string | Uint8Array): unknown {
  const bytes = source.length;
  if (bytes > MAX_LENGTH) throw new UserError('mongo-sink.errors.too-large', { bytes, limit: MAX_LENGTH });
  const text = typeof source === 'string' ? source : decode(source);
  try {
    const rounded = JSON.parse(text) as unknown;
    const marked = markLongIntegers(text);
    return marked === undefined
      ? rounded
      : (JSON.parse(marked.text, (_key, value: unknown) => unmark(value, marked.mark)) as unknown);
  } catch (cause) {
    throw new UserError('mongo-sink.errors.not-json', { value: shorten(text) }, { cause });
  }
}

function decode(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch (cause) {
    throw new UserError('mongo-sink.errors.not-utf8', { value: shorten(Buffer.from(bytes)) }, { cause });
  }
}

/** Turns long integers into marked strings; the mark is one that the text does not contain. */
function markLongIntegers(text: string): { text: string; mark: string } | undefined {
  let mark = 'int:';
  let found = false;
  const replace = (token: string): string => {
    if (token.startsWith('"') || Number.isSafeInteger(Number(token))) return token;
    found = true;
    return JSON.stringify(mark + token);
  };
  if (!/\d{16}/.test(text)) return undefined;
  while (text.includes(mark)) mark += ':';
  const marked = text.replace(LONG_INTEGER, replace);
  return found ? { text: marked, mark } : undefined;
}

function unmark(value: unknown, mark: string): unknown {
  return typeof value === 'string' && value.startsWith(mark) ? BigInt(value.slice(mark.length)) : value;
}
