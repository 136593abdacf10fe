import type { MemoryMeter } from '../../../shared/data-bounds';
import type { LargeIntegers } from '../../../shared/exact-json';
import { Budget, withinBounds } from '../budget';
import { ByteInput } from '../byte-input';
import { DecodeError } from '../codec';
import { integerOf, setField } from '../values';
import { decimalText } from './decimal';
import type { AvroType, Decimal } from './schema';

/**
 * Reads a value in Avro's binary encoding. Bytes become Buffers, decimals their digits as text, times the number that
 * stands there, unions the value alone.
 * @throws DecodeError
 */
export function readAvro(
  type: AvroType,
  bytes: Buffer,
  integers: LargeIntegers,
  meter?: MemoryMeter,
): unknown {
  const input = new ByteInput(bytes);
  const value = new AvroReader(input, integers).read(type);
  input.end();
  return withinBounds(value, meter);
}

class AvroReader {
  private readonly budget = new Budget();

  constructor(
    private readonly input: ByteInput,
    private readonly integers: LargeIntegers,
  ) {}

  read(type: AvroType): unknown {
    switch (type.kind) {
      case 'null':
        return null;
      case 'boolean':
        return this.boolean();
      case 'int':
        return Number(BigInt.asIntN(32, this.input.zigzag()));
      case 'long':
        return integerOf(this.input.zigzag(), this.integers);
      case 'float':
        return this.input.take(4).readFloatLE();
      case 'double':
        return this.input.take(8).readDoubleLE();
      case 'string':
        return this.budget.text(this.input.text(this.length()));
      case 'bytes':
        return this.bytes(this.input.take(this.length()), type.decimal);
      case 'fixed':
        return this.bytes(this.input.take(type.size), type.decimal);
      case 'enum':
        return this.choice(type.symbols, 'symbol');
      case 'union':
        return this.read(this.choice(type.branches, 'branch'));
      case 'array':
        return this.nested(() => this.array(type.items));
      case 'map':
        return this.nested(() => this.map(type.values));
      case 'record':
        return this.nested(() => {
          const record = {};
          for (const field of type.fields) {
            this.budget.field();
            setField(record, field.name, this.read(field.type));
          }
          return record;
        });
    }
  }

  private nested<T>(read: () => T): T {
    this.budget.enter();
    const value = read();
    this.budget.leave();
    return value;
  }

  private array(items: AvroType): unknown[] {
    const array: unknown[] = [];
    for (let left = this.blockCount(); left > 0; left = this.blockCount()) {
      for (; left > 0; left--) {
        this.budget.element();
        array.push(this.read(items));
      }
    }
    return array;
  }

  private map(values: AvroType): object {
    const map = {};
    for (let left = this.blockCount(); left > 0; left = this.blockCount()) {
      for (; left > 0; left--) {
        const name = this.input.text(this.length());
        this.budget.field(name);
        setField(map, name, this.read(values));
      }
    }
    return map;
  }

  /** A negative count is followed by the bytes of the block, for those that pass it over. */
  private blockCount(): number {
    const count = this.input.zigzag();
    if (count >= 0n) return this.input.count(count);
    this.input.zigzag();
    return this.input.count(-count);
  }

  private boolean(): boolean {
    const byte = this.input.byte();
    if (byte > 1) throw new DecodeError(`the byte ${byte} is no boolean`);
    return byte === 1;
  }

  private length(): number {
    return this.input.count(this.input.zigzag());
  }

  private choice<T>(choices: readonly T[], what: string): T {
    const index = this.input.zigzag();
    const chosen = index < 0n || index >= choices.length ? undefined : choices[Number(index)];
    if (chosen === undefined) throw new DecodeError(`it has no ${what} ${index}`);
    return chosen;
  }

  private bytes(bytes: Buffer, decimal: Decimal | undefined): Buffer | string {
    if (!decimal) return this.budget.bytes(bytes);
    const text = decimalText(bytes, decimal);
    if (text === undefined) throw new DecodeError('a decimal has too many digits', 'schema-bounds');
    this.budget.digits(text.length);
    return text;
  }
}
