import type {
  ClusterProducer,
  IncomingRecord,
  KafkaProblemError,
  TopicPartition,
} from '../../kafka-cluster/types';
import { keepTrying } from '../../shared/keep-trying';
import { encodeBody, type ReadContent } from '../../shared/record-body';
import { eachHeader, type RecordHeaders } from '../../shared/record-headers';
import type { Rejection } from '../delivery/decode';
import type { DeadLetterPlace } from '../delivery/message';

/**
 * The headers that a dead letter has beside its record's own. They are part of the node's interface: its help lists
 * them.
 */
export const DEAD_LETTER_HEADERS = {
  /** no-value, not-text, not-json, rejected or unconfirmed */
  reason: 'dead-letter-reason',
  /** the reason in more words */
  detail: 'dead-letter-detail',
  /** where the record stood */
  topic: 'dead-letter-topic',
  partition: 'dead-letter-partition',
  offset: 'dead-letter-offset',
  /** the record's own time, and when it was set aside (milliseconds since 1970) */
  timestamp: 'dead-letter-timestamp',
  time: 'dead-letter-time',
  /** the consumer group that set it aside */
  group: 'dead-letter-group',
  /** only where its topic takes no record of that size: how many bytes of the value it leaves out, with the headers */
  truncated: 'dead-letter-truncated',
} as const;

/** Dead letters written with one request, at most. */
const LETTERS_PER_SEND = 100;
/** What a record costs beside its bytes, generously: lengths, deltas, and the batch's own header. */
const BYTES_BESIDE = 128;
const MAX_DETAIL = 500;
/** A letter without its record's content keeps a key of this many bytes. */
const MAX_KEY = 1_024;
/** What stands where a record has no time. */
const NO_TIME = -1;

interface Letter {
  topic: string;
  record: ReadContent & { timestamp: number };
  /** the headers that it has beside its record's own */
  reasons: RecordHeaders;
  truncated: boolean;
  resolve: (place: DeadLetterPlace) => void;
  reject: (error: unknown) => void;
}

export interface DeadLetterOptions {
  groupId: string;
  /** the dead-letter topic of a topic */
  topicOf: (topic: string) => string;
  createProducer: () => ClusterProducer;
  /** told when writing fails, and with undefined when it works again */
  onProblem: (error: Error | undefined) => void;
}

/**
 * Writes records that are set aside into their dead-letter topic, with their original key, value and headers; only with
 * the reason and their place where the topic takes no record of that size. It tries until it succeeds; until then the
 * record is not confirmed.
 */
export class DeadLetters {
  private readonly closing = new AbortController();
  private readonly letters: Letter[] = [];
  private producer: ClusterProducer | undefined;
  private writing: Promise<void> | undefined;

  constructor(private readonly options: DeadLetterOptions) {}

  /**
   * @returns where the dead letter stands, once it is safe there
   * @throws an AbortError when this is closed first; a KafkaProblemError when the topic will never take this one
   */
  put(place: TopicPartition, record: IncomingRecord, rejection: Rejection): Promise<DeadLetterPlace> {
    return new Promise((resolve, reject) => {
      const reasons = reasonHeaders(place, record, rejection, this.options.groupId);
      const { key, value } = record;
      // First: of many headers a reader may take only so many.
      const headers = { ...reasons, ...record.headers, ...reasons };
      // Brokers refuse a time that is far ahead, and a damaged one may pass all that a record has room for. The record's
      // own is in the headers.
      const timestamp = Math.max(NO_TIME, Math.min(record.timestamp, Date.now()));
      this.letters.push({
        topic: this.options.topicOf(place.topic),
        record: { key, value, headers, timestamp },
        reasons,
        truncated: false,
        resolve,
        reject,
      });
      this.writing ??= this.write().finally(() => (this.writing = undefined));
    });
  }

  async close(): Promise<void> {
    this.closing.abort();
    await this.writing;
    await this.producer?.close();
  }

  private async write(): Promise<void> {
    // The letters of one turn are written together.
    await Promise.resolve();
    while (this.letters.length > 0) {
      const { topic } = this.letters[0]!;
      const count = this.letters.findIndex((letter) => letter.topic !== topic);
      const letters = this.letters.splice(0, Math.min(count < 0 ? Infinity : count, LETTERS_PER_SEND));
      try {
        await this.writeTo(topic, letters);
      } catch (error) {
        for (const letter of letters) letter.reject(error);
      }
    }
  }

  private async writeTo(topic: string, letters: Letter[]): Promise<void> {
    const producer = (this.producer ??= this.options.createProducer());
    const byPartition = new Map<number, Letter[]>();
    for (const letter of letters) {
      const partition = await this.persist(() => producer.partitionFor(topic, letter.record.key));
      byPartition.set(partition, [...(byPartition.get(partition) ?? []), letter]);
    }
    const limit = await this.persist(() => producer.maxBatchBytes(topic));
    for (const [partition, mine] of byPartition) {
      for (const some of fit(mine, limit)) await this.send(producer, { topic, partition }, some);
    }
  }

  /** Sends letters in one batch; when one of them is refused for good, each by itself. */
  private async send(producer: ClusterProducer, place: TopicPartition, letters: Letter[]): Promise<void> {
    const { topic, partition } = place;
    const records = letters.map(({ record }) => ({
      bytes: encodeBody(record),
      bodyAt: 0,
      timestamp: record.timestamp,
    }));
    const answer = await this.persist(async () => {
      try {
        return await producer.send(topic, partition, records);
      } catch (error) {
        if (isRefusal(error)) return error;
        throw error;
      }
    });
    if (!isRefusal(answer)) {
      letters.forEach(({ truncated, resolve }, index) => {
        const offset = String(BigInt(answer.baseOffset) + BigInt(index));
        resolve({ topic, partition, offset, ...(truncated ? { truncated } : {}) });
      });
    } else if (letters.length === 1 && answer.problem === 'too-large' && !letters[0]!.truncated) {
      await this.send(producer, place, [truncate(letters[0]!)]);
    } else if (letters.length === 1) {
      letters[0]?.reject(answer);
    } else {
      for (const letter of letters) await this.send(producer, place, [letter]);
    }
  }

  private async persist<T>(attempt: () => Promise<T>): Promise<T> {
    let failed = false;
    const result = await keepTrying(attempt, {
      signal: this.closing.signal,
      onError: (error) => {
        failed = true;
        this.options.onProblem(error);
      },
    });
    if (failed) this.options.onProblem(undefined);
    return result;
  }
}

/** @returns whether Kafka has refused a record in a way that another attempt would not change */
function isRefusal(answer: unknown): answer is KafkaProblemError {
  const problem = answer instanceof Error && 'problem' in answer ? answer.problem : undefined;
  return problem === 'too-large' || problem === 'record-refused';
}

function reasonHeaders(
  { topic, partition }: TopicPartition,
  { offset, timestamp }: IncomingRecord,
  { reason, detail }: Rejection,
  groupId: string,
): RecordHeaders {
  return {
    [DEAD_LETTER_HEADERS.reason]: reason,
    [DEAD_LETTER_HEADERS.detail]: detail.slice(0, MAX_DETAIL),
    [DEAD_LETTER_HEADERS.topic]: topic,
    [DEAD_LETTER_HEADERS.partition]: String(partition),
    [DEAD_LETTER_HEADERS.offset]: offset,
    [DEAD_LETTER_HEADERS.timestamp]: String(timestamp),
    [DEAD_LETTER_HEADERS.time]: String(Date.now()),
    [DEAD_LETTER_HEADERS.group]: groupId,
  };
}

function truncate({ record, reasons, ...letter }: Letter): Letter {
  const { key, value, timestamp } = record;
  const headers = { ...reasons, [DEAD_LETTER_HEADERS.truncated]: String(value?.length ?? 0) };
  const small = key !== null && key.length <= MAX_KEY;
  return {
    ...letter,
    record: { key: small ? key : null, value: null, headers, timestamp },
    reasons,
    truncated: true,
  };
}

/** Cuts letters into runs that fit into one batch of the broker. */
function fit(letters: readonly Letter[], limit: number): Letter[][] {
  const runs: Letter[][] = [];
  let size = Infinity;
  for (const letter of letters) {
    const bytes = sizeOf(letter.record);
    if (size + bytes > limit) {
      runs.push([]);
      size = 0;
    }
    runs.at(-1)?.push(letter);
    size += bytes;
  }
  return runs;
}

function sizeOf({ key, value, headers }: ReadContent): number {
  let bytes = BYTES_BESIDE + (key?.length ?? 0) + (value?.length ?? 0);
  eachHeader(headers, (name, value) => {
    bytes += Buffer.byteLength(name) + Buffer.byteLength(value ?? '') + 10;
  });
  return bytes;
}
