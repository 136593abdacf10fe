import { ByteInput } from '../byte-input';
import { DecodeError, type Codec, type SchemaSource } from '../codec';
import { readMessage } from './read';
import { ProtoFile, type Message } from './schema';
import { writeMessage } from './write';

/** Messages stand in messages, but nobody goes that far. */
const MOST_INDEXES = 100;
/** In front of a message: which of the file's it is. One byte stands for the first, which most are. */
const FIRST_MESSAGE = 0;

/** @throws Error that says what is wrong with the schema */
export function protobufCodec(source: SchemaSource): Codec {
  const file = new ProtoFile(source);
  return {
    decode: (bytes, integers, meter) => {
      const input = new ByteInput(bytes);
      const message = messageOf(file, indexesOf(input));
      return readMessage(message, input.take(input.left), integers, meter);
    },
    encode: (value) => {
      const first = file.messageAt([0]);
      if (!first) throw new Error('the schema has no message');
      return Buffer.concat([Buffer.of(FIRST_MESSAGE), writeMessage(first, value)]);
    },
  };
}

function indexesOf(input: ByteInput): number[] {
  const count = input.count(input.zigzag());
  if (count < 0 || count > MOST_INDEXES) throw new DecodeError(`${count} indexes name no message`);
  if (count === 0) return [0];
  return Array.from({ length: count }, () => input.count(input.zigzag()));
}

function messageOf(file: ProtoFile, indexes: readonly number[]): Message {
  const message = file.messageAt(indexes);
  if (message) return message;
  throw new DecodeError(`the schema has no message at ${indexes.join(', ')}`);
}
