import {
  DATA_BOUNDS,
  MAX_VALUE_MEMORY,
  MEMORY,
  describeExcess,
  excessOf,
  type Excess,
  type MemoryMeter,
} from '../../shared/data-bounds';
import { DecodeError } from './codec';

/** Of the texts that numbers become: of one byte a schema may make a thousand digits. */
const MOST_DIGITS = 2 ** 24;
/** How often a schema's fields may be gone through: one byte may stand for a message of very many fields that are absent. */
const MOST_LOOKS = 2 ** 24;

/**
 * Counts what a value becomes while it is read: a few bytes can describe billions of elements, and each level of a
 * schema that contains itself takes one byte.
 */
export class Budget {
  private depth = 0;
  private fields = 0;
  private elements = 0;
  private digitCount = 0;
  private looks = 0;
  private memory = 0;

  enter(): void {
    if (++this.depth > DATA_BOUNDS.depth) throw exceeds({ bound: 'depth', limit: DATA_BOUNDS.depth });
    this.takes(MEMORY.object);
  }

  leave(): void {
    this.depth--;
  }

  field(name = ''): void {
    if (++this.fields > DATA_BOUNDS.fields) throw exceeds({ bound: 'fields', limit: DATA_BOUNDS.fields });
    if (name.length > DATA_BOUNDS.name) throw exceeds({ bound: 'name', limit: DATA_BOUNDS.name });
    this.takes(MEMORY.field + name.length);
  }

  element(): void {
    if (++this.elements > DATA_BOUNDS.elements)
      throw exceeds({ bound: 'elements', limit: DATA_BOUNDS.elements });
    this.takes(MEMORY.element);
  }

  text(text: string): string {
    this.takes(MEMORY.text + text.length);
    return text;
  }

  bytes(bytes: Buffer): Buffer {
    this.takes(MEMORY.bytes);
    return bytes;
  }

  digits(count: number): void {
    this.takes(MEMORY.text + count);
    this.digitCount += count;
    if (this.digitCount > MOST_DIGITS)
      throw new DecodeError(`more than ${MOST_DIGITS} digits of decimals`, 'schema-bounds');
  }

  /** @param fields of the schema that are gone through */
  look(fields: number): void {
    this.looks += fields;
    if (this.looks > MOST_LOOKS)
      throw new DecodeError(`more than ${MOST_LOOKS} fields, with those that are absent`, 'schema-bounds');
  }

  private takes(bytes: number): void {
    this.memory += bytes;
    if (this.memory > MAX_VALUE_MEMORY) throw exceeds({ bound: 'memory', limit: MAX_VALUE_MEMORY });
  }
}

/**
 * @param meter told how much memory the value takes
 * @returns the value, if it is no larger than any value may be
 * @throws DecodeError
 */
export function withinBounds(value: unknown, meter: MemoryMeter | undefined): unknown {
  const excess = excessOf(value, DATA_BOUNDS, meter);
  if (excess) throw exceeds(excess);
  return value;
}

export function exceeds(excess: Excess): DecodeError {
  return new DecodeError(describeExcess(excess), 'schema-bounds');
}
