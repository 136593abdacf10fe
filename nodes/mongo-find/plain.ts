import { BSON } from 'mongodb';

const {
  Binary,
  BSONRegExp,
  BSONSymbol,
  Code,
  DBRef,
  Decimal128,
  Double,
  Int32,
  Long,
  MaxKey,
  MinKey,
  ObjectId,
} = BSON;
const { Timestamp } = BSON;

/**
 * Makes of a document what any node of a flow can read and Node-RED can copy: ids, long numbers, decimals and patterns as
 * text, bytes as Buffers; dates stay dates.
 * @param value as the driver deserialises it; a tree of at most a few hundred levels
 */
export function toPlain(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Date || Buffer.isBuffer(value)) return value;
  if (value instanceof Uint8Array) return Buffer.from(value);
  if (Array.isArray(value)) return value.map(toPlain);
  if ('_bsontype' in value) return plainBson(value);
  const plain: Record<string, unknown> = {};
  for (const [name, inner] of Object.entries(value)) {
    // Else a field of this name would become the object's prototype.
    Object.defineProperty(plain, name, {
      value: toPlain(inner),
      enumerable: true,
      writable: true,
      configurable: true,
    });
  }
  return plain;
}

function plainBson(value: object): unknown {
  if (value instanceof ObjectId) return value.toHexString();
  if (value instanceof Timestamp) return `${value.t}:${value.i}`;
  if (value instanceof Long) {
    const number = value.toNumber();
    return Number.isSafeInteger(number) ? number : value.toString();
  }
  if (value instanceof Double || value instanceof Int32) return value.valueOf();
  if (value instanceof Decimal128) return value.toString();
  if (value instanceof Binary)
    return value.sub_type === Binary.SUBTYPE_UUID ? value.toUUID().toString() : Buffer.from(value.buffer);
  if (value instanceof BSONRegExp) return `/${value.pattern}/${value.options}`;
  if (value instanceof BSONSymbol) return value.value;
  if (value instanceof Code) return typeof value.code === 'string' ? value.code : '';
  if (value instanceof DBRef) return { collection: value.collection, id: toPlain(value.oid) };
  if (value instanceof MinKey) return '$minKey';
  if (value instanceof MaxKey) return '$maxKey';
  return Object.prototype.toString.call(value);
}
