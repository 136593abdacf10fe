import { DATA_BOUNDS, describeExcess, excessOf, type DataBounds } from '../../shared/data-bounds';
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

  enter(): void {
    if (++this.depth > DATA_BOUNDS.depth) throw exceeds('depth');
  }

  leave(): void {
    this.depth--;
  }

  field(name = ''): void {
    if (++this.fields > DATA_BOUNDS.fields) throw exceeds('fields');
    if (name.length > DATA_BOUNDS.name) throw exceeds('name');
  }

  element(): void {
    if (++this.elements > DATA_BOUNDS.elements) throw exceeds('elements');
  }

  digits(count: number): void {
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
}

/** @returns the value, if it is no larger than any value may be. @throws DecodeError */
export function withinBounds(value: unknown): unknown {
  const excess = excessOf(value, DATA_BOUNDS);
  if (excess) throw new DecodeError(describeExcess(excess), 'schema-bounds');
  return value;
}

function exceeds(bound: keyof DataBounds): DecodeError {
  return new DecodeError(describeExcess({ bound, limit: DATA_BOUNDS[bound] }), 'schema-bounds');
}
