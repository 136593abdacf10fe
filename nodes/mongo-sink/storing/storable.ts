import { BSON } from 'mongodb';
import { OWN_FIELDS } from '../../shared/stored-reading';
import { DATA_BOUNDS, describeExcess, type DataBounds } from '../../shared/data-bounds';
import { UserError, shorten } from '../../shared/user-error';

/** MongoDB's limits on a document ("MongoDB Limits and Thresholds" in its manual): levels of nesting, bytes. */
const MAX_DEPTH = DATA_BOUNDS.depth;
const MAX_BYTES = 16 * 1024 * 1024;

/** Room for the fields that the sink adds to a reading. */
const OWN_FIELDS_BYTES = 1024;

const INT64 = { min: -(2n ** 63n), max: 2n ** 63n - 1n };

/** The years 1 to 9999: servers that keep dates as their language does answer to no other, nor to what is sent beside it. */
const DATES = { min: -62_135_596_800_000, max: 253_402_300_799_999 };

/** The tag by which the driver takes an object for one of its own values, and by which it really is one. */
const BSON_VERSION = Symbol.for('@@mdb.bson.version');

/** A reading's fields as they are going to be stored, in a document that has its `_id` already. */
export interface StorableCopy {
  document: Record<string, unknown>;
  /** how large it is at most, without the fields that the sink adds */
  bytes: number;
}

/**
 * Copies a reading as it is going to be stored (its fields that have names of ours into `enviado`), and makes sure that
 * it comes back from the database as it went in. What the driver or the server would change without a word (a date that
 * is none becomes 1970, half a character a �, a Set an empty object) and what would make them refuse a whole batch is
 * refused here, one reading at a time.
 *
 * Each field is read once: what an object answers when it is asked again does not matter.
 * @throws UserError that names the field and its value; or whatever the reading throws when it is read
 */
export function storableCopy(reading: object, _id: BSON.ObjectId): StorableCopy {
  if ('_bsontype' in reading) throw refusal('reserved-name', '_bsontype', reading);
  const copier = new Copier();
  const document = copier.reading(reading, _id);
  if (copier.bytes + OWN_FIELDS_BYTES <= MAX_BYTES) return { document, bytes: copier.bytes };
  const bytes = BSON.calculateObjectSize(document);
  if (bytes + OWN_FIELDS_BYTES > MAX_BYTES) {
    throw new UserError('mongo-sink.errors.too-large', { bytes, limit: MAX_BYTES });
  }
  return { document, bytes };
}

class Copier {
  /** an upper bound of what has been copied: quicker than its size, which is seldom needed */
  bytes = 5;
  private fieldCount = 0;
  private elementCount = 0;

  reading(value: object, _id: BSON.ObjectId): Record<string, unknown> {
    const document: Record<string, unknown> = { _id };
    if (kindOf(value) !== 'Object') {
      this.object(value, '', 1);
      return document;
    }
    this.bytes += 5;
    let sent: Record<string, unknown> | undefined;
    for (const name of this.namesOf(value, '')) {
      const field = this.field(value, name, name, 1);
      if (OWN_FIELDS.has(name)) (sent ??= {})[name] = field;
      else if (name === '__proto__') defineField(document, name, field);
      else document[name] = field;
    }
    if (sent) document.enviado = sent;
    return document;
  }

  private fields(value: object, path: string, depth: number): Record<string, unknown> {
    const copy: Record<string, unknown> = {};
    for (const name of this.namesOf(value, path)) {
      const field = this.field(value, name, path === '' ? name : `${path}.${name}`, depth);
      if (name === '__proto__') defineField(copy, name, field);
      else copy[name] = field;
    }
    return copy;
  }

  private namesOf(value: object, path: string): string[] {
    const names = Object.keys(value);
    this.fieldCount += names.length;
    if (this.fieldCount > DATA_BOUNDS.fields) throw beyond('fields', path);
    return names;
  }

  private field(value: object, name: string, path: string, depth: number): unknown {
    if (name.includes('\0') || !name.isWellFormed()) throw refusal('field-name', path, name);
    if (name.length > DATA_BOUNDS.name) throw beyond('name', path);
    this.bytes += 2 + 3 * name.length;
    return this.value((value as Record<string, unknown>)[name], path, depth + 1);
  }

  private value(value: unknown, path: string, depth: number): unknown {
    switch (typeof value) {
      case 'number':
      case 'boolean':
      case 'undefined':
        this.bytes += 8;
        return value;
      case 'string':
        // Half of a character that UTF-16 writes as two has no form in UTF-8: the driver would store a � instead.
        if (!value.isWellFormed()) throw refusal('half-character', path, value);
        this.bytes += 5 + 3 * value.length;
        return value;
      case 'bigint':
        if (value < INT64.min || value > INT64.max) throw refusal('integer', path, value.toString());
        this.bytes += 8;
        return value;
      case 'object':
        return value === null ? null : this.object(value, path, depth);
      case 'function':
      case 'symbol':
        throw refusal('type', path, value, typeof value);
    }
  }

  private object(value: object, path: string, depth: number): unknown {
    if (depth > MAX_DEPTH) throw refusal('depth', firstNames(path), '', String(MAX_DEPTH));
    if (Array.isArray(value)) return this.elements(value, path, depth);
    if ('_bsontype' in value) return this.bsonValue(value, path, depth);
    const kind = kindOf(value);
    switch (kind) {
      case 'Object':
        this.bytes += 5;
        return this.fields(value, path, depth);
      case 'Date':
        this.bytes += 8;
        return dateOf(value, path);
      case 'Uint8Array':
        this.bytes += 5 + (value as Uint8Array).byteLength;
        return value;
      default:
        throw refusal('type', path, value, kind);
    }
  }

  private elements(value: readonly unknown[], path: string, depth: number): unknown[] {
    this.elementCount += value.length;
    if (this.elementCount > DATA_BOUNDS.elements) throw beyond('elements', path);
    this.bytes += 5 + 12 * value.length;
    const copy: unknown[] = [];
    for (let i = 0; i < value.length; i++) copy.push(this.value(value[i], `${path}[${i}]`, depth + 1));
    return copy;
  }

  /** One of the driver's own values. Two of them hold fields of anybody's. */
  private bsonValue(value: object & { _bsontype: unknown }, path: string, depth: number): unknown {
    if (!(BSON_VERSION in value))
      throw refusal('reserved-name', path === '' ? '_bsontype' : `${path}._bsontype`, value);
    if (value instanceof BSON.Code && value.scope) this.fields(value.scope, path, depth);
    if (value instanceof BSON.DBRef) this.fields(value.fields, path, depth);
    try {
      this.bytes += BSON.calculateObjectSize({ value });
    } catch {
      // The driver's own words are of a value in no document.
      throw refusal('type', path, value, String(value._bsontype));
    }
    return value;
  }
}

/** What the language calls it. Nearly all are plain objects, of which it need not be asked. */
function kindOf(value: object): string {
  if (Object.getPrototypeOf(value) === Object.prototype && !(Symbol.toStringTag in value)) return 'Object';
  return Object.prototype.toString.call(value).slice('[object '.length, -1);
}

function defineField(copy: object, name: string, value: unknown): void {
  Object.defineProperty(copy, name, { value, enumerable: true, writable: true, configurable: true });
}

function dateOf(value: object, path: string): Date {
  const time = Date.prototype.getTime.call(value);
  if (Number.isNaN(time)) throw refusal('date', path, 'Invalid Date');
  if (time < DATES.min || time > DATES.max) throw refusal('date', path, new Date(time).toISOString());
  return new Date(time);
}

function beyond(bound: keyof DataBounds, path: string): UserError {
  const detail = describeExcess({ bound, limit: DATA_BOUNDS[bound] });
  return new UserError('mongo-sink.errors.bounds', { field: shorten(firstNames(path)), detail });
}

function refusal(reason: string, field: string, value: unknown, detail = ''): UserError {
  return new UserError(`mongo-sink.errors.${reason}`, {
    field: shorten(field),
    value: shorten(value),
    detail,
  });
}

function firstNames(path: string): string {
  return path.split('.', 3).join('.');
}
