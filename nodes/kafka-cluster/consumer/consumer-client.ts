import { EventEmitter } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { keepTrying } from '../../shared/keep-trying';
import { UserError, type TextParams } from '../../shared/user-error';
import type { KafkaClient } from '../client';
import { ConsumerSession } from './consumer-session';
import { boundsOf, isKnown, isWithin } from './consumer-start';
import { KafkaError, knownKafkaError } from '../errors';
import { sameTopics, selectTopics, type TopicSelection } from './consumer-topics';
import type {
  ClusterAdmin,
  ClusterConsumer,
  ConsumerListener,
  ConsumerOptions,
  ConsumerState,
  PartitionOffset,
  RefusedPartition,
  SeekTarget,
  TopicPartition,
} from '../types';
import { answerWithin } from '../with-timeout';

/** Kafka's word for the kind of group that shares partitions among its members. */
const CONSUMER_GROUP = 'consumer';
/** While there is nothing to read, a topic that appears is noticed this soon. */
const WAITING_LOOK_UP_MS = 1_000;
/** Topics that a pattern newly matches, or that were missing beside others, are noticed this soon. */
const LOOK_UP_MS = 5_000;
/** A session that lasted this long had worked; the next one follows at once. */
const WORKED_MS = 10_000;
/** What is said of a topic that is refused, whatever was wanted of it. */
const MAY_NOT_WRITE = new KafkaError('topic-forbidden').key;
const CLOSE_TIMEOUT_MS = 3_500;

/**
 * A member of a consumer group through kafkajs, made anew whenever kafkajs gives it up.
 *
 * Each life of the underlying kafkajs consumer is a session. When one fails the next follows with backoff; when the
 * topics to read change, the session leaves the group politely and the next one joins with the new topics.
 */
export class KafkaJsConsumer extends EventEmitter implements ClusterConsumer {
  state: ConsumerState = { state: 'connecting' };
  missingTopics: readonly string[] = [];
  unseenTopics: readonly string[] = [];
  unsubscribedTopics: readonly string[] = [];
  throttledUntil = 0;
  private readonly closing = new AbortController();
  private running: Promise<void> = Promise.resolve();
  private session: ConsumerSession | undefined;
  private generation = 0;
  /** What existed when the topics were first looked up, and does since: anything else is younger than this consumer. */
  private atStart: Set<string> | undefined;
  private lookingUp = false;

  /**
   * @param createClient makes a client for one session; it tries each request without end
   * @param admin answers questions about topics and offsets, and whether the cluster can be reached
   * @param brokers for the texts of errors
   */
  constructor(
    private readonly createClient: () => KafkaClient,
    private readonly admin: ClusterAdmin,
    private readonly options: ConsumerOptions,
    private readonly listener: ConsumerListener,
    private readonly brokers: string,
  ) {
    super();
  }

  start(): void {
    this.running = this.keepReading();
  }

  async commit(offsets: PartitionOffset[]): Promise<RefusedPartition[]> {
    if (!this.session) throw new Error('not connected to the group');
    return this.session.commit(offsets);
  }

  pause(partitions: TopicPartition[]): void {
    this.session?.pause(partitions);
  }

  resume(partitions: TopicPartition[]): void {
    this.session?.resume(partitions);
  }

  async seek(place: TopicPartition, target: SeekTarget): Promise<string> {
    const { topic, partition } = place;
    const offset = await this.resolve(place, target);
    if (!this.session?.isAssigned(place)) {
      throw new UserError('kafka-cluster.errors.not-assigned', { topic, partition });
    }
    this.session.seek(place, offset);
    return offset;
  }

  async close(): Promise<void> {
    this.closing.abort();
    try {
      const ended = Promise.all([this.session?.stop(), this.running]);
      await answerWithin(CLOSE_TIMEOUT_MS, 'closing', ended);
    } finally {
      this.setState({ state: 'closed' });
    }
  }

  private async keepReading(): Promise<void> {
    const { signal } = this.closing;
    try {
      while (!signal.aborted) {
        await keepTrying(() => this.readOnce(), {
          signal,
          onError: (error, delay) =>
            this.setState({ state: 'retrying', nextAttempt: Date.now() + delay, error: this.explain(error) }),
        });
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }

  /** One session, from looking up its topics to its end. */
  private async readOnce(): Promise<void> {
    const topics = await this.waitForTopics();
    const session = this.createSession(topics);
    this.session = session;
    const lookUp = setInterval(() => void this.lookUpAgain(), LOOK_UP_MS);
    const began = Date.now();
    try {
      await session.run();
    } catch (error) {
      // Before the group's kind is asked for: a slow answer is no work.
      const worked = Date.now() - began >= WORKED_MS;
      if (!worked) throw await this.withKindOfGroup(error);
    } finally {
      clearInterval(lookUp);
      this.session = undefined;
      this.listener.leaderless([], []);
    }
  }

  /** @returns an error that says so, where the group was refused because it is none of consumers */
  private async withKindOfGroup(error: unknown): Promise<unknown> {
    const { groupId: group } = this.options;
    if (knownKafkaError(error, {})?.problem !== 'group-protocol') return error;
    let kind: string | undefined;
    try {
      kind = await this.admin.groupKind(group);
    } catch {
      // Without an answer it is told what is known already.
      return error;
    }
    if (kind === undefined || kind === CONSUMER_GROUP) return error;
    return new KafkaError('group-protocol', { group, kind }, { text: 'group-kind', cause: error });
  }

  private createSession(topics: string[]): ConsumerSession {
    const isNew = (topic: string): boolean => !this.atStart?.has(topic);
    const { admin, options, listener } = this;
    return new ConsumerSession(this.createClient(), admin, options, topics, isNew, listener, {
      nextGeneration: () => ++this.generation,
      joined: (unsubscribed) => {
        this.unsubscribedTopics = unsubscribed;
        this.setState({ state: 'connected' });
      },
      throttled: (until) => {
        this.throttledUntil = Math.max(this.throttledUntil, until);
      },
      alive: () => {
        if (this.state.state === 'retrying') this.setState({ state: 'connected' });
      },
      unreachable: (error, nextAttempt) =>
        this.setState({ state: 'retrying', nextAttempt, error: this.explain(error) }),
      madeAgain: (topic) => void this.atStart?.delete(topic),
      explain: (error, topic) => this.explain(error, topic),
    });
  }

  /** @returns what a person can do about an error, where that is known */
  private explain(error: Error, topic = this.options.topics.join(', ')): Error {
    const params = { brokers: this.brokers, group: this.options.groupId, topic };
    const known = knownKafkaError(error, params);
    return known?.key === MAY_NOT_WRITE ? unreadable(params, error) : (known ?? error);
  }

  /**
   * @returns the topics to read, as soon as there is one
   * @throws KafkaError (a rejection) when there is none because the user may not know of them
   */
  private async waitForTopics(): Promise<string[]> {
    for (;;) {
      const { topics, unseen } = await this.lookUp();
      if (topics.length > 0) {
        this.setState({ state: 'connecting' });
        return topics;
      }
      if (unseen.length > 0) throw unseenError({ brokers: this.brokers, topic: unseen.join(', ') });
      this.setState({ state: 'waiting', topics: this.options.topics.map(String) });
      await sleep(WAITING_LOOK_UP_MS, undefined, { signal: this.closing.signal });
    }
  }

  private async lookUp(): Promise<TopicSelection & { unseen: readonly string[] }> {
    const existing = await this.admin.topicNames();
    this.closing.signal.throwIfAborted();
    const names = new Set(existing);
    this.atStart ??= names;
    // What comes back under such a name is another topic.
    for (const name of this.atStart) if (!names.has(name)) this.atStart.delete(name);
    const selection = selectTopics(this.options.topics, existing, this.options.ignored);
    // For the user they are in no list, whether they are there or not.
    const unseen = await this.admin.forbiddenTopics(selection.missing);
    this.closing.signal.throwIfAborted();
    const missing = selection.missing.filter((topic) => !unseen.includes(topic));
    if (!sameTopics(this.missingTopics, missing) || !sameTopics(this.unseenTopics, unseen)) {
      this.missingTopics = missing;
      this.unseenTopics = unseen;
      this.emit('state', this.state);
    }
    return { ...selection, missing, unseen };
  }

  /** Ends the session when there are other topics to read than it has; the next one takes them up. */
  private async lookUpAgain(): Promise<void> {
    const { session } = this;
    if (!session || this.lookingUp) return;
    this.lookingUp = true;
    try {
      const { topics } = await this.lookUp();
      if (!sameTopics(topics, session.topics)) {
        this.listener.rebalancing();
        await session.stop();
      } else {
        await session.lookForMadeAgain();
      }
    } catch {
      // Who cannot be asked now is asked again with the next interval; the session has its own watch.
    } finally {
      this.lookingUp = false;
    }
  }

  private async resolve({ topic, partition }: TopicPartition, target: SeekTarget): Promise<string> {
    const bounds = (await boundsOf(this.admin, [topic])).get(topic)?.get(partition);
    if (!bounds) throw new UserError('kafka-cluster.errors.not-assigned', { topic, partition });
    if (!isKnown(bounds)) throw this.untold({ topic, partition }, bounds.error);
    if (typeof target === 'object' && 'time' in target) {
      const offset = (await this.admin.offsetsAt(topic, target.time)).get(partition);
      // Not the end, nor the beginning: what is not told would be skipped, or come again.
      if (offset === undefined) throw this.untold({ topic, partition });
      return offset;
    }
    if (target === 'beginning') return bounds.first;
    if (target === 'end') return bounds.next;
    if (!isWithin(target.offset, bounds.first, bounds.next)) {
      throw new UserError('kafka-cluster.errors.offset-range', {
        topic,
        partition,
        offset: target.offset,
        first: bounds.first,
        next: bounds.next,
      });
    }
    return target.offset;
  }

  private untold({ topic, partition }: TopicPartition, reason?: Error): Error {
    return reason ? this.explain(reason, topic) : new KafkaError('no-leader', { topic, partition });
  }

  private setState(state: ConsumerState): void {
    if (this.closing.signal.aborted && state.state !== 'closed') return;
    this.state = state;
    this.emit('state', state);
  }
}

function unseenError(params: TextParams): KafkaError {
  return new KafkaError('topic-forbidden', params, { text: 'topic-unseen' });
}

function unreadable(params: TextParams, cause?: unknown): KafkaError {
  return new KafkaError('topic-forbidden', params, { text: 'topic-unreadable', cause });
}
