import { EventEmitter } from 'node:events';
import { keepTrying } from '../shared/keep-trying';
import { toError } from '../shared/user-error';
import type { KafkaClient } from './client';
import { KafkaError, isLasting, protocolErrorType, toKafkaError } from './errors';
import { murmur2 } from './murmur2';
import { ProducerSession } from './producer-session';
import { Questions } from './questions';
import { TopicDirectory } from './topic-directory';
import type { ClientState, ClusterProducer, OutgoingRecord, ProducerOptions } from './types';

/** Records without a key stay on one partition for this long, so that they travel in few batches. */
const STICKY_MS = 1_000;
const WATCH_INTERVAL_MS = 1_000;
/** A send that takes longer than this makes the watchdog look whether the cluster can be reached. */
const SUSPICIOUS_AFTER_MS = 3_000;
/** A send still pending after the cluster has been reachable this long hangs on a connection that went silent. */
const SILENT_AFTER_MS = 20_000;
const RECONNECT_BOUNDS = { initialDelay: 250, maxDelay: 3_000 };

interface PendingSend {
  topic: string;
  since: number;
  session: ProducerSession;
  /** ends the waiting for this send, whatever becomes of it */
  fail(reason: Error): void;
  /** there is nothing to wait for any more */
  end(): void;
}

/** How the clients of a producer are made: one that tries without end, and one that tries each broker once. */
export interface ProducerClients {
  patient(onConnectionLost: () => void): KafkaClient;
  impatient(): KafkaClient;
}

/**
 * The ClusterProducer that writes through kafkajs, in the one way in which kafkajs 2.2.4 acknowledges only what was
 * written: each call is one partition, the answer has to name it, and a producer whose send has failed for good is not
 * used again (its record numbers no longer match the broker's).
 */
export class KafkaJsProducer extends EventEmitter implements ClusterProducer {
  state: ClientState = { state: 'connecting' };
  private readonly questions: Questions;
  private readonly topics: TopicDirectory;
  private readonly closing = new AbortController();
  private session: ProducerSession | undefined;
  private connecting: Promise<ProducerSession> | undefined;
  private opening: KafkaClient | undefined;
  /** in the order in which they were begun */
  private readonly pending = new Set<PendingSend>();
  /** rejects those who wait for a connection */
  private readonly refusable = new Set<(reason: Error) => void>();
  private readonly sticky = new Map<string, { partition: number; until: number }>();
  private readonly watchTimer: NodeJS.Timeout;
  private watching = false;
  private connectionLost = false;
  private reachableSince: number | undefined;

  /** @param brokers for the texts of errors */
  constructor(
    private readonly clients: ProducerClients,
    private readonly options: ProducerOptions,
    private readonly brokers: string,
  ) {
    super();
    this.questions = new Questions(() => clients.impatient());
    this.topics = new TopicDirectory(this.questions, brokers, options);
    this.watchTimer = setInterval(() => void this.watch(), WATCH_INTERVAL_MS).unref();
    void this.connected();
  }

  async partitionFor(topic: string, key: Buffer | null): Promise<number> {
    const { partitions } = this.topics.known(topic) ?? (await this.topics.lookUp(topic));
    return this.choosePartition(topic, key, partitions);
  }

  knownPartitionFor(topic: string, key: Buffer | null): number | undefined {
    const info = this.topics.known(topic);
    return info && this.choosePartition(topic, key, info.partitions);
  }

  async maxBatchBytes(topic: string): Promise<number> {
    return (this.topics.known(topic) ?? (await this.topics.lookUp(topic))).maxBatchBytes;
  }

  knownMaxBatchBytes(topic: string): number | undefined {
    return this.topics.known(topic)?.maxBatchBytes;
  }

  async send(
    topic: string,
    partition: number,
    records: readonly OutgoingRecord[],
  ): Promise<{ baseOffset: string }> {
    const params = { topic, partition, brokers: this.brokers };
    await this.checkPartition(topic, partition);
    const session = await this.connectedOrRefused();
    const { pending, failed } = this.track(topic, session);
    try {
      const answers = await Promise.race([session.send(topic, partition, records), failed]);
      const answer = answers.find((a) => a.topicName === topic && a.partition === partition);
      // kafkajs resolves also when it has not written: the partition is then missing in the answer.
      if (!answer)
        throw new KafkaError('send-failed', { ...params, reason: 'the answer does not name the partition' });
      return { baseOffset: answer.baseOffset ?? '-1' };
    } catch (error) {
      session.retire();
      throw toKafkaError(error, params, 'send-failed');
    } finally {
      this.pending.delete(pending);
      pending.end();
    }
  }

  async close(): Promise<void> {
    if (this.closing.signal.aborted) return;
    this.closing.abort();
    clearInterval(this.watchTimer);
    this.topics.close();
    this.opening?.retire();
    for (const pending of this.pending) pending.fail(new KafkaError('closed'));
    await this.session?.disconnect();
    this.setState({ state: 'closed' });
  }

  /** Enters a send into the books of the watchdog. `failed` rejects when the waiting has to end. */
  private track(topic: string, session: ProducerSession): { pending: PendingSend; failed: Promise<never> } {
    const { deliveryTimeoutMs } = this.options;
    let timer: NodeJS.Timeout | undefined;
    let reject: (reason: Error) => void = () => undefined;
    const failed = new Promise<never>((_resolve, rejectIt) => (reject = rejectIt));
    failed.catch(() => undefined);
    const pending: PendingSend = {
      topic,
      session,
      since: Date.now(),
      fail: (reason) => {
        clearTimeout(timer);
        reject(reason);
      },
      end: () => clearTimeout(timer),
    };
    if (deliveryTimeoutMs !== undefined) {
      timer = setTimeout(() => {
        session.abandon();
        pending.fail(new KafkaError('not-acknowledged', { seconds: deliveryTimeoutMs / 1000 }));
      }, deliveryTimeoutMs);
    }
    this.pending.add(pending);
    return { pending, failed };
  }

  private async checkPartition(topic: string, partition: number): Promise<void> {
    let info = this.topics.known(topic);
    if (!info || partition >= info.partitions) info = await this.topics.lookUp(topic);
    if (partition >= info.partitions) {
      throw new KafkaError('partition-missing', { topic, partition, count: info.partitions });
    }
  }

  private choosePartition(topic: string, key: Buffer | null, count: number): number {
    if (key !== null) return (murmur2(key) & 0x7fffffff) % count;
    const now = Date.now();
    let chosen = this.sticky.get(topic);
    if (!chosen || chosen.until < now || chosen.partition >= count) {
      chosen = { partition: Math.floor(Math.random() * count), until: now + STICKY_MS };
      this.sticky.set(topic, chosen);
    }
    return chosen.partition;
  }

  /** The same as connected(), but what lasts until somebody changes something ends the waiting. */
  private connectedOrRefused(): Promise<ProducerSession> {
    return new Promise((resolve, reject) => {
      this.refusable.add(reject);
      const settled = (): void => void this.refusable.delete(reject);
      this.connected().then(resolve, reject).finally(settled);
    });
  }

  /** The session in use, as soon as there is one; rejects only when this producer is closed. */
  private connected(): Promise<ProducerSession> {
    if (this.session && !this.session.retired) return Promise.resolve(this.session);
    if (!this.connecting) {
      this.connecting = this.connect().finally(() => (this.connecting = undefined));
      // Whoever sends gets the rejection; at the start and at the close nobody may be sending.
      this.connecting.catch(() => undefined);
    }
    return this.connecting;
  }

  private async connect(): Promise<ProducerSession> {
    try {
      this.session = await keepTrying(() => this.openSession(), {
        signal: this.closing.signal,
        bounds: RECONNECT_BOUNDS,
        onFailure: (error, delay) => this.setRetrying(error, delay),
      });
    } catch (error) {
      throw new KafkaError('closed', {}, { cause: error });
    }
    this.setState({ state: 'connected' });
    return this.session;
  }

  private async openSession(): Promise<ProducerSession> {
    // A patient client never says why it can't connect, so an impatient one goes first.
    await this.questions.askAfresh((admin) => admin.describeCluster());
    this.closing.signal.throwIfAborted();
    this.opening = this.clients.patient(() => (this.connectionLost = true));
    try {
      return await ProducerSession.open(this.opening, this.options);
    } catch (error) {
      // A producer id is given to whoever may write to some topic, and refused as a right to the cluster.
      if (protocolErrorType(error) !== 'CLUSTER_AUTHORIZATION_FAILED') throw error;
      const params = { brokers: this.brokers };
      throw new KafkaError('topic-forbidden', params, { cause: error, text: 'write-forbidden' });
    } finally {
      this.opening = undefined;
    }
  }

  /**
   * Looks whether the cluster can be reached when a send takes long or a connection was lost: kafkajs says neither that
   * it is trying again nor when it waits on a connection that went silent.
   */
  private async watch(): Promise<void> {
    const [oldest] = this.pending;
    const slow = oldest !== undefined && Date.now() - oldest.since > SUSPICIOUS_AFTER_MS;
    if (this.watching || this.connecting || !(slow || this.connectionLost)) return;
    this.watching = true;
    try {
      await this.questions.askAfresh((admin) => admin.describeCluster());
      this.connectionLost = false;
      this.reachableSince ??= Date.now();
      this.setState({ state: 'connected' });
      if (slow) await this.examine(oldest, this.reachableSince);
      else this.reachableSince = undefined;
    } catch (error) {
      this.connectionLost = true;
      this.reachableSince = undefined;
      this.setRetrying(toError(error), WATCH_INTERVAL_MS);
    } finally {
      this.watching = false;
    }
  }

  /** Decides about a send that does not end although the cluster can be reached. */
  private async examine(slow: PendingSend, reachableSince: number): Promise<void> {
    try {
      await this.topics.lookUp(slow.topic);
    } catch (error) {
      const known = toKafkaError(error, { topic: slow.topic, brokers: this.brokers }, 'unreachable');
      // kafkajs would wait for a deleted topic to come back, without a word.
      if (known.problem !== 'unreachable') this.abandon(slow, known);
      return;
    }
    if (Date.now() - Math.max(slow.since, reachableSince) > SILENT_AFTER_MS) {
      this.abandon(
        slow,
        new KafkaError('send-failed', { topic: slow.topic, reason: 'the connection went silent' }),
      );
    }
  }

  private abandon(pending: PendingSend, reason: Error): void {
    pending.session.abandon();
    pending.fail(reason);
  }

  private setRetrying(error: Error, delay: number): void {
    const known = toKafkaError(error, { brokers: this.brokers }, 'unreachable');
    this.setState({ state: 'retrying', nextAttempt: Date.now() + delay, error: known });
    if (isLasting(known)) for (const refuse of this.refusable) refuse(known);
  }

  private setState(state: ClientState): void {
    if (state.state === this.state.state && state.state !== 'retrying') return;
    if (this.closing.signal.aborted && state.state !== 'closed') return;
    this.state = state;
    this.emit('state', state);
  }
}
