import {
  Enum,
  MapField,
  Root,
  Type,
  common,
  parse,
  type Field,
  type Namespace,
} from '../../../vendored/protobuf';
import type { SchemaSource } from '../codec';
import { isDescriptor, readDescriptor } from './descriptor';

/** A message of a .proto file, with its types resolved. */
export interface Message {
  /** with its package */
  name: string;
  fields: readonly MessageField[];
  byId: ReadonlyMap<number, MessageField>;
  byName: ReadonlyMap<string, MessageField>;
}

export interface MessageField {
  name: string;
  id: number;
  value: ValueType;
  shape: 'single' | 'repeated' | 'map';
  /** of a map */
  key: Scalar | undefined;
  required: boolean;
  /** whether it can be told from a field that has its default */
  hasPresence: boolean;
  packed: boolean;
  /** as one of several, of which a message has no more than one */
  oneOf: string | undefined;
}

export type ValueType =
  | { kind: 'scalar'; scalar: Scalar }
  | {
      kind: 'enum';
      byName: ReadonlyMap<string, number>;
      byNumber: ReadonlyMap<number, string>;
      first: number;
    }
  /** `group`: it stands between two marks instead of behind its length */
  | { kind: 'message'; message: () => Message; group: boolean };

const SCALARS = [
  'double',
  'float',
  'int32',
  'uint32',
  'sint32',
  'fixed32',
  'sfixed32',
  'int64',
  'uint64',
  'sint64',
  'fixed64',
  'sfixed64',
  'bool',
  'string',
  'bytes',
] as const;
export type Scalar = (typeof SCALARS)[number];

/** The messages of one file. */
export class ProtoFile {
  private readonly root = new Root();
  private readonly top: Namespace;
  private readonly known = new Map<Type, Message>();

  /** @throws Error that says what is wrong with the schema */
  constructor({ text, references }: SchemaSource) {
    const given = new Set(references.map(({ name }) => name));
    for (const reference of references) this.add(reference.text, given);
    this.add(text, given);
    this.root.resolveAll();
    this.top = alone(text);
  }

  /** @param indexes its place among the file's messages, then among those in it, and so on */
  messageAt(indexes: readonly number[]): Message | undefined {
    let place: Namespace = this.top;
    for (const index of indexes) {
      const found: Type | undefined = typesIn(place)[index];
      if (!found) return undefined;
      place = found;
    }
    return place instanceof Type ? this.messageOf(this.root.lookupType(place.fullName)) : undefined;
  }

  /**
   * @param name of a message of this file, with the file's package or without it
   * @returns its indexes, as messageAt takes them
   */
  indexesOf(name: string): number[] | undefined {
    const own = this.top.fullName.slice(1);
    const inside = own !== '' && name.startsWith(`${own}.`) ? name.slice(own.length + 1) : name;
    return indexesIn(this.top, inside.split('.')) ?? indexesIn(this.top, name.split('.'));
  }

  private add(text: string, given: ReadonlySet<string>): void {
    const { imports } = addFile(text, this.root);
    for (const file of imports) {
      // Files that everybody has; one that is missing matters only where one of its types is used.
      const nested = given.has(file) ? undefined : common.get(file)?.nested;
      if (nested && !this.root.lookup(typeIn(nested))) this.root.addJSON(nested);
    }
  }

  private messageOf(type: Type): Message {
    const known = this.known.get(type);
    if (known) return known;
    const fields = type.fieldsArray.map((field) => this.fieldOf(field));
    const message: Message = {
      name: type.fullName.slice(1),
      fields,
      byId: new Map(fields.map((field) => [field.id, field])),
      byName: new Map(fields.map((field) => [field.name, field])),
    };
    this.known.set(type, message);
    return message;
  }

  private fieldOf(field: Field): MessageField {
    const { name, id, required, hasPresence, packed, partOf } = field;
    const map = mapOf(field);
    // proto3 has an `optional` field as the only one of a group that nobody named.
    const isReal = partOf && partOf.oneof.length > 0 && field.getOption('proto3_optional') !== true;
    const value = this.valueOf(map?.value ?? field);
    return {
      name,
      id,
      value,
      shape: map ? 'map' : field.repeated ? 'repeated' : 'single',
      key: map?.key,
      required,
      // Of messages the library says nothing.
      hasPresence: Boolean(hasPresence) || value.kind === 'message',
      packed,
      oneOf: isReal ? partOf.name : undefined,
    };
  }

  private valueOf({ type, resolvedType, delimited, name }: Field): ValueType {
    if (resolvedType instanceof Enum) {
      const entries = Object.entries(resolvedType.values);
      return {
        kind: 'enum',
        byName: new Map(entries),
        // Of several names of a number, the first.
        byNumber: new Map(entries.reverse().map(([symbol, number]) => [number, symbol])),
        first: entries.at(-1)?.[1] ?? 0,
      };
    }
    if (resolvedType instanceof Type) {
      return {
        kind: 'message',
        // Later: a message may have itself as a field.
        message: () => this.messageOf(resolvedType),
        group: delimited,
      };
    }
    const scalar = scalarOf(type);
    if (scalar === undefined) throw new Error(`the type ${type} of ${name} is not defined`);
    return { kind: 'scalar', scalar };
  }
}

function typesIn(place: Namespace): Type[] {
  return place.nestedArray.filter((nested) => nested instanceof Type);
}

function indexesIn(top: Namespace, names: readonly string[]): number[] | undefined {
  const indexes: number[] = [];
  let place: Namespace = top;
  for (const name of names) {
    const types = typesIn(place);
    const index = types.findIndex((type) => type.name === name);
    const found = types[index];
    if (!found) return undefined;
    indexes.push(index);
    place = found;
  }
  return indexes;
}

/**
 * What a map is between, where the field is one. The text that Java's serialiser makes of a class has a map as the message of
 * its entries, with a mark.
 */
function mapOf(field: Field): { key: Scalar | undefined; value: Field } | undefined {
  if (field instanceof MapField) return { key: scalarOf(field.keyType), value: field };
  const entry = field.repeated ? field.resolvedType : null;
  if (!(entry instanceof Type) || entry.getOption('map_entry') !== true) return undefined;
  const { key, value } = entry.fields;
  return key && value ? { key: scalarOf(key.type), value } : undefined;
}

function scalarOf(type: string): Scalar | undefined {
  return SCALARS.find((scalar) => scalar === type);
}

/** The file without those that it imports: its messages are counted in the order in which they stand in it. */
function alone(text: string): Namespace {
  const root = new Root();
  const { name } = addFile(text, root);
  const place = name === '' ? root : root.lookup(name);
  if (!place || !('nestedArray' in place)) throw new Error('it has no message');
  return place;
}

/** @returns the file's package, and what it imports */
function addFile(text: string, root: Root): { name: string; imports: readonly string[] } {
  if (isDescriptor(text)) {
    const file = readDescriptor(text);
    root.addJSON(file.json.nested ?? {});
    return { name: file.package, imports: file.imports };
  }
  const { package: name, imports } = parse(text, root, { keepCase: true });
  return { name: name ?? '', imports: imports ?? [] };
}

/** @returns the full name of the first type in the JSON of a file */
function typeIn(nested: Record<string, unknown>): string {
  const names: string[] = [];
  let level: Record<string, unknown> | undefined = nested;
  while (level) {
    const [name, inner]: [string, unknown] = Object.entries(level)[0] ?? ['', undefined];
    names.push(name);
    level = (inner as { nested?: Record<string, unknown> } | undefined)?.nested;
  }
  return names.join('.');
}
