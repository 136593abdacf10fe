import { BSON } from 'mongodb';
import { UserError, shorten } from '../shared/user-error';

/** MongoDB's limits on a document ("MongoDB Limits and Thresholds" in its manual): levels of nesting, bytes. */
const MAX_DEPTH = 100;
const MAX_BYTES = 16 * 1024 * 1024;

/** Room for the fields that the sink adds to a reading. */
const OWN_FIELDS_BYTES = 1024;

const INT64 = { min: -(2n ** 63n), max: 2n ** 63n - 1n };

/** The tag by which the driver takes an object for one of its own values, and by which it really is one. */
const BSON_VERSION = Symbol.for('@@mdb.bson.version');

/**
 * Makes sure that a reading comes back from the database as it went in. What the driver or the server would change
 * without a word (a date that is none becomes 1970, half a character a �, a Set an empty object) and what would make
 * them refuse a whole batch is refused here, one reading at a time.
 * @throws UserError that names the field and its value
 */
export function checkStorable(reading: object): void {
  const atMost = checkObject(reading, '', 1);
  if (atMost + OWN_FIELDS_BYTES <= MAX_BYTES) return;
  const bytes = BSON.calculateObjectSize(reading);
  if (bytes + OWN_FIELDS_BYTES > MAX_BYTES) {
    throw new UserError('mongo-sink.errors.too-large', { bytes, limit: MAX_BYTES });
  }
}

/** Checks a value and returns an upper bound of its size in bytes: quicker than its size, which is seldom needed. */
function checkValue(value: unknown, path: string, depth: number): number {
  switch (typeof value) {
    case 'number':
    case 'boolean':
    case 'undefined':
      return 8;
    case 'string':
      // Half of a character that UTF-16 writes as two has no form in UTF-8: the driver would store a � instead.
      if (!value.isWellFormed()) throw refusal('half-character', path, value);
      return 5 + 3 * value.length;
    case 'bigint':
      if (value < INT64.min || value > INT64.max) throw refusal('integer', path, value.toString());
      return 8;
    case 'object':
      return value === null ? 0 : checkObject(value, path, depth);
    case 'function':
    case 'symbol':
      throw refusal('type', path, value, typeof value);
  }
}

function checkObject(value: object, path: string, depth: number): number {
  if (depth > MAX_DEPTH) throw refusal('depth', firstNames(path), '', String(MAX_DEPTH));
  if (Array.isArray(value)) {
    return value.reduce(
      (bytes: number, item, i) => bytes + 12 + checkValue(item, `${path}[${i}]`, depth + 1),
      5,
    );
  }
  if ('_bsontype' in value) {
    if (!(BSON_VERSION in value))
      throw refusal('reserved-name', path === '' ? '_bsontype' : `${path}._bsontype`, value);
    return BSON.calculateObjectSize({ value });
  }
  const kind = Object.prototype.toString.call(value).slice('[object '.length, -1);
  switch (kind) {
    case 'Object':
      return checkFields(value, path, depth);
    case 'Date':
      if (Number.isNaN((value as Date).getTime())) throw refusal('date', path, 'Invalid Date');
      return 8;
    case 'Uint8Array':
      return 5 + (value as Uint8Array).byteLength;
    default:
      throw refusal('type', path, value, kind);
  }
}

function checkFields(value: object, path: string, depth: number): number {
  let bytes = 5;
  for (const name of Object.keys(value)) {
    const field = (value as Record<string, unknown>)[name];
    const fieldPath = path === '' ? name : `${path}.${name}`;
    if (name.includes('\0') || !name.isWellFormed()) throw refusal('field-name', fieldPath, name);
    bytes += 2 + 3 * name.length + checkValue(field, fieldPath, depth + 1);
  }
  return bytes;
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
