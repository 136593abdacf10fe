import { setTimeout as sleep } from 'node:timers/promises';
import type { ClusterProducer, KafkaProblem, KafkaProblemError } from '../../kafka-cluster/types';
import { atMost } from '../../shared/time-limit';
import { UserError, toError } from '../../shared/user-error';
import { BatchFiller, aloneSize } from '../record/batch-size';
import type { Entry, PartitionBuffer } from '../store/partition-buffer';
import { RateLimit } from './rate-limit';
import { UNASSIGNED, choosePartition } from '../record/partition';
import { bodyLength, type ProducerRecord } from '../record/entry';
import type { RecordStore } from '../store/record-store';

export interface SenderOptions {
  /** the greatest batch in bytes; undefined: what the broker says of the topic */
  maxBatchBytes: number | undefined;
  /** records are compressed, so that only the broker can tell whether one is too large */
  compressed: boolean;
  /** records a second, 0 for no limit */
  drainRecordsPerSecond: number;
  /** how long a record that can't be sent for now is kept trying, in milliseconds; Infinity where a disk holds it */
  patienceMs: number;
}

export interface SenderListener {
  /** Records that the broker has acknowledged; `baseOffset` is the first one's, "-1" if the broker did not say. */
  acknowledged(records: readonly ProducerRecord[], baseOffset: string): void;
  /** A record that will never be sent, and whose message is done already. */
  refused(record: ProducerRecord, error: Error): void;
  /** Records of a topic wait for somebody to do something about this; undefined: no longer. */
  problem(topic: string, error: Error | undefined, record?: ProducerRecord): void;
}

/** Large enough to be fast, small enough to be acknowledged quickly. */
const BATCH_BYTES = 512 * 1024;
const BATCH_RECORDS = 1_000;
/** A batch of this size comes under load only. The next one waits for more then, unless it is full. */
const LOADED_RECORDS = 100;
/** In batches three times as large a reading costs all that come after a quarter less. */
const LINGER_MS = 100;
const RETRY_MS = 2_000;
const QUICK_RETRY_MS = 200;
const STOP_TIMEOUT_MS = 3_000;
/** A send that has failed this often in a row is a problem, whatever the reason. */
const PROBLEM_AFTER = 3;

/** Problems of single records: sent one by one, the others of their batch are taken. */
const RECORD_PROBLEMS: ReadonlySet<KafkaProblem | undefined> = new Set<KafkaProblem>([
  'too-large',
  'record-refused',
]);
/** Problems that last until somebody changes something on the cluster. */
const LASTING_PROBLEMS: ReadonlySet<KafkaProblem | undefined> = new Set<KafkaProblem>([
  'not-admitted',
  'broker-version',
  'topic-missing',
  'topic-not-created',
  'topic-forbidden',
  'topic-name',
  'time-refused',
]);
/** Those of one topic alone. */
const TOPIC_PROBLEMS: ReadonlySet<KafkaProblem | undefined> = new Set<KafkaProblem>([
  'topic-missing',
  'topic-not-created',
  'topic-forbidden',
  'topic-name',
]);

/** Those of one partition alone: its buffer waits, those of its topic's other partitions go on. */
const PARTITION_PROBLEMS: ReadonlySet<KafkaProblem | undefined> = new Set<KafkaProblem>(['no-leader']);

/**
 * Sends what a store holds: each buffer by a loop of its own, one batch after the other, so that never more than one is
 * in flight for a partition. A batch is what waits at that moment, up to its bounds; a lone record goes at once, and
 * only under load a batch waits for more.
 */
export class Sender {
  private readonly rate: RateLimit;
  private readonly stopping = new AbortController();
  private readonly loops = new Set<Promise<void>>();
  private readonly withProblems = new Set<string>();

  constructor(
    private readonly store: RecordStore,
    private readonly producer: ClusterProducer,
    private readonly options: SenderOptions,
    private readonly listener: SenderListener,
  ) {
    this.rate = new RateLimit(options.drainRecordsPerSecond);
    store.onReady = (buffer) => this.wake(buffer);
    for (const buffer of store.buffers) this.wake(buffer);
    producer.on('obstacles', this.onObstacles);
  }

  /** Begins nothing new, and waits a little for what is in flight. */
  async stop(): Promise<void> {
    this.stopping.abort();
    this.producer.off('obstacles', this.onObstacles);
    await atMost(STOP_TIMEOUT_MS, Promise.all(this.loops));
  }

  /** What waits for its partition alone has only its share of the store, also while it is being sent. */
  private readonly onObstacles = (): void => {
    const places = new Set(this.producer.obstacles.map(({ topic, partition }) => `${partition}/${topic}`));
    for (const buffer of this.store.buffers) {
      if (places.has(`${buffer.partition}/${buffer.topic}`)) buffer.blocked ??= 'partition';
      else if (buffer.blocked === 'partition') buffer.blocked = undefined;
    }
  };

  private wake(buffer: PartitionBuffer): void {
    if (buffer.busy || this.stopping.signal.aborted) return;
    buffer.busy = true;
    const loop = this.run(buffer).finally(() => {
      this.loops.delete(loop);
      buffer.busy = false;
      if (buffer.length > 0) this.wake(buffer);
    });
    this.loops.add(loop);
  }

  private async run(buffer: PartitionBuffer): Promise<void> {
    const { signal } = this.stopping;
    let sent = 0;
    while (!signal.aborted && (await this.store.fill(buffer))) {
      try {
        if (buffer.partition === UNASSIGNED) {
          await this.choosePartitions(buffer);
          continue;
        }
        if (sent >= LOADED_RECORDS) await this.linger(buffer);
        sent = await this.sendNext(buffer);
      } catch (error) {
        if (!signal.aborted) await this.postpone(buffer, toError(error));
      }
    }
  }

  private async choosePartitions(buffer: PartitionBuffer): Promise<void> {
    await this.producer.partitionFor(buffer.topic, null);
    // It is known by now, and what is known stays known in this turn.
    await this.assign(buffer);
    this.recovered(buffer);
  }

  /** Only where a store on disk holds the records: without it, whoever sends them may wait for these to go on. */
  private async linger(buffer: PartitionBuffer): Promise<void> {
    if (this.options.patienceMs < Infinity || buffer.spilled || buffer.length >= BATCH_RECORDS) return;
    await sleep(LINGER_MS, undefined, { signal: this.stopping.signal }).catch(() => undefined);
  }

  /** @returns how many it took, 0 where more were waiting: the next batch need not wait for company */
  private async sendNext(buffer: PartitionBuffer): Promise<number> {
    if (this.stopping.signal.aborted) return 0;
    const limit = this.options.maxBatchBytes ?? (await this.producer.maxBatchBytes(buffer.topic));
    const allowed = await this.rate.take(BATCH_RECORDS, this.stopping.signal);
    const batch = buffer.take(new BatchFiller(Math.min(limit, BATCH_BYTES), allowed));
    this.rate.giveBack(allowed - batch.length);
    const [first] = batch;
    if (!first) return 0;
    const size = aloneSize(bodyLength(first.record));
    if (size > limit && !this.options.compressed) {
      // Only the first one of a batch can be that large.
      this.refuse(buffer, [first], new UserError('kafka-producer.errors.too-large', { size, limit }));
      buffer.putBack();
      return 0;
    }
    const tookAll = buffer.length === 0;
    void this.store.fill(buffer);
    await this.deliver(buffer, batch);
    return tookAll ? batch.length : 0;
  }

  /**
   * Sends a batch until it is settled: acknowledged, refused, or left in flight because this sender stops.
   * @throws (a rejection) what lasts until somebody changes something
   */
  private async deliver(buffer: PartitionBuffer, batch: readonly Entry[]): Promise<void> {
    let withPresentTime = false;
    for (let errors = 0; !this.stopping.signal.aborted; errors++) {
      try {
        const records = batch.map(({ record }) => record);
        const timed = notAhead(records, Date.now(), withPresentTime);
        const { baseOffset } = await this.producer.send(buffer.topic, buffer.partition, timed);
        this.listener.acknowledged(records, baseOffset);
        this.store.retire(buffer, batch);
        this.recovered(buffer);
        return;
      } catch (error) {
        const problem = problemOf(error);
        if (problem === 'closed') return;
        if (RECORD_PROBLEMS.has(problem)) {
          await this.deliverOneByOne(buffer, batch, toError(error));
          return;
        }
        if (problem === 'partition-missing') {
          await this.leavePartition(buffer, batch, toError(error));
          return;
        }
        if (problem === 'time-refused' && !withPresentTime) {
          withPresentTime = true;
          continue;
        }
        if (this.isHopeless(batch, problem)) {
          this.refuse(buffer, batch, toError(error));
          return;
        }
        // Back into the buffer, where a person can discard them.
        if (LASTING_PROBLEMS.has(problem) || PARTITION_PROBLEMS.has(problem)) throw error;
        await this.waitBeforeRetry(buffer, batch, toError(error), errors);
      }
    }
  }

  private async deliverOneByOne(
    buffer: PartitionBuffer,
    batch: readonly Entry[],
    error: Error,
  ): Promise<void> {
    if (batch.length === 1) {
      this.refuse(buffer, batch, error);
      return;
    }
    for (const entry of batch) await this.deliver(buffer, [entry]);
  }

  /** The topic was made anew with fewer partitions: another one is chosen, unless this one was asked for. */
  private async leavePartition(
    buffer: PartitionBuffer,
    batch: readonly Entry[],
    error: Error,
  ): Promise<void> {
    const pinned = batch.filter(({ record }) => record.pinned);
    this.refuse(buffer, pinned, error);
    buffer.putBack();
    if (pinned.length === batch.length) return;
    await this.assign(buffer);
  }

  private assign(buffer: PartitionBuffer): Promise<void> {
    return this.store.assign(buffer, (record) => choosePartition(record, this.producer));
  }

  /** The records of a buffer can't be sent now. */
  private async postpone(buffer: PartitionBuffer, error: Error): Promise<void> {
    buffer.putBack();
    if (this.options.patienceMs < Infinity) {
      const lasting = LASTING_PROBLEMS.has(problemOf(error));
      const limit = lasting ? Infinity : Date.now() - this.options.patienceMs;
      const all = buffer.take(new BatchFiller(Infinity, Infinity));
      this.refuse(
        buffer,
        all.filter(({ record }) => record.timestamp < limit),
        error,
      );
      buffer.putBack();
      if (buffer.isEmpty) return;
    }
    await this.waitBeforeRetry(buffer, [], error, 0);
  }

  private async waitBeforeRetry(
    buffer: PartitionBuffer,
    batch: readonly Entry[],
    error: Error,
    errors: number,
  ): Promise<void> {
    const problem = problemOf(error);
    const lasting = LASTING_PROBLEMS.has(problem);
    if (PARTITION_PROBLEMS.has(problem)) buffer.blocked = 'partition';
    else buffer.blocked = TOPIC_PROBLEMS.has(problem) ? 'topic' : undefined;
    if (lasting || errors >= PROBLEM_AFTER) {
      this.withProblems.add(buffer.topic);
      this.listener.problem(buffer.topic, error, (batch[0] ?? buffer.head)?.record);
    }
    const delay = errors === 0 && !lasting && batch.length > 0 ? QUICK_RETRY_MS : RETRY_MS;
    await sleep(delay, undefined, { signal: this.stopping.signal }).catch(() => undefined);
  }

  /** Nothing of this topic waits any more: what was wrong with it does not matter. */
  forget(topic: string): void {
    if (this.withProblems.delete(topic)) this.listener.problem(topic, undefined);
  }

  private recovered(buffer: PartitionBuffer): void {
    buffer.blocked = undefined;
    this.forget(buffer.topic);
  }

  private isHopeless(batch: readonly Entry[], problem: KafkaProblem | undefined): boolean {
    const { patienceMs } = this.options;
    if (patienceMs === Infinity) return false;
    const oldest = batch[0]?.record.timestamp ?? Infinity;
    return (
      LASTING_PROBLEMS.has(problem) || problem === 'not-acknowledged' || Date.now() - oldest > patienceMs
    );
  }

  private refuse(buffer: PartitionBuffer, entries: readonly Entry[], error: Error): void {
    if (entries.length === 0) return;
    this.store.retire(buffer, entries, error);
    // A message that is not done yet has got the error by way of its done.
    for (const { record, accepted } of entries) if (!accepted) this.listener.refused(record, error);
  }
}

/**
 * A broker refuses records of more than an hour from now, and of longer ago than a topic allows where it is set to. What
 * was stored while this machine's clock was ahead can be sent when it is not any more: the reading id keeps the time that
 * it came with.
 * @param all give all of them the present time
 */
function notAhead(records: ProducerRecord[], now: number, all: boolean): ProducerRecord[] {
  if (!all && !records.some(({ timestamp }) => timestamp > now)) return records;
  return records.map((record) => (all || record.timestamp > now ? { ...record, timestamp: now } : record));
}

function problemOf(error: unknown): KafkaProblem | undefined {
  return (error as Partial<KafkaProblemError>).problem;
}
