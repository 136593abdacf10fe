import type { INamespace } from '../../../vendored/protobuf';
import { readMessage } from './read';
import { ProtoFile } from './schema';

/**
 * The part of google/protobuf/descriptor.proto that says what a message's bytes mean. Some clients register a file in this
 * form, in base64, and some registries give it back as it came.
 */
const DESCRIPTOR = `
syntax = "proto2";
message File {
  optional string name = 1;
  optional string package = 2;
  repeated string dependency = 3;
  repeated Message messages = 4;
  repeated Enumeration enums = 5;
  optional string syntax = 12;
  optional int32 edition = 14;
}
message Message {
  required string name = 1;
  repeated Field fields = 2;
  repeated Message messages = 3;
  repeated Enumeration enums = 4;
  optional MessageOptions options = 7;
  repeated OneOf oneofs = 8;
}
message MessageOptions { optional bool map_entry = 7; }
message Field {
  required string name = 1;
  required int32 number = 3;
  optional int32 label = 4;
  optional int32 type = 5;
  optional string type_name = 6;
  optional FieldOptions options = 8;
  optional int32 oneof_index = 9;
  optional bool proto3_optional = 17;
}
message FieldOptions { optional bool packed = 2; }
message OneOf { required string name = 1; }
message Enumeration { required string name = 1; repeated Value values = 2; }
message Value { required string name = 1; required int32 number = 2; }
`;

interface FileDescriptor {
  package?: string;
  dependency: string[];
  messages: MessageDescriptor[];
  enums: EnumDescriptor[];
  syntax?: string;
  edition?: number;
}
interface MessageDescriptor {
  name: string;
  fields: FieldDescriptor[];
  messages: MessageDescriptor[];
  enums: EnumDescriptor[];
  options?: { map_entry?: boolean };
  oneofs: { name: string }[];
}
interface FieldDescriptor {
  name: string;
  number: number;
  label?: number;
  type?: number;
  type_name?: string;
  options?: { packed?: boolean };
  oneof_index?: number;
  proto3_optional?: boolean;
}
interface EnumDescriptor {
  name: string;
  values: { name: string; number: number }[];
}

/** By their numbers there; of those that are absent the type has a name of its own. */
const TYPES: Readonly<Record<number, string>> = {
  1: 'double',
  2: 'float',
  3: 'int64',
  4: 'uint64',
  5: 'int32',
  6: 'fixed64',
  7: 'fixed32',
  8: 'bool',
  9: 'string',
  12: 'bytes',
  13: 'uint32',
  15: 'sfixed32',
  16: 'sfixed64',
  17: 'sint32',
  18: 'sint64',
};
const REQUIRED = 2;
const REPEATED = 3;
const GROUP = 10;
const EDITIONS: Readonly<Record<number, string>> = { 1000: '2023', 1001: '2024' };

/** A file as the library takes it. */
export interface DescribedFile {
  package: string;
  imports: readonly string[];
  json: INamespace;
}

let descriptor: ProtoFile | undefined;

/** @returns whether a schema is no text of a .proto file: that has blanks and braces */
export function isDescriptor(text: string): boolean {
  return /^[A-Za-z0-9+/]+=*$/.test(text.trim());
}

/** @throws Error where it is none after all */
export function readDescriptor(base64: string): DescribedFile {
  descriptor ??= new ProtoFile({ type: 'PROTOBUF', text: DESCRIPTOR, references: [] });
  const file = descriptor.messageAt([0]);
  if (!file) throw new Error('the form of a descriptor is not known');
  const read = readMessage(file, Buffer.from(base64, 'base64'), 'number') as FileDescriptor;
  const edition = EDITIONS[read.edition ?? 0] ?? read.syntax ?? 'proto2';
  const names = (read.package ?? '').split('.').filter((name) => name !== '');
  const content = nestedOf(read.messages, read.enums, edition);
  const json = names.reduceRight<INamespace>((nested, name) => ({ nested: { [name]: nested } }), {
    nested: content,
  });
  return { package: names.join('.'), imports: read.dependency, json };
}

type Nested = NonNullable<INamespace['nested']>;

/** @param edition of those that stand in the file itself */
function nestedOf(
  messages: readonly MessageDescriptor[],
  enums: readonly EnumDescriptor[],
  edition?: string,
): Nested {
  const own = edition === undefined ? {} : { edition };
  return Object.fromEntries([
    ...messages.map((message) => [message.name, { ...messageOf(message), ...own }] as const),
    ...enums.map(({ name, values }) => [name, { values: numbersOf(values), ...own }] as const),
  ]) as Nested;
}

function messageOf({ fields, messages, enums, oneofs }: MessageDescriptor): object {
  const entries = new Map(
    messages.filter(({ options }) => options?.map_entry === true).map((entry) => [entry.name, entry]),
  );
  return {
    fields: Object.fromEntries(fields.map((field) => [field.name, fieldOf(field, entries)])),
    oneofs: Object.fromEntries(
      oneofs.map(({ name }, index) => {
        const members = fields.filter(({ oneof_index: of }) => of === index);
        return [name, { oneof: members.map((field) => field.name) }];
      }),
    ),
    // Those of maps too: whoever writes by a descriptor counts them among the messages that stand in this one.
    nested: nestedOf(messages, enums),
  };
}

function fieldOf(field: FieldDescriptor, entries: ReadonlyMap<string, MessageDescriptor>): object {
  const { number: id, label, options, proto3_optional } = field;
  const [key, value] = entries.get((field.type_name ?? '').split('.').at(-1) ?? '')?.fields ?? [];
  if (key && value) return { keyType: typeOf(key), type: typeOf(value), id };
  const rule = label === REPEATED ? 'repeated' : label === REQUIRED ? 'required' : undefined;
  const chosen = {
    ...(options?.packed === undefined ? {} : { packed: options.packed }),
    ...(proto3_optional === true ? { proto3_optional: true } : {}),
  };
  return { type: typeOf(field), id, ...(rule ? { rule } : {}), options: chosen };
}

function typeOf({ name, type = 0, type_name: named }: FieldDescriptor): string {
  if (type === GROUP)
    throw new Error(`its field ${name} is a group, which only the text of a .proto file can have here`);
  const known = TYPES[type] ?? named;
  if (known === undefined || known === '') throw new Error(`its field ${name} has no type`);
  return known;
}

function numbersOf(values: EnumDescriptor['values']): Record<string, number> {
  return Object.fromEntries(values.map(({ name, number }) => [name, number]));
}
