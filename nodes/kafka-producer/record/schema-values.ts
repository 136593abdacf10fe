import type { EncoderSettings, RegistryLease } from '../../schema-registry/types';
import { isTopicName } from '../../shared/topic-name';
import type { SchemaSettings } from '../config';

/** Makes a record's value of a payload; a promise only where the registry has to be asked. */
export type Encode = (topic: unknown, payload: unknown) => unknown;

/** @returns what writes payloads by the schemas of a registry */
export function schemaEncoder({ subject, register }: SchemaSettings, registry: RegistryLease): Encode {
  const settings: EncoderSettings = register ? { register } : {};
  return (topic, payload) => {
    // No value at all is a tombstone, or an error that is told where the record is made; so is a wrong topic.
    if (payload === null || payload === undefined) return payload;
    if (subject !== '') return registry.encode(subject, payload, settings);
    if (typeof topic !== 'string' || !isTopicName(topic)) return Buffer.alloc(0);
    return registry.encode(`${topic}-value`, payload, settings);
  };
}
