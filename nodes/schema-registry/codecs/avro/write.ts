import { DATA_BOUNDS } from '../../../shared/data-bounds';
import { ByteOutput } from '../byte-output';
import { MisfitError, fieldOf } from '../codec';
import { bigintOf, fitsFloat, isBytes, isFields, ownField } from '../values';
import { decimalBytes } from './decimal';
import type { AvroField, AvroRecord, AvroType, Decimal, TimeUnit } from './schema';

const INT = { least: -(2n ** 31n), most: 2n ** 31n - 1n };
const LONG = { least: -(2n ** 63n), most: 2n ** 63n - 1n };

/**
 * Writes a value in Avro's binary encoding. It takes what readAvro gives, a Date for a timestamp as well, and for one
 * branch of a union also an object with its name as only field.
 * @throws MisfitError
 */
export function writeAvro(type: AvroType, value: unknown): Buffer {
  const output = new ByteOutput();
  new AvroWriter(output).write(type, value, '');
  return output.done();
}

class AvroWriter {
  private depth = 0;

  constructor(private readonly output: ByteOutput) {}

  write(type: AvroType, value: unknown, path: string): void {
    switch (type.kind) {
      case 'null':
        if (value !== null && value !== undefined) throw misfit(type, value, path);
        return;
      case 'boolean':
        if (typeof value !== 'boolean') throw misfit(type, value, path);
        return this.output.byte(value ? 1 : 0);
      case 'int':
        return this.integer(type, value, path, INT);
      case 'long':
        return this.integer(type, value instanceof Date ? timeOf(value, type.time) : value, path, LONG);
      case 'float':
        return this.output.float(floatOf(type, value, path));
      case 'double':
        return this.output.double(numberOf(type, value, path));
      case 'string':
        if (typeof value !== 'string') throw misfit(type, value, path);
        return this.sized(Buffer.from(value));
      case 'bytes':
        return this.sized(bytesOf(type, value, path));
      case 'fixed':
        return this.output.put(fixedOf(type, value, path));
      case 'enum': {
        const index = type.symbols.indexOf(value as string);
        if (index < 0) throw new MisfitError('symbol', path, value, type.symbols.join(', '));
        return this.output.zigzag(index);
      }
      case 'array':
        return this.nested(path, () => this.array(type, value, path));
      case 'map':
        return this.nested(path, () => this.map(type, value, path));
      case 'union':
        return this.union(type.branches, value, path);
      case 'record':
        return this.nested(path, () => this.record(type, value, path));
    }
  }

  private nested(path: string, write: () => void): void {
    if (++this.depth > DATA_BOUNDS.depth)
      throw new MisfitError('depth', path, '…', String(DATA_BOUNDS.depth));
    write();
    this.depth--;
  }

  private integer(type: AvroType, value: unknown, path: string, { least, most }: typeof INT): void {
    const whole = bigintOf(value);
    if (whole === undefined) throw misfit(type, value, path);
    if (whole < least || whole > most) throw new MisfitError('range', path, value, nameOf(type));
    this.output.zigzag(whole);
  }

  private array(type: AvroType & { kind: 'array' }, value: unknown, path: string): void {
    if (!Array.isArray(value)) throw misfit(type, value, path);
    if (value.length > 0) this.output.zigzag(value.length);
    for (const [index, item] of (value as unknown[]).entries())
      this.write(type.items, item, `${path}[${index}]`);
    this.output.zigzag(0);
  }

  private map(type: AvroType & { kind: 'map' }, value: unknown, path: string): void {
    if (!isFields(value)) throw misfit(type, value, path);
    const entries = Object.entries(value);
    if (entries.length > 0) this.output.zigzag(entries.length);
    for (const [name, each] of entries) {
      this.sized(Buffer.from(name));
      this.write(type.values, each, fieldOf(path, name));
    }
    this.output.zigzag(0);
  }

  private record(type: AvroRecord, value: unknown, path: string): void {
    if (!isFields(value)) throw misfit(type, value, path);
    for (const name of Object.keys(value)) {
      if (!type.fields.some((field) => field.name === name) && value[name] !== undefined)
        throw new MisfitError('unknown-field', fieldOf(path, name), value[name], type.name);
    }
    for (const field of type.fields) {
      const given = ownField(value, field.name);
      const known = given === undefined ? defaultOf(field, path) : given;
      this.write(field.type, known, fieldOf(path, field.name));
    }
  }

  private union(branches: readonly AvroType[], value: unknown, path: string): void {
    const wrapped = isFields(value) ? Object.keys(value) : [];
    const named = wrapped.length === 1 ? branches.findIndex((branch) => nameOf(branch) === wrapped[0]) : -1;
    const index = named >= 0 ? named : bestBranch(branches, value);
    const branch = branches[index];
    if (!branch) throw new MisfitError('union', path, value, branches.map(nameOf).join(', '));
    this.output.zigzag(index);
    this.write(branch, named >= 0 ? ownField(value as object, wrapped[0]!) : value, path);
  }

  private sized(bytes: Uint8Array): void {
    this.output.zigzag(bytes.length);
    this.output.put(bytes);
  }
}

/**
 * The branch that a value goes by, which is decided by looking at the value alone: to try each would take a time that
 * doubles with every level. @returns its index, or -1
 */
function bestBranch(branches: readonly AvroType[], value: unknown): number {
  let best = -1;
  let most = -1;
  for (const [index, branch] of branches.entries()) {
    if (branch.kind !== 'record') {
      if (best < 0 && takes(branch, value)) best = index;
      continue;
    }
    if (!isFields(value)) continue;
    const common = branch.fields.filter(({ name }) => ownField(value, name) !== undefined).length;
    // Of several records the one that has most of its fields.
    if (common > most && (best < 0 || branches[best]?.kind === 'record')) [best, most] = [index, common];
  }
  return best;
}

function takes(type: AvroType, value: unknown): boolean {
  switch (type.kind) {
    case 'null':
      return value === null || value === undefined;
    case 'boolean':
      return typeof value === 'boolean';
    case 'int':
    case 'long': {
      if (type.kind === 'long' && type.time && value instanceof Date) return true;
      const whole = bigintOf(value);
      const { least, most } = type.kind === 'int' ? INT : LONG;
      // Digits as text are a number only where they would lose some as one.
      if (whole === undefined || (typeof value === 'string' && Number.isSafeInteger(Number(whole))))
        return false;
      return whole >= least && whole <= most;
    }
    case 'float':
      return typeof value === 'number' && fitsFloat(value);
    case 'double':
      return typeof value === 'number';
    case 'string':
      return typeof value === 'string';
    case 'bytes':
      return (
        isBytes(value) || (type.decimal !== undefined && decimalBytes(value, type.decimal) !== undefined)
      );
    case 'fixed':
      if (isBytes(value)) return value.length === type.size;
      return type.decimal !== undefined && decimalBytes(value, type.decimal, type.size) !== undefined;
    case 'enum':
      return type.symbols.includes(value as string);
    case 'array':
      return Array.isArray(value);
    case 'map':
    case 'record':
      return isFields(value);
    case 'union':
      return false;
  }
}

function numberOf(type: AvroType, value: unknown, path: string): number {
  if (typeof value !== 'number') throw misfit(type, value, path);
  return value;
}

function floatOf(type: AvroType, value: unknown, path: string): number {
  const number = numberOf(type, value, path);
  if (!fitsFloat(number)) throw new MisfitError('range', path, value, nameOf(type));
  return number;
}

function bytesOf(type: AvroType & { kind: 'bytes' }, value: unknown, path: string): Uint8Array {
  if (isBytes(value)) return value;
  if (!type.decimal) throw misfit(type, value, path);
  return decimalOf(type.decimal, value, path);
}

function fixedOf(type: AvroType & { kind: 'fixed' }, value: unknown, path: string): Uint8Array {
  if (!isBytes(value)) {
    if (!type.decimal) throw misfit(type, value, path);
    return decimalOf(type.decimal, value, path, type.size);
  }
  if (value.length !== type.size) throw new MisfitError('size', path, value.length, String(type.size));
  return value;
}

function decimalOf(decimal: Decimal, value: unknown, path: string, size?: number): Uint8Array {
  const bytes = decimalBytes(value, decimal, size);
  if (bytes) return bytes;
  throw new MisfitError('decimal', path, value, `${decimal.precision}, ${decimal.scale}`);
}

/** @returns undefined for a Date where no time is meant, and for one that is none */
function timeOf(date: Date, unit: TimeUnit | undefined): bigint | undefined {
  const time = date.getTime();
  return unit === undefined || Number.isNaN(time) ? undefined : BigInt(time) * BigInt(unit);
}

/** @returns what a record without this field has; null where its type allows that */
function defaultOf(field: AvroField, path: string): unknown {
  if (field.default !== undefined) return valueOfDefault(field.type, field.default);
  const { type } = field;
  if (type.kind === 'null' || (type.kind === 'union' && type.branches.some(({ kind }) => kind === 'null')))
    return null;
  throw new MisfitError('missing', fieldOf(path, field.name), undefined, nameOf(type));
}

/** In a schema's JSON, bytes stand as text, and the default of a union is of its first branch. */
function valueOfDefault(type: AvroType, json: unknown): unknown {
  if (type.kind === 'union') return type.branches[0] ? valueOfDefault(type.branches[0], json) : json;
  if (type.kind === 'bytes' || type.kind === 'fixed')
    return typeof json === 'string' ? Buffer.from(json, 'latin1') : json;
  if (type.kind === 'array')
    return Array.isArray(json) ? json.map((item: unknown) => valueOfDefault(type.items, item)) : json;
  if (type.kind === 'map' && isFields(json)) return mapped(json, () => type.values);
  if (type.kind === 'record' && isFields(json))
    return mapped(json, (name) => type.fields.find((field) => field.name === name)?.type);
  return json;
}

function mapped(fields: object, typeOf: (name: string) => AvroType | undefined): object {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]: [string, unknown]) => {
      const type = typeOf(name);
      return [name, type ? valueOfDefault(type, value) : value];
    }),
  );
}

function misfit(type: AvroType, value: unknown, path: string): MisfitError {
  return new MisfitError('type', path, value, nameOf(type));
}

/** As a union's branch is called in JSON. */
function nameOf(type: AvroType): string {
  return 'name' in type ? type.name : type.kind;
}
