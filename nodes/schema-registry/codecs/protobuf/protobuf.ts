import { toError } from '../../../shared/user-error';
import { ByteInput } from '../byte-input';
import { ByteOutput } from '../byte-output';
import { DecodeError, MisfitError, type Codec, type SchemaSource } from '../codec';
import { readMessage } from './read';
import { ProtoFile, type Message } from './schema';
import { writeMessage } from './write';

/** Messages stand in messages, but nobody goes that far. */
const MOST_INDEXES = 100;

/** @throws Error that says what is wrong with the schema */
export function protobufCodec(source: SchemaSource): Codec {
  const file = new ProtoFile(source);
  return {
    decode: (bytes, integers, meter, behindName) => {
      const input = new ByteInput(bytes);
      const indexes = behindName ? indexesInHeader(behindName) : indexesOf(input);
      return readMessage(messageOf(file, indexes), input.take(input.left), integers, meter);
    },
    encode: (value, name) => {
      const indexes = name === undefined ? [0] : file.indexesOf(name);
      const message = indexes && file.messageAt(indexes);
      if (!message) throw new MisfitError('message', '', value, name ?? '1');
      return Buffer.concat([frontOf(indexes), writeMessage(message, value)]);
    },
  };
}

/** Which of the file's messages it is. One byte stands for the first, which most are. */
function frontOf(indexes: readonly number[]): Buffer {
  const output = new ByteOutput();
  const isFirst = indexes.length === 1 && indexes[0] === 0;
  for (const number of isFirst ? [0] : [indexes.length, ...indexes]) output.zigzag(number);
  return output.done();
}

function indexesInHeader(behindName: Buffer): number[] {
  const input = new ByteInput(behindName);
  try {
    const indexes = indexesOf(input);
    input.end();
    return indexes;
  } catch (error) {
    throw new DecodeError(
      `which of its messages it is can't be read in the header: ${toError(error).message}`,
    );
  }
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
