import { UserError, toError, type TextParams } from '../shared/user-error';
import { connectionProblem, unreachableAnnounced } from './connection-problem';
import type { KafkaProblem, KafkaProblemError } from './types';
import { NoAnswerError } from './with-timeout';

interface KafkaErrorOptions {
  cause?: unknown;
  /** the name of its text in the catalog, where the problem has several */
  text?: string;
}

/** An error of this folder: `problem` says what a caller can do about it; its text says what a person can do. */
export class KafkaError extends UserError implements KafkaProblemError {
  /**
   * For kafkajs, where one of these comes up inside of it while it signs in: it would try again on the same connection,
   * on which a broker takes no second beginning.
   */
  readonly retriable = false;

  constructor(
    readonly problem: KafkaProblem,
    params: TextParams = {},
    { text = problem, ...options }: KafkaErrorOptions = {},
  ) {
    super(`kafka-cluster.errors.${text}`, params, options);
  }
}

/** The part of kafkajs's errors that decisions are made by. */
interface ProtocolError extends Error {
  type?: string;
  /** of an answer about several topics */
  errors?: unknown[];
}

/** Kafka's names of the errors that a caller can do something about. */
const PROBLEMS: Record<string, KafkaProblem> = {
  MESSAGE_TOO_LARGE: 'too-large',
  RECORD_LIST_TOO_LARGE: 'too-large',
  INVALID_RECORD: 'record-refused',
  INVALID_TIMESTAMP: 'time-refused',
  UNKNOWN_TOPIC_OR_PARTITION: 'topic-missing',
  INVALID_TOPIC_EXCEPTION: 'topic-name',
  TOPIC_AUTHORIZATION_FAILED: 'topic-forbidden',
  CLUSTER_AUTHORIZATION_FAILED: 'topic-forbidden',
  GROUP_AUTHORIZATION_FAILED: 'group-forbidden',
  INCONSISTENT_GROUP_PROTOCOL: 'group-protocol',
};

const LASTING: ReadonlySet<KafkaProblem> = new Set<KafkaProblem>([
  'not-admitted',
  'broker-version',
  'topic-forbidden',
  'group-forbidden',
]);

const OF_CONNECTIONS: ReadonlySet<string> = new Set([
  'KafkaJSConnectionError',
  'KafkaJSConnectionClosedError',
  'KafkaJSRequestTimeoutError',
  'KafkaJSBrokerNotFound',
  NoAnswerError.name,
]);

/** @returns Kafka's name of an error, found in it or in what caused it (UNKNOWN_TOPIC_OR_PARTITION, ...) */
export function protocolErrorType(error: unknown): string | undefined {
  for (let e = error; e instanceof Error; e = e.cause) {
    const { type, errors } = e as ProtocolError;
    if (typeof type === 'string') return type;
    if (errors && errors.length > 0) return protocolErrorType(errors[0]);
  }
  return undefined;
}

/** @returns whether an error says that a broker can't be reached, which is nothing about what it was asked for */
export function isOfConnection(error: unknown): boolean {
  return error instanceof Error && OF_CONNECTIONS.has(error.name);
}

/** @returns what Kafka itself says in an error; of an answer about several topics, of the first */
export function sentenceOf(error: unknown): string {
  const [first] = (error as ProtocolError).errors ?? [];
  return first === undefined ? toError(error).message : sentenceOf(first);
}

/** @returns kafkajs's error as one of ours where it says what to change; one that already is ours stays as it is */
export function knownKafkaError(error: unknown, params: TextParams): KafkaError | undefined {
  for (let e = error; e instanceof Error; e = e.cause) if (e instanceof KafkaError) return e;
  const problem = PROBLEMS[protocolErrorType(error) ?? ''];
  const announced = unreachableAnnounced(
    error,
    typeof params.brokers === 'string' ? params.brokers.split(', ') : [],
  );
  const reason = sentenceOf(error);
  if (announced) {
    const { text, address } = announced;
    return new KafkaError('unreachable', { ...params, reason, announced: address }, { cause: error, text });
  }
  const found = problem ? { problem, text: problem } : connectionProblem(error);
  if (!found) return undefined;
  return new KafkaError(found.problem, { ...params, reason }, { cause: error, text: found.text });
}

/**
 * @param params what the texts need: topic, partition, brokers, group
 * @param fallback the problem of an error that has none of its own
 * @returns kafkajs's error as one of ours
 */
export function toKafkaError(error: unknown, params: TextParams, fallback: KafkaProblem): KafkaError {
  const reason = sentenceOf(error);
  return knownKafkaError(error, params) ?? new KafkaError(fallback, { ...params, reason }, { cause: error });
}

/** @returns whether this lasts until somebody changes settings or rights: waiting alone is of no use */
export function isLasting(error: unknown): boolean {
  return error instanceof KafkaError && LASTING.has(error.problem);
}
