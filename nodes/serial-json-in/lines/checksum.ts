const POLYNOMIAL = 0x1021;
const START = 0xffff;
const TABLE = Uint16Array.from({ length: 256 }, (_, byte) => {
  let crc = byte << 8;
  for (let bit = 0; bit < 8; bit++) crc = crc & 0x8000 ? (crc << 1) ^ POLYNOMIAL : crc << 1;
  return crc & 0xffff;
});

/**
 * CRC-16/IBM-3740, also called CCITT-FALSE: polynomial 0x1021, start 0xFFFF, nothing reflected; 0x29B1 for "123456789".
 * avr-libc's `_crc_xmodem_update` from 0xFFFF on and Python's `binascii.crc_hqx(line, 0xFFFF)` compute it.
 *
 * Of the single losses, flips and swaps on the firmware's own line it finds all; the usual one of 8 bits (polynomial 0x07)
 * lets a loss pass, and NMEA's exclusive or finds no swap.
 */
export function crc16(bytes: Uint8Array): number {
  let crc = START;
  for (const byte of bytes) crc = ((crc << 8) & 0xffff) ^ (TABLE[(crc >>> 8) ^ byte] ?? 0);
  return crc;
}

/** The end of a line that carries a checksum: `*` and four hexadecimal digits. */
const CHECKSUM = /\*([0-9A-Fa-f]{4})(?![0-9A-Za-z])/y;
/** In characters. */
export const CHECKSUM_LENGTH = 5;

/** What stands behind a part of a line: no checksum, one that is right, or one that is not. */
export interface Checked {
  checksum: 'none' | 'right' | 'wrong';
  end: number;
}

/**
 * Looks for a checksum at an index of a line.
 * @param text the line
 * @param from where the part that it covers begins
 * @param at where it is to stand: behind that part
 * @returns what it says, and the index behind it
 */
export function checkAt(text: string, from: number, at: number): Checked {
  if (text[at] !== '*') return { checksum: 'none', end: at };
  CHECKSUM.lastIndex = at;
  const digits = CHECKSUM.exec(text)?.[1];
  if (digits === undefined) return { checksum: 'wrong', end: at };
  const right = crc16(Buffer.from(text.slice(from, at))) === Number.parseInt(digits, 16);
  return { checksum: right ? 'right' : 'wrong', end: at + CHECKSUM_LENGTH };
}

/** @returns the line with its checksum, as a board prints it */
export function withChecksum(line: string): string {
  return `${line}*${crc16(Buffer.from(line)).toString(16).toUpperCase().padStart(4, '0')}`;
}
