import { EventEmitter } from 'node:events';
import { keepTrying } from '../../shared/keep-trying';
import { toError } from '../../shared/user-error';
import type { KafkaClient } from '../client';
import { KafkaError, isLasting, protocolErrorType, toKafkaError } from '../errors';
import { placeKey } from '../consumer/consumer-start';
import { murmur2 } from './murmur2';
import { Obstacles } from './obstacles';
import { ProducerSession } from './producer-session';
import { AdminConnection } from '../admin/admin-connection';
import { TopicDirectory, type TopicInfo } from '../admin/topic-directory';
import type { ProduceAnswer } from '../patched-kafkajs/index';
import type {
  ClientState,
  ClusterProducer,
  Obstacle,
  OutgoingRecord,
  ProducerOptions,
  TopicPartition,
} from '../types';

/** Records without a key stay on one partition for this long, so that they travel in few batches. */
const STICKY_MS = 1_000;
const WATCH_INTERVAL_MS = 1_000;
/** A send that takes longer than this makes the watchdog look whether the cluster can be reached. */
const SUSPICIOUS_AFTER_MS = 3_000;
/** A send still pending after the cluster has been reachable this long, and without a sign of its own, is not tried on. */
const SILENT_AFTER_MS = 20_000;
/** What is under way for others gets so long to end before a session ends for one send. */
const OTHERS_MS = 10_000;
const RECONNECT_BOUNDS = { initialDelay: 250, maxDelay: 3_000 };

/** What brokers answer to records that they will take later; kafkajs tries on until then. */
const FOR_NOW: ReadonlySet<string> = new Set([
  'NOT_ENOUGH_REPLICAS',
  'NOT_ENOUGH_REPLICAS_AFTER_APPEND',
  'KAFKA_STORAGE_ERROR',
  'REQUEST_TIMED_OUT',
]);

interface PendingSend extends TopicPartition {
  since: number;
  /** when a broker has last answered for it, or was tried in vain, or nobody led its partition (milliseconds since 1970) */
  lastSign: number;
  session: ProducerSession;
  /** why it is given up; it waits for what is under way beside it */
  givenUp?: Error;
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
  private readonly connection: AdminConnection;
  private readonly topics: TopicDirectory;
  private readonly closing = new AbortController();
  private session: ProducerSession | undefined;
  private connecting: Promise<ProducerSession> | undefined;
  private opening: KafkaClient | undefined;
  /** in the order in which they were begun */
  private readonly pending = new Set<PendingSend>();
  /** rejects those who wait for a connection */
  private readonly refusable = new Set<(reason: Error) => void>();
  private readonly blocked: Obstacles;
  private readonly sticky = new Map<string, { partition: number; until: number }>();
  private readonly watchTimer: NodeJS.Timeout;
  private watching = false;
  private connectionLost = false;
  private reachableSince: number | undefined;
  /** when a broker has last said something of records (milliseconds since 1970) */
  private lastAnswer = 0;
  /** when a connection has ended last that was not closed from here (milliseconds since 1970) */
  private lostAt = 0;
  throttledUntil = 0;

  /** @param brokers for the texts of errors */
  constructor(
    private readonly clients: ProducerClients,
    private readonly options: ProducerOptions,
    private readonly brokers: string,
  ) {
    super();
    this.connection = new AdminConnection(() => clients.impatient());
    this.topics = new TopicDirectory(this.connection, brokers, options);
    this.blocked = new Obstacles(
      () => this.emit('obstacles'),
      (warning) => {
        if (!this.closing.signal.aborted) options.warn?.(warning);
      },
    );
    this.watchTimer = setInterval(() => void this.watch(), WATCH_INTERVAL_MS).unref();
    void this.connected();
  }

  get obstacles(): readonly Obstacle[] {
    return this.blocked.list;
  }

  async partitionFor(topic: string, key: Buffer | null): Promise<number> {
    return this.choosePartition(topic, key, this.topics.known(topic) ?? (await this.topics.lookUp(topic)));
  }

  knownPartitionFor(topic: string, key: Buffer | null): number | undefined {
    const info = this.topics.known(topic);
    return info && this.choosePartition(topic, key, info);
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
    const { pending, failed } = this.track({ topic, partition }, session);
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
      this.blocked.remove(pending);
      pending.end();
      this.endGivenUp(session);
    }
  }

  async close(): Promise<void> {
    if (this.closing.signal.aborted) return;
    this.closing.abort();
    clearInterval(this.watchTimer);
    this.topics.close();
    this.opening?.retire();
    for (const pending of this.pending) {
      // One that takes no more sends tries on with those that it has.
      if (pending.session !== this.session) pending.session.abandon();
      pending.fail(new KafkaError('closed'));
    }
    await this.session?.disconnect();
    this.setState({ state: 'closed' });
  }

  /** Enters a send into what the watchdog looks at. `failed` rejects when the waiting has to end. */
  private track(
    place: TopicPartition,
    session: ProducerSession,
  ): { pending: PendingSend; failed: Promise<never> } {
    const { deliveryTimeoutMs } = this.options;
    let timer: NodeJS.Timeout | undefined;
    let reject: (reason: Error) => void = () => undefined;
    const failed = new Promise<never>((_resolve, rejectIt) => (reject = rejectIt));
    failed.catch(() => undefined);
    const pending: PendingSend = {
      ...place,
      session,
      since: Date.now(),
      lastSign: Date.now(),
      fail: (reason) => {
        clearTimeout(timer);
        reject(reason);
      },
      end: () => clearTimeout(timer),
    };
    if (deliveryTimeoutMs !== undefined) {
      timer = setTimeout(() => {
        this.giveUp(pending, new KafkaError('not-acknowledged', { seconds: deliveryTimeoutMs / 1000 }));
      }, deliveryTimeoutMs);
    }
    this.pending.add(pending);
    return { pending, failed };
  }

  private async checkPartition(topic: string, partition: number): Promise<void> {
    let info = this.topics.known(topic);
    if (!info || partition >= info.partitions || info.leaderless.has(partition))
      info = await this.topics.lookUp(topic);
    if (partition >= info.partitions) {
      throw new KafkaError('partition-missing', { topic, partition, count: info.partitions });
    }
    // kafkajs would try on until somebody leads it, and nobody could take the records back from it.
    if (info.leaderless.has(partition)) throw this.addLeaderless({ topic, partition });
  }

  private addLeaderless(place: TopicPartition): KafkaError {
    const { topic, partition } = place;
    const error = new KafkaError('no-leader', { topic, partition });
    this.blocked.add(place, error, Date.now());
    return error;
  }

  private choosePartition(topic: string, key: Buffer | null, info: TopicInfo): number {
    const { partitions: count, leaderless } = info;
    if (key !== null) return (murmur2(key) & 0x7fffffff) % count;
    const now = Date.now();
    let chosen = this.sticky.get(topic);
    const usable = chosen && chosen.until >= now && chosen.partition < count;
    if (!chosen || !usable || leaderless.has(chosen.partition)) {
      chosen = { partition: anyLed(info), until: now + STICKY_MS };
      this.sticky.set(topic, chosen);
    }
    return chosen.partition;
  }

  /** What a broker answers while kafkajs tries again: it says so to nobody. */
  private onAnswer({ topic, partition, error, throttledMs }: ProduceAnswer): void {
    const now = Date.now();
    if (throttledMs > 0) this.throttledUntil = Math.max(this.throttledUntil, now + throttledMs);
    const type = error && protocolErrorType(error);
    if (error && type === undefined) return;
    this.lastAnswer = now;
    for (const pending of this.pending) {
      if (pending.topic === topic && pending.partition === partition) pending.lastSign = now;
    }
    if (!error || !type || !FOR_NOW.has(type)) return;
    const params = { topic, partition, reason: error.message };
    this.blocked.add(
      { topic, partition },
      new KafkaError('send-failed', params, { cause: error, text: 'not-for-now' }),
      now,
    );
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
        onError: (error, delay) => this.setRetrying(error, delay),
      });
    } catch (error) {
      throw new KafkaError('closed', {}, { cause: error });
    }
    this.setState({ state: 'connected' });
    return this.session;
  }

  private async openSession(): Promise<ProducerSession> {
    // A patient client never says why it can't connect, so an impatient one goes first.
    await this.connection.askAfresh((admin) => admin.describeCluster());
    this.closing.signal.throwIfAborted();
    this.opening = this.clients.patient(() => {
      this.connectionLost = true;
      this.lostAt = Date.now();
    });
    try {
      return await ProducerSession.open(this.opening, this.options, (answer) => this.onAnswer(answer));
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
    this.blocked.tell(Date.now());
    this.forgetLed();
    for (const { session } of this.pending) this.endGivenUp(session);
    const slow = [...this.pending].filter(({ since }) => Date.now() - since > SUSPICIOUS_AFTER_MS);
    if (this.watching || this.connecting || !(slow.length > 0 || this.connectionLost)) return;
    this.watching = true;
    try {
      if (!this.isAnswered) await this.connection.askAfresh((admin) => admin.describeCluster());
      this.connectionLost = false;
      this.reachableSince ??= Date.now();
      this.setState({ state: 'connected' });
      await this.examineAll(slow, this.reachableSince);
      if (slow.length === 0) this.reachableSince = undefined;
    } catch (error) {
      this.connectionLost = true;
      this.reachableSince = undefined;
      this.setRetrying(toError(error), WATCH_INTERVAL_MS);
    } finally {
      this.watching = false;
    }
  }

  /**
   * Whether brokers take records as it is, which is all that a question could tell: of several one may be silent, and that
   * question go to it.
   */
  private get isAnswered(): boolean {
    return this.lastAnswer > this.lostAt && Date.now() - this.lastAnswer < WATCH_INTERVAL_MS;
  }

  /** Decides about sends that do not end although the cluster can be reached. */
  private async examineAll(slow: readonly PendingSend[], reachableSince: number): Promise<void> {
    for (const topic of new Set(slow.map((pending) => pending.topic))) {
      const ofTopic = slow.filter((pending) => pending.topic === topic && this.pending.has(pending));
      let info: TopicInfo;
      try {
        info = await this.topics.lookUp(topic);
      } catch (error) {
        const known = toKafkaError(error, { topic, brokers: this.brokers }, 'unreachable');
        // kafkajs would wait for a deleted topic to come back, without a word.
        if (known.problem !== 'unreachable') for (const pending of ofTopic) this.giveUp(pending, known);
        continue;
      }
      for (const pending of ofTopic) this.examine(pending, info, reachableSince);
    }
  }

  private examine(slow: PendingSend, { leaderless }: TopicInfo, reachableSince: number): void {
    const { topic, partition } = slow;
    if (!this.pending.has(slow) || slow.givenUp) return;
    if (leaderless.has(partition)) {
      // It is with kafkajs, which sends it as soon as somebody leads the partition: that keeps it from being doubled.
      slow.lastSign = Date.now();
      this.addLeaderless(slow);
      return;
    }
    const leader = slow.session.leaderOf(slow);
    if (leader?.failure && leader.triedAt >= slow.since) {
      // kafkajs tries on, under the same numbers, by which a broker knows what it has: that keeps it from being doubled.
      slow.lastSign = Math.max(slow.lastSign, leader.triedAt);
      this.addUnreached(slow, leader.failure);
    }
    if (Date.now() - Math.max(slow.lastSign, reachableSince) <= SILENT_AFTER_MS) return;
    const params = { topic, partition, reason: 'the connection went silent' };
    this.giveUp(slow, new KafkaError('send-failed', params));
  }

  private addUnreached(place: TopicPartition, cause: Error): void {
    const { topic, partition } = place;
    const params = { topic, partition, reason: cause.message };
    const error = new KafkaError('unreachable', params, { cause, text: 'leader-unreached' });
    this.blocked.add({ topic, partition }, error, Date.now());
  }

  /** What is sent to a partition once it is led again says so; but what waited for it may have been given up. */
  private forgetLed(): void {
    const pending = new Set([...this.pending].map(placeKey));
    for (const { topic, partition, error } of this.blocked.list) {
      const led = this.topics.known(topic)?.leaderless.has(partition) === false;
      const isLeader = (error as Partial<KafkaError>).problem === 'no-leader';
      if (isLeader && led && !pending.has(placeKey({ topic, partition })))
        this.blocked.remove({ topic, partition });
    }
  }

  /**
   * Ends a send that would otherwise go on for ever, and its session with it, which is all that ends one: first what is
   * under way there for others gets time to end, since it would be sent again under other numbers.
   */
  private giveUp(pending: PendingSend, reason: Error): void {
    pending.givenUp ??= reason;
    pending.session.retire();
    this.endGivenUp(pending.session);
  }

  private endGivenUp(session: ProducerSession): void {
    if (!session.retired) return;
    const all = [...this.pending].filter((pending) => pending.session === session);
    const isAwaited = ({ givenUp, since }: PendingSend): boolean =>
      !givenUp && Date.now() - since < OTHERS_MS;
    if (!all.some(({ givenUp }) => givenUp) || all.some(isAwaited)) return;
    session.abandon();
    for (const pending of all) if (pending.givenUp) pending.fail(pending.givenUp);
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

/** @returns one of the partitions that a broker leads, or any where none of them has a leader */
function anyLed({ partitions, leaderless }: TopicInfo): number {
  const led = Array.from({ length: partitions }, (_, partition) => partition).filter(
    (partition) => !leaderless.has(partition),
  );
  return led[Math.floor(Math.random() * led.length)] ?? Math.floor(Math.random() * partitions);
}
