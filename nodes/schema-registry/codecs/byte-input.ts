import { isUtf8 } from 'node:buffer';
import { DecodeError } from './codec';

/** The bytes of one value, read from the front on. All throw a DecodeError where there are too few. */
export class ByteInput {
  private at = 0;

  constructor(private readonly bytes: Buffer) {}

  get left(): number {
    return this.bytes.length - this.at;
  }

  byte(): number {
    const byte = this.bytes[this.at];
    if (byte === undefined) throw tooShort();
    this.at++;
    return byte;
  }

  take(length: number): Buffer {
    if (!(length >= 0 && length <= this.left)) throw tooShort();
    this.at += length;
    return this.bytes.subarray(this.at - length, this.at);
  }

  text(length: number): string {
    const taken = this.take(length);
    if (!isUtf8(taken)) throw new DecodeError('a text in it is not UTF-8');
    return taken.toString('utf8');
  }

  /** A base-128 number of up to 64 bits, without a sign. */
  varint(): bigint {
    let low = 0;
    // Up to 49 bits a double has them all, and costs less.
    for (let shift = 1; shift < 2 ** 49; shift *= 128) {
      const byte = this.byte();
      low += (byte & 127) * shift;
      if (byte < 128) return BigInt(low);
    }
    let value = BigInt(low);
    for (let shift = 49n; shift < 70n; shift += 7n) {
      const byte = this.byte();
      value |= BigInt(byte & 127) << shift;
      if (byte < 128) return BigInt.asUintN(64, value);
    }
    throw new DecodeError('a number in it has more than 64 bits');
  }

  /** The same with a sign, small numbers of both signs being short. */
  zigzag(): bigint {
    const value = this.varint();
    return value & 1n ? -(value >> 1n) - 1n : value >> 1n;
  }

  /** A number that counts or measures something. */
  count(value: bigint): number {
    const number = Number(value);
    if (!Number.isSafeInteger(number)) throw tooShort();
    return number;
  }

  /** All of it has been read. */
  end(): void {
    if (this.left > 0) throw new DecodeError(`${this.left} bytes are left behind it`);
  }
}

function tooShort(): DecodeError {
  return new DecodeError('it ends too early');
}
