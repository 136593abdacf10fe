import type { Acks, Compression, NewTopicSettings } from '../kafka-cluster/types';
import { isBlank, readChoice, readNumber, type FieldValue } from '../shared/fields';
import { requireSet } from '../shared/unset-variable';
import { UserError, shorten } from '../shared/user-error';

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
  createTopics?: boolean;
  topicPartitions?: string | number;
  topicReplicas?: string | number;
  /** days */
  topicRetention?: string | number;
  outbox?: boolean;
  durability?: string;
  outboxMaxMB?: string | number;
  outboxMaxAge?: string | number;
  whenFull?: string;
  drainRate?: string | number;
  maxBatchBytes?: string | number;
}

/** A typed input as the dialog saves it. */
export interface TypedValue {
  type: string;
  value: string;
}

export interface ProducerSettings {
  topic: TypedValue;
  key: TypedValue;
  partition: TypedValue;
  headers: TypedValue;
  acks: Acks;
  compression: Compression;
  tombstones: boolean;
  createTopics: boolean;
  /** of the topics that are created */
  newTopics: NewTopicSettings;
  outbox: boolean;
  sync: boolean;
  maxBytes: number;
  maxAgeMs: number;
  whenFull: 'refuse' | 'drop-oldest';
  drainRate: number;
  maxBatchBytes: number | undefined;
}

/** More partitions than this nobody means, and a broker would be busy with them for minutes. */
const MOST_PARTITIONS = 10_000;
/** The wire has 16 bits for it. */
const MOST_REPLICAS = 32_767;
const DAY_MS = 86_400_000;
const UNSET = 'kafka-producer.errors.unset-variable';

/** The least that an empty batch and a small record take. */
const LEAST_BATCH_BYTES = 256;

/**
 * Reads the dialog's fields.
 * @throws UserError that names the field and its value
 */
export function readProducerConfig(config: ProducerConfig): ProducerSettings {
  const maxAge = number(config.outboxMaxAge, 'outboxMaxAge', 0);
  return {
    topic: readTyped(config.topic, config.topicType, 'str', 'topic'),
    key: readTyped(config.key ?? 'key', config.keyType, 'msg', 'key'),
    partition: readTyped(config.partition, config.partitionType, 'str', 'partition'),
    headers: readTyped(config.headers, config.headersType, 'msg', 'headers'),
    acks: choice(config.acks, 'acks', ['all', 'leader']),
    compression: choice(config.compression, 'compression', ['none', 'gzip']),
    tombstones: config.tombstones ?? false,
    createTopics: config.createTopics ?? false,
    newTopics: {
      partitions: readCount(config.topicPartitions, 'topicPartitions', MOST_PARTITIONS),
      replicas: readCount(config.topicReplicas, 'topicReplicas', MOST_REPLICAS),
      retentionMs: readRetention(config.topicRetention),
    },
    outbox: config.outbox ?? true,
    sync: choice(config.durability, 'durability', ['process', 'power']) === 'power',
    maxBytes: number(config.outboxMaxMB, 'outboxMaxMB', 1024, 1) * 2 ** 20,
    maxAgeMs: maxAge === 0 ? Infinity : maxAge * 1000,
    whenFull: choice(config.whenFull, 'whenFull', ['refuse', 'drop-oldest']),
    drainRate: number(config.drainRate, 'drainRate', 0),
    maxBatchBytes: isBlank(config.maxBatchBytes)
      ? undefined
      : number(config.maxBatchBytes, 'maxBatchBytes', 0, LEAST_BATCH_BYTES),
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

function choice<const T extends string>(
  value: string | undefined,
  field: string,
  choices: readonly [T, ...T[]],
): T {
  return readChoice(
    value,
    choices,
    (wrong) => new UserError('kafka-producer.errors.choice', { field, value: wrong }),
  );
}

function number(value: FieldValue, field: string, otherwise: number, least = 0): number {
  requireSet(String(value ?? ''), field, UNSET);
  return readNumber(
    value,
    { otherwise, min: least, max: Infinity },
    (wrong) => new UserError('kafka-producer.errors.number', { field, value: wrong, least }),
  );
}

/** @returns a whole number from 1 on; undefined where the field is empty */
function readCount(value: FieldValue, field: string, most: number): number | undefined {
  if (isBlank(value)) return undefined;
  const count = number(value, field, 1, 1);
  if (!Number.isInteger(count) || count > most) {
    throw new UserError('kafka-producer.errors.whole-number', { field, value: shorten(value), most });
  }
  return count;
}

/** @returns milliseconds, Infinity for 0 days; undefined where the field is empty */
function readRetention(value: FieldValue): number | undefined {
  if (isBlank(value)) return undefined;
  const days = number(value, 'topicRetention', 0);
  return days === 0 ? Infinity : days * DAY_MS;
}
