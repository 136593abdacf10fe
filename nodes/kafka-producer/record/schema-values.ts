import type { EncoderSettings, RegistryLease } from '../../schema-registry/types';
import { isTopicName } from '../../shared/topic-name';
import type { ProducerSettings, SchemaSettings } from '../config';

/** Makes a record's value or key of what a message has; a promise only where the registry has to be asked. */
export type Encode = (topic: unknown, value: unknown) => unknown;

/** What is written by schemas of a registry. */
export interface Encoders {
  payload?: Encode;
  key?: Encode;
}

/** @returns what writes by the schemas of a registry, as the settings have it */
export function schemaEncoders(
  { schemas, keySchemas }: Pick<ProducerSettings, 'schemas' | 'keySchemas'>,
  registry: RegistryLease,
): Encoders {
  return {
    ...(schemas ? { payload: payloadEncoder(schemas, registry) } : {}),
    ...(keySchemas ? { key: keyEncoder(registry) } : {}),
  };
}

function payloadEncoder({ subject, register, message }: SchemaSettings, registry: RegistryLease): Encode {
  const settings: EncoderSettings = {
    ...(register ? { register } : {}),
    ...(message === undefined ? {} : { message }),
  };
  return (topic, payload) => {
    // No value at all is a tombstone, or an error that is told where the record is made; so is a wrong topic.
    if (payload === null || payload === undefined) return payload;
    if (subject !== '') return registry.encode(subject, payload, settings);
    if (!isTopic(topic)) return Buffer.alloc(0);
    return registry.encode(`${topic}-value`, payload, settings);
  };
}

function keyEncoder(registry: RegistryLease): Encode {
  return (topic, key) => {
    if (key === null || key === undefined || key === '') return key;
    return isTopic(topic) ? registry.encode(`${topic}-key`, key, {}) : Buffer.alloc(0);
  };
}

function isTopic(topic: unknown): topic is string {
  return typeof topic === 'string' && isTopicName(topic);
}
