/*
 * Whole numbers as Kafka's records have them (varint, varlong): zigzag, so that small negative ones are short too, then seven
 * bits a byte. As arithmetic where 31 bits are not enough: a difference of times may pass them.
 */

const ONE_BYTE = 128;
const INT31 = 2 ** 31;

/** @returns the bytes that a whole number takes */
export function varintSize(value: number): number {
  let rest = zigzag(value);
  let bytes = 1;
  for (; rest >= ONE_BYTE; rest = Math.floor(rest / ONE_BYTE)) bytes++;
  return bytes;
}

/** @returns where it ends */
export function writeVarint(into: Buffer, value: number, at: number): number {
  let rest = zigzag(value);
  for (; rest >= INT31; rest = Math.floor(rest / ONE_BYTE)) into[at++] = (rest % ONE_BYTE) | ONE_BYTE;
  for (; rest >= ONE_BYTE; rest >>>= 7) into[at++] = (rest & 127) | ONE_BYTE;
  into[at++] = rest;
  return at;
}

function zigzag(value: number): number {
  return value < 0 ? -2 * value - 1 : 2 * value;
}
