import { UserError, toError, type TextParams } from '../shared/user-error';
import type { KafkaProblem, KafkaProblemError } from './types';

/** An error of this folder: `problem` says what a caller can do about it, and names its text in the catalog. */
export class KafkaError extends UserError implements KafkaProblemError {
  constructor(
    readonly problem: KafkaProblem,
    params: TextParams = {},
    options?: { cause?: unknown },
  ) {
    super(`kafka-cluster.errors.${problem}`, params, options);
  }
}

/** The part of kafkajs's errors that decisions are made by. */
interface ProtocolError extends Error {
  type?: string;
}

/** Kafka's names of the errors that a caller can do something about. */
const PROBLEMS: Record<string, KafkaProblem> = {
  MESSAGE_TOO_LARGE: 'too-large',
  RECORD_LIST_TOO_LARGE: 'too-large',
  INVALID_RECORD: 'record-refused',
  INVALID_TIMESTAMP: 'record-refused',
  UNKNOWN_TOPIC_OR_PARTITION: 'topic-missing',
  INVALID_TOPIC_EXCEPTION: 'topic-name',
  TOPIC_AUTHORIZATION_FAILED: 'topic-forbidden',
  CLUSTER_AUTHORIZATION_FAILED: 'topic-forbidden',
};

/** @returns Kafka's name of an error, found in it or in what caused it (UNKNOWN_TOPIC_OR_PARTITION, ...) */
export function protocolErrorType(error: unknown): string | undefined {
  for (let e = error; e instanceof Error; e = e.cause) {
    const { type } = e as ProtocolError;
    if (typeof type === 'string') return type;
  }
  return undefined;
}

/**
 * @param params what the texts need: topic, partition, brokers
 * @param fallback the problem of an error that has none of its own
 * @returns kafkajs's error as one of ours; one that already is stays as it is
 */
export function toKafkaError(error: unknown, params: TextParams, fallback: KafkaProblem): KafkaError {
  if (error instanceof KafkaError) return error;
  const problem = PROBLEMS[protocolErrorType(error) ?? ''] ?? fallback;
  return new KafkaError(problem, { ...params, reason: toError(error).message }, { cause: error });
}
