import { randomUUID } from 'node:crypto';

/** What becomes of whole numbers beyond 2^53, which JSON.parse rounds: their digits as text, a bigint, or the rounded number. */
export type LargeIntegers = 'text' | 'bigint' | 'number';

/** No shorter whole number is too long for a double. */
const LONG = /\d{16}/;
const LONG_INTEGER = /^-?\d{16,}$/;
/** Nobody can guess it, and so no text can hold it. */
const MARK = `${randomUUID()}:`;

const QUOTE = 34;
const BACKSLASH = 92;

/**
 * JSON.parse, but for large whole numbers. What it does grows with the text's length and no faster.
 * @throws SyntaxError as JSON.parse does
 */
export function parseExactly(text: string, large: LargeIntegers): unknown {
  const parsed = JSON.parse(text) as unknown;
  if (large === 'number' || !LONG.test(text)) return parsed;
  const quoted = quoteLarge(text, large === 'bigint' ? MARK : '');
  if (quoted === undefined) return parsed;
  const exact = JSON.parse(quoted) as unknown;
  return large === 'bigint' ? withBigInts(exact) : exact;
}

/** @returns the text with its large whole numbers as strings, if there are any */
function quoteLarge(text: string, mark: string): string | undefined {
  let quoted = '';
  let copied = 0;
  for (let at = 0; at < text.length;) {
    const character = text.charCodeAt(at);
    if (character === QUOTE) {
      at = endOfString(text, at);
    } else if (isOfNumber(character)) {
      const start = at;
      while (isOfNumber(text.charCodeAt(at))) at++;
      const token = text.slice(start, at);
      if (!LONG_INTEGER.test(token) || Number.isSafeInteger(Number(token))) continue;
      quoted += `${text.slice(copied, start)}"${mark}${token}"`;
      copied = at;
    } else {
      at++;
    }
  }
  return copied === 0 ? undefined : quoted + text.slice(copied);
}

/** @param start at its first quote. @returns where it has ended */
function endOfString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    const character = text.charCodeAt(at);
    if (character === QUOTE) return at + 1;
    if (character === BACKSLASH) at++;
  }
  return text.length;
}

/** Digits, signs, the point, and the e of an exponent: NaN, behind the end, is none of them. */
function isOfNumber(character: number): boolean {
  return (
    (character >= 48 && character <= 57) ||
    character === 43 ||
    character === 45 ||
    character === 46 ||
    character === 69 ||
    character === 101
  );
}

function withBigInts(value: unknown): unknown {
  const root = { value };
  const branches: object[] = [root];
  for (let branch = branches.pop(); branch; branch = branches.pop()) {
    for (const [name, field] of Object.entries(branch) as [string, unknown][]) {
      if (typeof field === 'object' && field !== null) branches.push(field);
      if (typeof field !== 'string' || !field.startsWith(MARK)) continue;
      // By its definition, since an assignment to __proto__ makes no field.
      Object.defineProperty(branch, name, { value: BigInt(field.slice(MARK.length)) });
    }
  }
  return root.value;
}
