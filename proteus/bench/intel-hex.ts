import { BenchError } from './errors';

/** Flash of the ATmega328P, in bytes. */
const FLASH_BYTES = 0x8000;

const DATA = 0;
const END_OF_FILE = 1;
const EXTENDED_SEGMENT_ADDRESS = 2;
const EXTENDED_LINEAR_ADDRESS = 4;
const START_ADDRESSES = [3, 5];

/**
 * Reads a program in Intel HEX, as avr-objcopy and the Arduino IDE write it.
 * @returns the flash as the chip's 16-bit words; what the file leaves out is erased (0xffff)
 * @throws BenchError with the line number, for anything but a whole program that fits an UNO
 */
export function parseIntelHex(text: string): Uint16Array {
  const flash = new Uint8Array(FLASH_BYTES).fill(0xff);
  let base = 0;
  let bytes = 0;
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === '') continue;
    const where = `line ${index + 1}`;
    const record = parseRecord(line.trim(), where);
    if (record.type === END_OF_FILE) {
      if (bytes === 0) throw new BenchError('the file holds no program');
      return new Uint16Array(flash.buffer);
    }
    if (record.type === DATA) {
      const address = base + record.address;
      if (address + record.data.length > FLASH_BYTES) {
        throw new BenchError(
          `${where}: address 0x${address.toString(16)} is beyond the UNO's 32 KiB of flash`,
        );
      }
      flash.set(record.data, address);
      bytes += record.data.length;
    } else if (record.type === EXTENDED_SEGMENT_ADDRESS) {
      base = record.data.readUInt16BE(0) * 16;
    } else if (record.type === EXTENDED_LINEAR_ADDRESS) {
      base = record.data.readUInt16BE(0) * 0x10000;
    } else if (!START_ADDRESSES.includes(record.type)) {
      throw new BenchError(`${where}: unknown record type ${record.type}`);
    }
  }
  throw new BenchError('the end-of-file record is missing: the file is cut short, or is not Intel HEX');
}

function parseRecord(line: string, where: string): { type: number; address: number; data: Buffer } {
  if (!/^:([0-9a-f]{2}){5,}$/i.test(line)) throw new BenchError(`${where}: not an Intel HEX record`);
  const bytes = Buffer.from(line.slice(1), 'hex');
  const length = bytes.readUInt8(0);
  if (bytes.length !== length + 5) {
    throw new BenchError(`${where}: the record announces ${length} bytes and holds ${bytes.length - 5}`);
  }
  if (bytes.reduce((sum, byte) => sum + byte, 0) % 256 !== 0) {
    throw new BenchError(`${where}: wrong checksum`);
  }
  const type = bytes.readUInt8(3);
  const data = bytes.subarray(4, 4 + length);
  if ((type === EXTENDED_SEGMENT_ADDRESS || type === EXTENDED_LINEAR_ADDRESS) && length !== 2) {
    throw new BenchError(`${where}: an address record holds 2 bytes, not ${length}`);
  }
  return { type, address: bytes.readUInt16BE(1), data };
}
