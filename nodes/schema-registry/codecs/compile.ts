import { avroCodec } from './avro/avro';
import type { Codec, SchemaSource } from './codec';
import { jsonCodec } from './json';
import { protobufCodec } from './protobuf/protobuf';

/** @throws Error that says what is wrong with the schema */
export function compile(source: SchemaSource): Codec {
  switch (source.type) {
    case 'AVRO':
      return avroCodec(source);
    case 'JSON':
      return jsonCodec(source);
    case 'PROTOBUF':
      return protobufCodec(source);
  }
}
