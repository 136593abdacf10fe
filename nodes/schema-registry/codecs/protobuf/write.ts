import { DATA_BOUNDS } from '../../../shared/data-bounds';
import { ByteOutput } from '../byte-output';
import { MisfitError, fieldOf } from '../codec';
import { bigintOf, fitsFloat, isBytes, isFields, ownField } from '../values';
import type { Message, MessageField, Scalar, ValueType } from './schema';
import { wireTypeOf } from './wire';

const BOUNDS: Readonly<Partial<Record<Scalar, readonly [bigint, bigint]>>> = {
  int32: [-(2n ** 31n), 2n ** 31n - 1n],
  sint32: [-(2n ** 31n), 2n ** 31n - 1n],
  sfixed32: [-(2n ** 31n), 2n ** 31n - 1n],
  uint32: [0n, 2n ** 32n - 1n],
  fixed32: [0n, 2n ** 32n - 1n],
  int64: [-(2n ** 63n), 2n ** 63n - 1n],
  sint64: [-(2n ** 63n), 2n ** 63n - 1n],
  sfixed64: [-(2n ** 63n), 2n ** 63n - 1n],
  uint64: [0n, 2n ** 64n - 1n],
  fixed64: [0n, 2n ** 64n - 1n],
};

/**
 * Writes a message in Protobuf's encoding. It takes what readMessage gives, with the names of the file.
 * @throws MisfitError
 */
export function writeMessage(message: Message, value: unknown): Buffer {
  return writeFields(message, value, '', 1);
}

function writeFields(message: Message, value: unknown, path: string, depth: number): Buffer {
  if (!isFields(value)) throw new MisfitError('type', path, value, message.name);
  if (depth > DATA_BOUNDS.depth) throw new MisfitError('depth', path, '…', String(DATA_BOUNDS.depth));
  const output = new ByteOutput();
  for (const name of Object.keys(value)) {
    if (value[name] !== undefined && !message.byName.has(name))
      throw new MisfitError('unknown-field', fieldOf(path, name), value[name], message.name);
  }
  const chosen = new Map<string, string>();
  for (const field of message.fields) {
    const given = ownField(value, field.name);
    const place = fieldOf(path, field.name);
    if (given === undefined || given === null) {
      if (field.required) throw new MisfitError('missing', place, given, nameOf(field.value));
      continue;
    }
    if (field.oneOf !== undefined) {
      const other = chosen.get(field.oneOf);
      if (other !== undefined) throw new MisfitError('one-of', place, given, other);
      chosen.set(field.oneOf, field.name);
    }
    writeField(output, field, given, place, depth);
  }
  return output.done();
}

function writeField(
  output: ByteOutput,
  field: MessageField,
  given: unknown,
  path: string,
  depth: number,
): void {
  const { id, value, shape } = field;
  if (shape === 'map') {
    if (!isFields(given)) throw new MisfitError('type', path, given, 'map');
    for (const [name, each] of Object.entries(given)) {
      const entry = new ByteOutput();
      const place = fieldOf(path, name);
      writeOne(
        entry,
        1,
        { kind: 'scalar', scalar: field.key ?? 'string' },
        keyOf(name, field.key),
        place,
        depth,
      );
      writeOne(entry, 2, value, each, place, depth);
      sized(output, id, entry.done());
    }
    return;
  }
  if (shape === 'single') {
    // What can't be told from its default is not written.
    if (field.hasPresence || !isDefault(value, given)) writeOne(output, id, value, given, path, depth);
    else writeOne(new ByteOutput(), id, value, given, path, depth);
    return;
  }
  if (!Array.isArray(given)) throw new MisfitError('type', path, given, `repeated ${nameOf(value)}`);
  if (given.length === 0) return;
  if (!field.packed || wireTypeOf(value) === 2) {
    for (const [index, each] of (given as unknown[]).entries())
      writeOne(output, id, value, each, `${path}[${index}]`, depth);
    return;
  }
  const packed = new ByteOutput();
  for (const [index, each] of (given as unknown[]).entries())
    writeValue(packed, value, each, `${path}[${index}]`, depth);
  sized(output, id, packed.done());
}

function writeOne(
  output: ByteOutput,
  id: number,
  value: ValueType,
  given: unknown,
  path: string,
  depth: number,
): void {
  if (value.kind === 'message' && value.group) {
    output.varint(id * 8 + 3);
    output.put(writeFields(value.message(), given, path, depth + 1));
    output.varint(id * 8 + 4);
    return;
  }
  output.varint(id * 8 + wireTypeOf(value));
  writeValue(output, value, given, path, depth);
}

function writeValue(output: ByteOutput, value: ValueType, given: unknown, path: string, depth: number): void {
  switch (value.kind) {
    case 'enum':
      output.varint(enumNumber(value, given, path));
      return;
    case 'message': {
      const bytes = writeFields(value.message(), given, path, depth + 1);
      output.varint(bytes.length);
      output.put(bytes);
      return;
    }
    case 'scalar':
      writeScalar(output, value.scalar, given, path);
  }
}

function writeScalar(output: ByteOutput, scalar: Scalar, given: unknown, path: string): void {
  if (scalar === 'bool') {
    if (typeof given !== 'boolean') throw new MisfitError('type', path, given, scalar);
    output.varint(given ? 1 : 0);
  } else if (scalar === 'string' || scalar === 'bytes') {
    const isText = scalar === 'string' && typeof given === 'string';
    const bytes = isText ? Buffer.from(given) : scalar === 'bytes' && isBytes(given) ? given : undefined;
    if (!bytes) throw new MisfitError('type', path, given, scalar);
    output.varint(bytes.length);
    output.put(bytes);
  } else if (scalar === 'double' || scalar === 'float') {
    if (typeof given !== 'number') throw new MisfitError('type', path, given, scalar);
    if (scalar === 'float' && !fitsFloat(given)) throw new MisfitError('range', path, given, scalar);
    if (scalar === 'double') output.double(given);
    else output.float(given);
  } else {
    writeInteger(output, scalar, given, path);
  }
}

function writeInteger(output: ByteOutput, scalar: Scalar, given: unknown, path: string): void {
  const whole = bigintOf(given);
  if (whole === undefined) throw new MisfitError('type', path, given, scalar);
  const [least, most] = BOUNDS[scalar] ?? [0n, 0n];
  if (whole < least || whole > most) throw new MisfitError('range', path, given, scalar);
  if (scalar === 'sint32' || scalar === 'sint64') {
    output.zigzag(whole);
    return;
  }
  const wire = wireTypeOf({ kind: 'scalar', scalar });
  if (wire === 0) {
    output.varint(whole);
    return;
  }
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt.asUintN(64, whole));
  output.put(bytes.subarray(0, wire === 1 ? 8 : 4));
}

function enumNumber(value: ValueType & { kind: 'enum' }, given: unknown, path: string): number {
  const number = typeof given === 'string' ? value.byName.get(given) : given;
  if (typeof number === 'number' && Number.isInteger(number) && number >= -(2 ** 31) && number < 2 ** 31)
    return number;
  throw new MisfitError('symbol', path, given, [...value.byName.keys()].join(', '));
}

function sized(output: ByteOutput, id: number, bytes: Buffer): void {
  output.varint(id * 8 + 2);
  output.varint(bytes.length);
  output.put(bytes);
}

/** The names of an object's fields are text, whatever the keys of the map are. */
function keyOf(name: string, key: Scalar | undefined): unknown {
  if (key === 'bool') return name === 'true' ? true : name === 'false' ? false : name;
  return name;
}

function isDefault(value: ValueType, given: unknown): boolean {
  if (value.kind === 'message') return false;
  if (value.kind === 'enum')
    return given === 0 || (typeof given === 'string' && value.byName.get(given) === 0);
  if (isBytes(given)) return given.length === 0;
  if (typeof given === 'string') return given === '' || (wireTypeOf(value) !== 2 && bigintOf(given) === 0n);
  return given === false || given === 0n || Object.is(given, 0);
}

function nameOf(value: ValueType): string {
  if (value.kind === 'scalar') return value.scalar;
  return value.kind === 'enum' ? [...value.byName.keys()].join(', ') : value.message().name;
}
