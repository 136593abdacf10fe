import type { Cluster } from 'kafkajs/src/cluster';
import type ConsumerGroup from 'kafkajs/src/consumer/consumerGroup';
import type { FetchedRun } from './fetched-run';
import { isTimeout } from './silent-connections';

/*
 * Brokers answer for each partition of a request by itself. kafkajs throws the whole answer away when one of them has an
 * error: of several topics one that may not be read, or whose disk is broken, stopped all others of its broker.
 */

/** What a fetch has brought: records, or why there are none. */
export type FetchAnswer = readonly Pick<FetchedRun, 'topic' | 'partition' | 'fetchedOffset' | 'error'>[];

/** The offset that was asked for where nobody was asked. */
const NONE = '-1';

const listeners = new WeakMap<Cluster, (answer: FetchAnswer) => void>();

/** Has somebody told of each fetch of a consumer's connections. `listener` may not throw. */
export function onFetchAnswers(cluster: Cluster, listener: (answer: FetchAnswer) => void): void {
  listeners.set(cluster, listener);
}

/** Whether kafkajs says of a broker that it can't be reached, or does not answer. */
export function isUnreachable(error: unknown): error is Error {
  return isTimeout(error) || (error instanceof Error && error.name === 'KafkaJSConnectionError');
}

/**
 * Lets a consumer go on with what a fetch has brought, whatever else was refused, and with other brokers where one can't be
 * reached: kafkajs began anew with all of them.
 */
export function goOnWithTheRest({ prototype }: typeof ConsumerGroup): void {
  const { fetch } = prototype;
  prototype.fetch = async function (this: ConsumerGroup, nodeId) {
    const listener = listeners.get(this.cluster);
    // By a clock that was set back kafkajs would not tell the group that this member is alive before that time has come again.
    if (this.lastRequest > Date.now()) this.lastRequest = 0;
    let runs: Awaited<ReturnType<typeof fetch>>;
    try {
      runs = await fetch.call(this, nodeId);
    } catch (error) {
      if (!listener || !isUnreachable(error) || !isAnyOtherThere(this.cluster, nodeId)) throw error;
      const places = this.filterPartitionsByNode(nodeId, this.subscriptionState.active());
      listener(
        places.flatMap(({ topic, partitions }) =>
          partitions.map((partition) => ({ topic, partition, fetchedOffset: NONE, error })),
        ),
      );
      return [];
    }
    const refused = runs.find(({ error }) => error !== undefined);
    if (!listener && refused?.error) {
      // Nobody makes it wait: kafkajs does what it would have done.
      await this.recoverFromFetch(refused.error);
      return [];
    }
    listener?.(runs);
    return refused ? runs.filter(({ error }) => error === undefined) : runs;
  };
}

function isAnyOtherThere({ brokerPool: { brokers } }: Cluster, nodeId: string): boolean {
  return Object.entries(brokers).some(([id, broker]) => id !== String(nodeId) && broker.isConnected());
}

/** Answers of which kafkajs has made an error, by that error. */
const answers = new WeakMap<Error, unknown>();

/**
 * Keeps an answer in which a part has an error, for wholeAnswer.
 * @param parse kafkajs's: rejects with the error of the first part that has one
 */
export function keepingAnswers<T extends { errorCode?: number }>(
  parse: (answer: T) => Promise<unknown>,
): (answer: T) => Promise<unknown> {
  return async (answer) => {
    try {
      return await parse(answer);
    } catch (error) {
      // An error of the answer itself leaves nothing to tell of its parts.
      if (error instanceof Error && !answer.errorCode) answers.set(error, answer);
      throw error;
    }
  };
}

/** @returns the answer to a question with the error codes of its parts; rejects where it is one error altogether */
export async function wholeAnswer<T>(question: Promise<T>): Promise<T> {
  try {
    return await question;
  } catch (error) {
    const answer = error instanceof Error ? answers.get(error) : undefined;
    if (answer === undefined) throw error;
    return answer as T;
  }
}

/** Kafka's names of what is wrong with a partition alone, and not with the group or its member. */
const OF_PARTITIONS = new Set([
  'TOPIC_AUTHORIZATION_FAILED',
  'UNKNOWN_TOPIC_OR_PARTITION',
  'OFFSET_METADATA_TOO_LARGE',
  'INVALID_COMMIT_OFFSET_SIZE',
]);

interface CommitAnswer {
  responses: { topic: string; partitions: { partition: number; errorCode: number }[] }[];
}

/** A partition of which an offset is not taken, and kafkajs's error for that. */
interface Refusal {
  topic: string;
  partition: number;
  error: Error;
}

/** All other offsets of the same commit are taken. */
export class OffsetsRefused extends Error {
  /** For kafkajs: nothing of this passes by trying at once again. */
  readonly retriable = false;

  constructor(readonly refusals: readonly Refusal[]) {
    super(refusals[0]?.error.message);
    this.name = new.target.name;
  }
}

/**
 * Says of which partitions offsets are not taken.
 * @param parse kafkajs's: rejects with the error of the first partition that has one
 * @returns rejects with an OffsetsRefused, or with kafkajs's error where it is about the group
 */
export function refusedOffsets(
  parse: (answer: CommitAnswer) => Promise<unknown>,
): (answer: CommitAnswer) => Promise<unknown> {
  return async (answer) => {
    const refusals: Refusal[] = [];
    for (const { topic, partitions } of answer.responses) {
      for (const one of partitions) {
        if (one.errorCode === 0) continue;
        try {
          await parse({ responses: [{ topic, partitions: [one] }] });
        } catch (error) {
          if (!(error instanceof Error) || !OF_PARTITIONS.has((error as { type?: string }).type ?? ''))
            throw error;
          refusals.push({ topic, partition: one.partition, error });
        }
      }
    }
    if (refusals.length > 0) throw new OffsetsRefused(refusals);
    return answer;
  };
}
