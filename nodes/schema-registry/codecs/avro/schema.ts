import { ownField } from '../values';

/** A type of Avro (https://avro.apache.org/docs/1.12.0/specification), with its names resolved. */
export type AvroType =
  | { kind: 'null' | 'boolean' | 'float' | 'double' | 'string' }
  | { kind: 'int' }
  | { kind: 'long'; time?: TimeUnit }
  | { kind: 'bytes'; decimal?: Decimal }
  | { kind: 'fixed'; name: string; size: number; decimal?: Decimal }
  | { kind: 'enum'; name: string; symbols: readonly string[] }
  | { kind: 'array'; items: AvroType }
  | { kind: 'map'; values: AvroType }
  | { kind: 'union'; branches: readonly AvroType[] }
  | AvroRecord;

export interface AvroRecord {
  kind: 'record';
  name: string;
  fields: AvroField[];
}

export interface AvroField {
  name: string;
  type: AvroType;
  /** as it stands in the schema; absent where there is none */
  default?: unknown;
}

/** A number with so many digits behind its point. */
export interface Decimal {
  precision: number;
  scale: number;
}

/** What the long of a timestamp counts: how many of it a millisecond has. */
export type TimeUnit = 1 | 1_000 | 1_000_000;

const PRIMITIVES = ['null', 'boolean', 'int', 'long', 'float', 'double', 'bytes', 'string'] as const;
type Primitive = (typeof PRIMITIVES)[number];

const TIMES: Readonly<Record<string, TimeUnit>> = {
  'timestamp-millis': 1,
  'timestamp-micros': 1_000,
  'timestamp-nanos': 1_000_000,
  'local-timestamp-millis': 1,
  'local-timestamp-micros': 1_000,
  'local-timestamp-nanos': 1_000_000,
};

/** More digits no program counts with, and each costs time. */
const MAX_PRECISION = 1_000;
const MAX_FIXED = 2 ** 20;
const NAME = /^[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)*$/;

/** Reads schemas that may use each other's names. */
export class AvroNames {
  private readonly types = new Map<string, AvroType>();

  /**
   * @param schema a schema's JSON
   * @throws Error that says what is wrong with it
   */
  read(schema: unknown): AvroType {
    return this.type(schema, '');
  }

  private type(schema: unknown, namespace: string): AvroType {
    if (typeof schema === 'string') return primitive(schema) ?? this.named(schema, namespace);
    if (Array.isArray(schema)) return this.union(schema, namespace);
    if (typeof schema !== 'object' || schema === null)
      throw new Error(`${JSON.stringify(schema)} is no type`);
    const kind = ownField(schema, 'type');
    if (typeof kind !== 'string') return this.type(kind, namespace);
    switch (kind) {
      case 'record':
      case 'error':
        return this.record(schema, namespace);
      case 'enum':
        return this.enumeration(schema, namespace);
      case 'fixed':
        return this.fixed(schema, namespace);
      case 'array':
        return { kind, items: this.type(ownField(schema, 'items'), namespace) };
      case 'map':
        return { kind, values: this.type(ownField(schema, 'values'), namespace) };
      case 'long':
        return withTime(schema);
      case 'bytes':
        return withDecimal(schema, { kind }, Infinity);
      default:
        return this.type(kind, namespace);
    }
  }

  private union(branches: readonly unknown[], namespace: string): AvroType {
    return {
      kind: 'union',
      branches: branches.map((branch) => {
        const type = this.type(branch, namespace);
        if (type.kind === 'union') throw new Error('a union stands directly in another');
        return type;
      }),
    };
  }

  private record(schema: object, namespace: string): AvroType {
    const { name, inner } = nameOf(schema, namespace);
    const record: AvroRecord = { kind: 'record', name, fields: [] };
    // Before its fields: they may be of this type.
    this.define(name, record);
    const fields = ownField(schema, 'fields');
    if (!Array.isArray(fields)) throw new Error(`${name} has no fields`);
    const names = new Set<string>();
    for (const field of fields as unknown[]) {
      if (typeof field !== 'object' || field === null) throw new Error(`a field of ${name} is no object`);
      const fieldName = ownField(field, 'name');
      if (typeof fieldName !== 'string' || fieldName === '')
        throw new Error(`a field of ${name} has no name`);
      if (names.has(fieldName)) throw new Error(`${name} has two fields ${fieldName}`);
      names.add(fieldName);
      const type = this.type(ownField(field, 'type'), inner);
      const given = ownField(field, 'default');
      record.fields.push({ name: fieldName, type, ...(given === undefined ? {} : { default: given }) });
    }
    return record;
  }

  private enumeration(schema: object, namespace: string): AvroType {
    const { name } = nameOf(schema, namespace);
    const symbols = ownField(schema, 'symbols');
    if (!Array.isArray(symbols) || !symbols.every((symbol) => typeof symbol === 'string'))
      throw new Error(`${name} has no symbols`);
    return this.define(name, { kind: 'enum', name, symbols });
  }

  private fixed(schema: object, namespace: string): AvroType {
    const { name } = nameOf(schema, namespace);
    const size = ownField(schema, 'size');
    if (typeof size !== 'number' || !Number.isInteger(size) || size < 0 || size > MAX_FIXED)
      throw new Error(`${name} has no size that can be used`);
    // As many decimal digits as surely fit into its bits.
    const digits = Math.floor(Math.log10(2) * (8 * size - 1));
    return this.define(name, withDecimal(schema, { kind: 'fixed', name, size }, digits));
  }

  private define(name: string, type: AvroType): AvroType {
    if (this.types.has(name)) throw new Error(`${name} is defined twice`);
    this.types.set(name, type);
    return type;
  }

  private named(name: string, namespace: string): AvroType {
    const inside =
      namespace === '' || name.includes('.') ? undefined : this.types.get(`${namespace}.${name}`);
    const type = inside ?? this.types.get(name);
    if (!type) throw new Error(`the type ${name} is not defined`);
    return type;
  }
}

function primitive(name: string): AvroType | undefined {
  const kind = PRIMITIVES.find((known) => known === name) satisfies Primitive | undefined;
  return kind && { kind };
}

/** @returns a type's full name, and the namespace of the names in it */
function nameOf(schema: object, namespace: string): { name: string; inner: string } {
  const given = ownField(schema, 'name');
  if (typeof given !== 'string' || !NAME.test(given)) throw new Error(`${JSON.stringify(given)} is no name`);
  const own = ownField(schema, 'namespace');
  const dot = given.lastIndexOf('.');
  const inner = dot >= 0 ? given.slice(0, dot) : typeof own === 'string' ? own : namespace;
  const name = dot >= 0 || inner === '' ? given : `${inner}.${given}`;
  return { name, inner };
}

function withTime(schema: object): AvroType {
  const logical = ownField(schema, 'logicalType');
  const time = typeof logical === 'string' && Object.hasOwn(TIMES, logical) ? TIMES[logical] : undefined;
  return time === undefined ? { kind: 'long' } : { kind: 'long', time };
}

/** A logical type with attributes that make no sense does not count, as Avro has it. */
function withDecimal<T extends { kind: 'bytes' } | { kind: 'fixed' }>(
  schema: object,
  type: T,
  most: number,
): T & { decimal?: Decimal } {
  if (ownField(schema, 'logicalType') !== 'decimal') return type;
  const precision = ownField(schema, 'precision');
  const scale = ownField(schema, 'scale') ?? 0;
  if (!isWhole(precision, 1, Math.min(most, MAX_PRECISION)) || !isWhole(scale, 0, precision)) return type;
  return { ...type, decimal: { precision, scale } };
}

function isWhole(value: unknown, least: number, most: number): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most;
}
