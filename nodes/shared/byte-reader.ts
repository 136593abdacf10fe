/** The bytes end before what they say they hold, or say what cannot be. */
export class DamagedBytesError extends Error {
  constructor(reason: string) {
    super(reason);
    this.name = new.target.name;
  }
}

/** Reads the numbers and byte strings of Kafka's records, one after the other; never beyond the end. */
export class ByteReader {
  /** @param at where it begins, and then where it is */
  constructor(
    readonly bytes: Buffer,
    public at = 0,
    readonly end = bytes.length,
  ) {}

  get left(): number {
    return this.end - this.at;
  }

  int8(): number {
    return this.bytes.readInt8(this.move(1));
  }

  int16(): number {
    return this.bytes.readInt16BE(this.move(2));
  }

  int32(): number {
    return this.bytes.readInt32BE(this.move(4));
  }

  int64(): bigint {
    return this.bytes.readBigInt64BE(this.move(8));
  }

  /** Zigzag, seven bits a byte: as exact as a double up to 53 bits, which no sound time difference or length passes. */
  varint(): number {
    let value = 0;
    let scale = 1;
    for (let length = 1; length <= 10; length++) {
      if (this.at >= this.end) throw new DamagedBytesError('a number ends too early');
      const byte = this.bytes[this.at++]!;
      value += (byte & 127) * scale;
      if (byte < 128) return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
      scale *= 128;
    }
    throw new DamagedBytesError('a number does not end');
  }

  /** Bytes behind their length as a varint; null for the length -1. They are not copied. */
  varBytes(): Buffer | null {
    const length = this.varint();
    return length === -1 ? null : this.take(length);
  }

  /** Text behind its length as a varint. */
  varText(): string {
    const length = this.varint();
    const start = this.move(length);
    return this.bytes.toString('utf8', start, this.at);
  }

  /** Bytes behind their length in four bytes; null for the length -1. They are not copied. */
  int32Bytes(): Buffer | null {
    const length = this.int32();
    return length === -1 ? null : this.take(length);
  }

  take(length: number): Buffer {
    const start = this.move(length);
    return this.bytes.subarray(start, this.at);
  }

  /** @returns where it was */
  private move(length: number): number {
    const start = this.at;
    if (!(length >= 0 && length <= this.end - start)) {
      throw new DamagedBytesError(`${length} bytes are announced, ${this.end - start} are left`);
    }
    this.at = start + length;
    return start;
  }
}
