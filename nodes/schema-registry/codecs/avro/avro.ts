import { requireNothing, type Codec, type SchemaSource } from '../codec';
import { readAvro } from './read';
import { AvroNames } from './schema';
import { writeAvro } from './write';

/** @throws Error that says what is wrong with the schema */
export function avroCodec({ text, references }: SchemaSource): Codec {
  const names = new AvroNames();
  for (const reference of references) names.read(JSON.parse(reference.text));
  const type = names.read(JSON.parse(text));
  return {
    decode: (bytes, integers, meter, behindName) => {
      requireNothing(behindName);
      return readAvro(type, bytes, integers, meter);
    },
    encode: (value) => writeAvro(type, value),
  };
}
