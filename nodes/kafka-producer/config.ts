import type { Acks, Compression } from '../kafka-cluster/types';
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
  outbox: boolean;
  sync: boolean;
  maxBytes: number;
  maxAgeMs: number;
  whenFull: 'refuse' | 'drop-oldest';
  drainRate: number;
  maxBatchBytes: number | undefined;
}

/** The least that an empty batch and a small record take. */
const LEAST_BATCH_BYTES = 256;

/**
 * Reads the dialog's fields.
 * @throws UserError that names the field and its value
 */
export function readProducerConfig(config: ProducerConfig): ProducerSettings {
  const maxAge = readNumber(config.outboxMaxAge, 'outboxMaxAge', 0);
  return {
    topic: readTyped(config.topic, config.topicType, 'str', 'topic'),
    key: readTyped(config.key ?? 'key', config.keyType, 'msg', 'key'),
    partition: readTyped(config.partition, config.partitionType, 'str', 'partition'),
    headers: readTyped(config.headers, config.headersType, 'msg', 'headers'),
    acks: readChoice(config.acks, 'acks', ['all', 'leader']),
    compression: readChoice(config.compression, 'compression', ['none', 'gzip']),
    tombstones: config.tombstones ?? false,
    createTopics: config.createTopics ?? false,
    outbox: config.outbox ?? true,
    sync: readChoice(config.durability, 'durability', ['process', 'power']) === 'power',
    maxBytes: readNumber(config.outboxMaxMB, 'outboxMaxMB', 1024, 1) * 2 ** 20,
    maxAgeMs: maxAge === 0 ? Infinity : maxAge * 1000,
    whenFull: readChoice(config.whenFull, 'whenFull', ['refuse', 'drop-oldest']),
    drainRate: readNumber(config.drainRate, 'drainRate', 0),
    maxBatchBytes: isBlank(config.maxBatchBytes)
      ? undefined
      : readNumber(config.maxBatchBytes, 'maxBatchBytes', 0, LEAST_BATCH_BYTES),
  };
}

function readTyped(
  value: string | undefined,
  type: string | undefined,
  defaultType: string,
  field: string,
): TypedValue {
  const text = requireSet(value ?? '', field, 'kafka-producer.errors.unset-variable');
  return { value: text, type: type || defaultType };
}

function readChoice<T extends string>(
  value: string | undefined,
  field: string,
  choices: readonly [T, ...T[]],
): T {
  if (isBlank(value)) return choices[0];
  const choice = choices.find((one) => one === value);
  if (choice === undefined)
    throw new UserError('kafka-producer.errors.choice', { field, value: shorten(value) });
  return choice;
}

function readNumber(value: string | number | undefined, field: string, otherwise: number, least = 0): number {
  if (isBlank(value)) return otherwise;
  const number = Number(requireSet(String(value), field, 'kafka-producer.errors.unset-variable'));
  if (!Number.isFinite(number) || number < least) {
    throw new UserError('kafka-producer.errors.number', { field, value: shorten(value), least });
  }
  return number;
}

function isBlank(value: string | number | undefined): value is undefined | '' {
  return value === undefined || (typeof value === 'string' && value.trim() === '');
}
