import type { Acks, Compression, NewTopicSettings } from '../kafka-cluster/types';
import { SCHEMA_TYPES, type SchemaType } from '../shared/schema-types';
import { DAY_MS } from '../shared/durations';
import { FieldReader } from '../shared/field-reader';
import type { FieldValue } from '../shared/fields';
import { withTodaysNames } from '../shared/renamed-settings';
import { requireSet } from '../shared/unset-variable';
import { UserError } from '../shared/user-error';

/** What the dialog saves; numbers are text there, so that they can come from the environment. */
export interface ProducerConfig {
  name?: string;
  cluster?: string;
  topic?: string;
  topicType?: string;
  key?: string;
  keyType?: string;
  partition?: string;
  partitionType?: string;
  headers?: string;
  headersType?: string;
  acks?: string;
  compression?: string;
  tombstones?: boolean;
  payloadAs?: string;
  keyAs?: string;
  /** id of a schema-registry node */
  registry?: string;
  subject?: string;
  /** of a Protobuf file */
  protobufMessage?: string;
  registerSchema?: boolean;
  schemaType?: string;
  schema?: string;
  createTopics?: boolean;
  topicPartitions?: string | number;
  topicReplicas?: string | number;
  /** days */
  topicRetentionDays?: string | number;
  outbox?: boolean;
  durability?: string;
  outboxMaxMB?: string | number;
  outboxMaxAgeSeconds?: string | number;
  whenFull?: string;
  drainRecordsPerSecond?: string | number;
  maxBatchBytes?: string | number;
  catchOutages?: boolean;
}

/** A typed input as the dialog saves it. */
export interface TypedValue {
  type: string;
  value: string;
}

/** How payloads are written by schemas of a registry. */
export interface SchemaSettings {
  /** empty: the topic's name with -value behind it */
  subject: string;
  /** the full name of a Protobuf file's message; undefined for its first */
  message: string | undefined;
  /** what is registered under the subject; undefined where its latest schema is taken */
  register: { type: SchemaType; schema: string } | undefined;
}

export interface ProducerSettings {
  topic: TypedValue;
  key: TypedValue;
  partition: TypedValue;
  headers: TypedValue;
  acks: Acks;
  compression: Compression;
  tombstones: boolean;
  /** undefined where payloads are written as they are */
  schemas: SchemaSettings | undefined;
  /** whether keys are written by the latest schema of the topic's name with -key behind it */
  keySchemas: boolean;
  createTopics: boolean;
  /** of the topics that are created */
  newTopics: NewTopicSettings;
  outbox: boolean;
  sync: boolean;
  maxBytes: number;
  maxAgeMs: number;
  whenFull: 'refuse' | 'drop-oldest';
  /** records a second; 0 for as many as go */
  drainRecordsPerSecond: number;
  maxBatchBytes: number | undefined;
  /** whether the Catch nodes get a message once an outage of Kafka */
  catchOutages: boolean;
}

/** More partitions than this nobody means, and a broker would be busy with them for minutes. */
const MOST_PARTITIONS = 10_000;
/** The wire has 16 bits for it. */
const MOST_REPLICAS = 32_767;
const UNSET = 'kafka-producer.errors.unset-variable';
const fields = new FieldReader({
  unset: UNSET,
  choice: 'kafka-producer.errors.choice',
  number: 'kafka-producer.errors.number',
});

/** The least that an empty batch and a small record take. */
const LEAST_BATCH_BYTES = 256;

/**
 * Reads the dialog's fields.
 * @throws UserError that names the field and its value
 */
export function readProducerConfig(saved: ProducerConfig): ProducerSettings {
  const config = withTodaysNames('kafka-producer', saved);
  const maxAge = number(config.outboxMaxAgeSeconds, 'outboxMaxAgeSeconds', 0);
  return {
    topic: readTyped(config.topic, config.topicType, 'str', 'topic'),
    key: readTyped(config.key ?? 'key', config.keyType, 'msg', 'key'),
    partition: readTyped(config.partition, config.partitionType, 'str', 'partition'),
    headers: readTyped(config.headers, config.headersType, 'msg', 'headers'),
    acks: fields.choice(config.acks, 'acks', ['all', 'leader']),
    compression: fields.choice(config.compression, 'compression', ['none', 'gzip', 'snappy', 'lz4', 'zstd']),
    tombstones: config.tombstones ?? false,
    schemas: readSchemas(config),
    keySchemas: fields.choice(config.keyAs, 'keyAs', ['plain', 'registry']) === 'registry',
    createTopics: config.createTopics ?? false,
    newTopics: {
      partitions: readCount(config.topicPartitions, 'topicPartitions', MOST_PARTITIONS),
      replicas: readCount(config.topicReplicas, 'topicReplicas', MOST_REPLICAS),
      retentionMs: readRetention(config.topicRetentionDays),
    },
    outbox: config.outbox ?? true,
    sync: fields.choice(config.durability, 'durability', ['process', 'power']) === 'power',
    maxBytes: number(config.outboxMaxMB, 'outboxMaxMB', 1024, 1) * 2 ** 20,
    maxAgeMs: maxAge === 0 ? Infinity : maxAge * 1000,
    whenFull: fields.choice(config.whenFull, 'whenFull', ['refuse', 'drop-oldest']),
    drainRecordsPerSecond: number(config.drainRecordsPerSecond, 'drainRecordsPerSecond', 0),
    catchOutages: config.catchOutages ?? false,
    maxBatchBytes: fields.optional(config.maxBatchBytes, (given) =>
      number(given, 'maxBatchBytes', 0, LEAST_BATCH_BYTES),
    ),
  };
}

function readSchemas(config: ProducerConfig): SchemaSettings | undefined {
  const { payloadAs, subject, protobufMessage, registerSchema, schemaType, schema } = config;
  if (fields.choice(payloadAs, 'payloadAs', ['plain', 'registry']) === 'plain') return undefined;
  const type = fields.choice(schemaType, 'schemaType', SCHEMA_TYPES);
  if (registerSchema === true && (schema ?? '').trim() === '')
    throw new UserError('kafka-producer.errors.no-schema');
  return {
    subject: fields.text(subject, 'subject'),
    message: fields.text(protobufMessage, 'protobufMessage') || undefined,
    register: registerSchema === true ? { type, schema: schema ?? '' } : undefined,
  };
}

function readTyped(
  value: string | undefined,
  type: string | undefined,
  defaultType: string,
  field: string,
): TypedValue {
  const text = requireSet(value ?? '', field, UNSET);
  return { value: text, type: type || defaultType };
}

function number(value: FieldValue, field: string, otherwise: number, least = 0): number {
  return fields.number(value, field, { otherwise, min: least, max: Infinity });
}

/** @returns a whole number from 1 on; undefined where the field is empty */
function readCount(value: FieldValue, field: string, most: number): number | undefined {
  const rule = { otherwise: 1, min: 1, max: most };
  return fields.optional(value, (given) =>
    fields.wholeNumber(given, field, rule, 'kafka-producer.errors.whole-number'),
  );
}

/** @returns milliseconds, Infinity for 0 days; undefined where the field is empty */
function readRetention(value: FieldValue): number | undefined {
  return fields.optional(value, (given) => {
    const days = number(given, 'topicRetentionDays', 0);
    return days === 0 ? Infinity : days * DAY_MS;
  });
}
