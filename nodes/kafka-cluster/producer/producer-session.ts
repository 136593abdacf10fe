import { CODECS } from '../compression/codecs';
import {
  Partitioners,
  createProducer,
  RecordRun,
  type Leader,
  type Leaders,
  type ProduceAnswer,
  type Producer,
  type RecordMetadata,
} from '../patched-kafkajs/index';
import type { KafkaClient } from '../client';
import type { OutgoingRecord, ProducerOptions, TopicPartition } from '../types';
import { withTimeout } from '../../shared/time-limit';

const DISCONNECT_TIMEOUT_MS = 3_000;
/** How long the broker may wait for its replicas before it answers. */
const PRODUCE_TIMEOUT_MS = 5_000;
/**
 * A producer numbers the records of each partition in 31 bits, and kafkajs does not get past the end: it would be refused
 * for ever. A session is replaced long before that.
 */
const MAX_RECORDS_PER_PARTITION = 2 ** 31 - 2 ** 24;

/** One idempotent kafkajs producer, with its own connections and producer id, from its connect to its end. */
export class ProducerSession {
  /** No longer to be used for new sends. */
  retired = false;
  private inFlight = 0;
  private readonly sent = new Map<string, number>();

  private constructor(
    private readonly client: KafkaClient,
    private readonly producer: Producer,
    private readonly leaders: Leaders | undefined,
    private readonly options: ProducerOptions,
  ) {}

  /**
   * Connects and gets a producer id; rejects when that takes too long.
   * @param onAnswer told of each answer to records
   */
  static async open(
    client: KafkaClient,
    options: ProducerOptions,
    onAnswer: (answer: ProduceAnswer) => void,
  ): Promise<ProducerSession> {
    const config = {
      // Without acks=all there is nothing that numbers could protect, and kafkajs refuses the combination.
      idempotent: options.acks === 'all',
      maxInFlightRequests: 1,
      allowAutoTopicCreation: false,
      createPartitioner: Partitioners.DefaultPartitioner,
      retry: { retries: Number.MAX_SAFE_INTEGER },
    };
    const { producer, leaders } = createProducer(client.kafka, config, onAnswer);
    try {
      await withTimeout(
        producer.connect(),
        client.patienceMs,
        () => new Error(`not connected within ${client.patienceMs / 1000} s`),
      );
    } catch (error) {
      client.retire();
      throw error;
    }
    return new ProducerSession(client, producer, leaders, options);
  }

  /**
   * Sends until the broker has answered, however long that takes.
   * @returns the broker's answer for each partition it names
   */
  async send(
    topic: string,
    partition: number,
    records: readonly OutgoingRecord[],
  ): Promise<RecordMetadata[]> {
    this.inFlight++;
    try {
      const answer = await this.producer.send({
        topic,
        acks: this.options.acks === 'all' ? -1 : 1,
        timeout: PRODUCE_TIMEOUT_MS,
        compression: CODECS.indexOf(this.options.compression),
        messages: new RecordRun(partition, records).asMessages,
      });
      this.countSent(`${topic}/${partition}`, records.length);
      return answer;
    } finally {
      this.inFlight--;
      if (this.retired && this.inFlight === 0) void this.disconnect();
    }
  }

  /** @returns how it goes with the broker that leads a partition; undefined where that is not known */
  leaderOf({ topic, partition }: TopicPartition): Leader | undefined {
    return this.leaders?.of(topic, partition);
  }

  /** Takes no more sends; disconnects when those in flight have ended. */
  retire(): void {
    if (this.retired) return;
    this.retired = true;
    if (this.inFlight === 0) void this.disconnect();
  }

  /** Ends now: what is in flight rejects, and is not written later either, unless the broker has it already. */
  abandon(): void {
    this.retired = true;
    this.client.retire();
  }

  /** Disconnects politely, for three seconds at most. */
  async disconnect(): Promise<void> {
    this.retired = true;
    try {
      await withTimeout(
        this.producer.disconnect(),
        DISCONNECT_TIMEOUT_MS,
        () => new Error('not disconnected in time'),
      );
    } catch {
      // Its connections are cut off next, which is all that a failed goodbye leaves to do.
    } finally {
      this.client.retire();
    }
  }

  private countSent(key: string, records: number): void {
    const count = (this.sent.get(key) ?? 0) + records;
    this.sent.set(key, count);
    if (count >= (this.options.recordsPerSession ?? MAX_RECORDS_PER_PARTITION)) this.retire();
  }
}
