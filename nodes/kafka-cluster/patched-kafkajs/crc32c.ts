/** The polynomial of Castagnoli, its bits in reverse order (RFC 3720, section 12.1). */
const POLYNOMIAL = 0x82f63b78;
const SLICES = 8;

/** By slice, what a byte that is so many bytes before the end of eight contributes. */
const TABLES = makeTables();

/**
 * The checksum of a Kafka record batch, eight bytes at a step ("slicing by 8": M. Kounavis and F. Berry, Intel 2006).
 * @returns CRC-32C, 32 bits without a sign
 */
export function crc32c(bytes: Uint8Array): number {
  const [t0, t1, t2, t3, t4, t5, t6, t7] = TABLES;
  const { length } = bytes;
  let crc = -1;
  let at = 0;
  for (const end = length - SLICES; at <= end; at += SLICES) {
    crc ^= bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
    crc =
      t7[crc & 255]! ^
      t6[(crc >>> 8) & 255]! ^
      t5[(crc >>> 16) & 255]! ^
      t4[crc >>> 24]! ^
      t3[bytes[at + 4]!]! ^
      t2[bytes[at + 5]!]! ^
      t1[bytes[at + 6]!]! ^
      t0[bytes[at + 7]!]!;
  }
  for (; at < length; at++) crc = t0[(crc ^ bytes[at]!) & 255]! ^ (crc >>> 8);
  return ~crc >>> 0;
}

type Tables = [
  Int32Array,
  Int32Array,
  Int32Array,
  Int32Array,
  Int32Array,
  Int32Array,
  Int32Array,
  Int32Array,
];

function makeTables(): Tables {
  const table = Int32Array.from({ length: 256 }, (_, byte) => {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ POLYNOMIAL : crc >>> 1;
    return crc;
  });
  const tables = [table];
  while (tables.length < SLICES) {
    tables.push(tables.at(-1)!.map((crc) => table[crc & 255]! ^ (crc >>> 8)));
  }
  return tables as Tables;
}
