import { isUtf8 } from 'node:buffer';

const ESCAPE = String.fromCharCode(0x1b);
const BELL = String.fromCharCode(0x07);
/**
 * What is meant for a terminal (ECMA-48, xterm): a colour as ESP-IDF puts around its log lines, a window's title as
 * CircuitPython prints it before a program's first line, a set of characters, a cursor kept or restored.
 */
const TERMINAL_CONTROL = new RegExp(
  [
    `${ESCAPE}\\[[0-9;?]{0,32}[@-~]`,
    `${ESCAPE}\\][^${ESCAPE}${BELL}]{0,256}(?:${BELL}|${ESCAPE}\\\\)`,
    `${ESCAPE}[()*+][0-9A-Za-z]`,
    `${ESCAPE}[78=>c]`,
  ].join('|'),
  'g',
);
const TAB = 0x09;
const RETURN = 0x0d;
const SPACE = 0x20;
const DELETE = 0x7f;
const BYTE_ORDER_MARK = 0xfeff;
/** As an editor or a page puts it into a program's text. */
const NO_BREAK_SPACE = 0xa0;

/**
 * Decodes bytes. A TextDecoder would throw at those that are no text, which takes ten times as long as to look first: on a
 * line of noise that is most of the work.
 * @returns the bytes as text, or undefined where they are not UTF-8
 */
export function decode(bytes: Buffer): string | undefined {
  return isUtf8(bytes) ? bytes.toString('utf8') : undefined;
}

/** More of its characters are beyond ASCII in no text that a board prints; of noise nearly half are. */
const MOST_FOREIGN = 1 / 8;
/** Latin-1's letters; its last two are what a line gives that begins or breaks off. */
const [FIRST_FOREIGN, LAST_FOREIGN] = [0xa0, 0xfd];

/**
 * Tells text of an older encoding from noise: a `°` of Latin-1 is the one byte 0xB0, and all around it is ASCII.
 * @param bytes that are not UTF-8
 * @returns the first byte beyond ASCII, where it is such a text
 */
export function foreignByte(bytes: Buffer): { at: number; byte: number } | undefined {
  let first: { at: number; byte: number } | undefined;
  let count = 0;
  for (const [at, byte] of bytes.entries()) {
    if (byte < SPACE ? byte !== TAB && byte !== RETURN : byte >= DELETE && byte < FIRST_FOREIGN)
      return undefined;
    if (byte > LAST_FOREIGN) return undefined;
    if (byte < FIRST_FOREIGN) continue;
    count += 1;
    first ??= { at, byte };
  }
  return count <= bytes.length * MOST_FOREIGN ? first : undefined;
}

/** @returns the text without what is meant for a terminal, such as colours */
export function withoutColours(text: string): string {
  return text.includes(ESCAPE) ? text.replace(TERMINAL_CONTROL, '') : text;
}

/**
 * Leaves out what stands around a line and says nothing: spaces, XON and XOFF, STX and ETX, the NUL of a board that
 * begins, a byte order mark.
 */
export function trimmed(text: string): string {
  let [from, end] = [0, text.length];
  while (from < end && saysNothing(text.charCodeAt(from))) from += 1;
  while (end > from && saysNothing(text.charCodeAt(end - 1))) end -= 1;
  return text.slice(from, end);
}

const CONTROL = /(?!\t)[\p{Cc}\ufffd]/u;
/** What a digit, a sign or a point becomes that loses one bit: the `1` of `23.1` is an XON then. */
const LOST_DIGITS = new Set([0x0b, 0x0c, 0x0e, ...Array.from({ length: 10 }, (_, digit) => 0x10 + digit)]);

/**
 * Finds what no text has, so that it was damaged or is in another encoding. Around a line it may stand and say nothing,
 * save where it may have been a digit of the first value or of the last one.
 * @returns its index
 */
export function damagedAt(text: string): number | undefined {
  let [from, end] = [0, text.length];
  while (from < end && saysNothing(text.charCodeAt(from))) {
    if (LOST_DIGITS.has(text.charCodeAt(from))) return from;
    from += 1;
  }
  while (end > from && saysNothing(text.charCodeAt(end - 1))) {
    if (LOST_DIGITS.has(text.charCodeAt(end - 1))) return end - 1;
    end -= 1;
  }
  const at = text.slice(from, end).search(CONTROL);
  return at < 0 ? undefined : from + at;
}

/** @returns the first index from `at` on at which something stands that is not left out by `trimmed` */
export function nextMark(text: string, at: number): number {
  let next = at;
  while (next < text.length && saysNothing(text.charCodeAt(next))) next += 1;
  return next;
}

function saysNothing(code: number): boolean {
  return code <= SPACE || code === DELETE || code === BYTE_ORDER_MARK || code === NO_BREAK_SPACE;
}
