import type { MemoryMeter } from '../../../shared/data-bounds';
import type { LargeIntegers } from '../../../shared/exact-json';
import { Budget, withinBounds } from '../budget';
import { ByteInput } from '../byte-input';
import { DecodeError } from '../codec';
import { integerOf, ownField, setField } from '../values';
import type { Message, MessageField, Scalar, ValueType } from './schema';
import { wireTypeOf } from './wire';

/**
 * Reads a message in Protobuf's encoding. Fields have the names of the file; one without presence that is absent has its
 * default, another is left out; numbers of an enum become their names, bytes Buffers, a map an object.
 * @throws DecodeError
 */
export function readMessage(
  message: Message,
  bytes: Buffer,
  integers: LargeIntegers,
  meter?: MemoryMeter,
): unknown {
  return withinBounds(new MessageReader(integers).message(message, new ByteInput(bytes)), meter);
}

type Fields = Record<string, unknown>;

class MessageReader {
  private readonly budget = new Budget();

  constructor(private readonly integers: LargeIntegers) {}

  /** @param group the number of its field, for one that stands between two marks */
  message(message: Message, input: ByteInput, into: Fields = {}, group?: number): Fields {
    this.budget.enter();
    for (;;) {
      if (input.left === 0) {
        if (group !== undefined) throw new DecodeError('it ends too early');
        break;
      }
      const { id, wire } = this.tag(input);
      if (wire === 4) {
        if (id !== group) throw new DecodeError(`a group ${id} ends that has not begun`);
        break;
      }
      const field = message.byId.get(id);
      if (field) this.field(message, field, wire, input, into);
      else this.skip(id, wire, input);
    }
    this.budget.leave();
    this.complete(message, into);
    return into;
  }

  private tag(input: ByteInput): { id: number; wire: number } {
    const tag = Number(input.varint());
    const id = Math.floor(tag / 8);
    if (id === 0 || id >= 2 ** 29) throw new DecodeError(`it has no field ${id}`);
    return { id, wire: tag % 8 };
  }

  private field(message: Message, field: MessageField, wire: number, input: ByteInput, into: Fields): void {
    const { value, name } = field;
    if (field.shape === 'map') {
      this.entry(field, wire, input, into);
      return;
    }
    if (field.shape === 'repeated') {
      const before = ownField(into, name);
      const list: unknown[] = Array.isArray(before) ? before : [];
      if (list !== before) this.put(into, name, list);
      if (wire === 2 && wireTypeOf(value) !== 2) {
        const packed = new ByteInput(input.take(this.length(input)));
        while (packed.left > 0) this.push(list, this.value(field, wireTypeOf(value), packed));
      } else {
        this.push(list, this.value(field, wire, input));
      }
      return;
    }
    const before = value.kind === 'message' ? ownField(into, name) : undefined;
    const read = this.value(field, wire, input, before as Fields | undefined);
    // The last of those that exclude each other counts.
    if (field.oneOf !== undefined) {
      this.budget.look(message.fields.length);
      for (const other of message.fields)
        if (other.oneOf === field.oneOf && other !== field) delete into[other.name];
    }
    this.put(into, name, read);
  }

  private entry(field: MessageField, wire: number, input: ByteInput, into: Fields): void {
    if (wire !== 2) throw wrongWire(field.name, wire);
    const entry = new ByteInput(input.take(this.length(input)));
    const key = field.key ?? 'string';
    let name: unknown = defaultOf({ kind: 'scalar', scalar: key });
    let value: unknown;
    while (entry.left > 0) {
      const { id, wire: inner } = this.tag(entry);
      if (id === 1) name = this.scalar(key, entry, inner, field.name);
      else if (id === 2) value = this.value(field, inner, entry);
      else this.skip(id, inner, entry);
    }
    if (value === undefined) {
      value =
        field.value.kind === 'message'
          ? this.message(field.value.message(), new ByteInput(Buffer.alloc(0)))
          : defaultOf(field.value);
    }
    const before = ownField(into, field.name);
    const map = before ?? {};
    if (map !== before) this.put(into, field.name, map);
    this.budget.field(String(name));
    setField(map, String(name), value);
  }

  private value(field: MessageField, wire: number, input: ByteInput, before?: Fields): unknown {
    const { value, name } = field;
    switch (value.kind) {
      case 'scalar':
        return this.scalar(value.scalar, input, wire, name);
      case 'enum': {
        if (wire !== 0) throw wrongWire(name, wire);
        const number = Number(BigInt.asIntN(32, input.varint()));
        return value.byNumber.get(number) ?? number;
      }
      case 'message': {
        if (value.group && wire === 3) return this.message(value.message(), input, before, field.id);
        if (wire !== 2) throw wrongWire(name, wire);
        return this.message(value.message(), new ByteInput(input.take(this.length(input))), before);
      }
    }
  }

  private scalar(scalar: Scalar, input: ByteInput, wire: number, name: string): unknown {
    if (wire !== wireTypeOf({ kind: 'scalar', scalar })) throw wrongWire(name, wire);
    switch (scalar) {
      case 'double':
        return input.take(8).readDoubleLE();
      case 'float':
        return input.take(4).readFloatLE();
      case 'int32':
        return Number(BigInt.asIntN(32, input.varint()));
      case 'uint32':
        return Number(BigInt.asUintN(32, input.varint()));
      case 'sint32':
        return Number(BigInt.asIntN(32, input.zigzag()));
      case 'fixed32':
        return input.take(4).readUInt32LE();
      case 'sfixed32':
        return input.take(4).readInt32LE();
      case 'int64':
        return integerOf(BigInt.asIntN(64, input.varint()), this.integers);
      case 'uint64':
        return integerOf(input.varint(), this.integers);
      case 'sint64':
        return integerOf(input.zigzag(), this.integers);
      case 'fixed64':
        return integerOf(input.take(8).readBigUInt64LE(), this.integers);
      case 'sfixed64':
        return integerOf(input.take(8).readBigInt64LE(), this.integers);
      case 'bool':
        return input.varint() !== 0n;
      case 'string':
        return this.budget.text(input.text(this.length(input)));
      case 'bytes':
        return this.budget.bytes(input.take(this.length(input)));
    }
  }

  /** Passes over a field that this schema does not know: a later one may. */
  private skip(id: number, wire: number, input: ByteInput): void {
    switch (wire) {
      case 0:
        input.varint();
        return;
      case 1:
        input.take(8);
        return;
      case 2:
        input.take(this.length(input));
        return;
      case 3: {
        this.budget.enter();
        for (let tag = this.tag(input); tag.wire !== 4 || tag.id !== id; tag = this.tag(input)) {
          if (tag.wire === 4) throw new DecodeError(`a group ${tag.id} ends that has not begun`);
          this.skip(tag.id, tag.wire, input);
        }
        this.budget.leave();
        return;
      }
      case 5:
        input.take(4);
        return;
      default:
        throw wrongWire(String(id), wire);
    }
  }

  private complete({ fields }: Message, into: Fields): void {
    this.budget.look(fields.length);
    for (const field of fields) {
      if (ownField(into, field.name) !== undefined) continue;
      if (field.required) throw new DecodeError(`its field ${field.name} is missing`);
      if (field.shape !== 'single') this.put(into, field.name, field.shape === 'map' ? {} : []);
      else if (!field.hasPresence) this.put(into, field.name, defaultOf(field.value));
    }
  }

  private put(into: Fields, name: string, value: unknown): void {
    this.budget.field();
    setField(into, name, value);
  }

  private push(list: unknown[], value: unknown): void {
    this.budget.element();
    list.push(value);
  }

  private length(input: ByteInput): number {
    return input.count(input.varint());
  }
}

function defaultOf(value: ValueType): unknown {
  if (value.kind === 'enum') return value.byNumber.get(value.first) ?? value.first;
  if (value.kind === 'message') return {};
  if (value.scalar === 'bool') return false;
  if (value.scalar === 'string') return '';
  return value.scalar === 'bytes' ? Buffer.alloc(0) : 0;
}

function wrongWire(name: string, wire: number): DecodeError {
  return new DecodeError(`the field ${name} has the encoding ${wire}, which its type has not`);
}
