import { setTimeout as sleep } from 'node:timers/promises';
import type { ClusterProducer, KafkaProblem, KafkaProblemError } from '../kafka-cluster/types';
import { UserError, toError } from '../shared/user-error';
import { BatchFiller, aloneSize } from './batch-size';
import type { Entry, Lane } from './lane';
import { RateLimit } from './rate-limit';
import { UNASSIGNED, type ProducerRecord } from './record';
import type { RecordStore } from './record-store';

export interface SenderOptions {
  /** the greatest batch in bytes; undefined: what the broker says of the topic */
  maxBatchBytes: number | undefined;
  /** records are compressed, so that only the broker can tell whether one is too large */
  compressed: boolean;
  /** records a second, 0 for no limit */
  drainRate: number;
  /** how long a record that can't be sent for now is kept trying, in milliseconds; Infinity where a disk holds it */
  patienceMs: number;
}

export interface SenderEvents {
  /** Records that the broker has acknowledged; `baseOffset` is the first one's, "-1" if the broker did not say. */
  acknowledged(records: readonly ProducerRecord[], baseOffset: string): void;
  /** A record that will never be sent, and whose message is done already. */
  refused(record: ProducerRecord, error: Error): void;
  /** Records of a topic wait for somebody to do something about this; undefined: no longer. */
  trouble(topic: string, error: Error | undefined, record?: ProducerRecord): void;
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
/** A send that has failed this often in a row is trouble, whatever the reason. */
const TROUBLE_AFTER = 3;

/** Problems of single records: sent one by one, the others of their batch are taken. */
const RECORD_PROBLEMS: ReadonlySet<KafkaProblem | undefined> = new Set<KafkaProblem>([
  'too-large',
  'record-refused',
]);
/** Problems that last until somebody changes something on the cluster. */
const LASTING_PROBLEMS: ReadonlySet<KafkaProblem | undefined> = new Set<KafkaProblem>([
  'not-admitted',
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

/**
 * Sends what a store holds: each lane by a loop of its own, one batch after the other, so that never more than one is
 * in flight for a partition. A batch is what waits at that moment, up to its bounds; a lone record goes at once, and
 * only under load a batch waits for more.
 */
export class Sender {
  private readonly rate: RateLimit;
  private readonly stopping = new AbortController();
  private readonly loops = new Set<Promise<void>>();
  private readonly troubled = new Set<string>();

  constructor(
    private readonly store: RecordStore,
    private readonly producer: ClusterProducer,
    private readonly options: SenderOptions,
    private readonly events: SenderEvents,
  ) {
    this.rate = new RateLimit(options.drainRate);
    store.onReady = (lane) => this.wake(lane);
    for (const lane of store.lanes) this.wake(lane);
  }

  /** Begins nothing new, and waits a little for what is in flight. */
  async stop(): Promise<void> {
    this.stopping.abort();
    const timeout = new AbortController();
    await Promise.race([
      Promise.all(this.loops),
      sleep(STOP_TIMEOUT_MS, undefined, { signal: timeout.signal }).catch(() => undefined),
    ]);
    timeout.abort();
  }

  private wake(lane: Lane): void {
    if (lane.busy || this.stopping.signal.aborted) return;
    lane.busy = true;
    const loop = this.run(lane).finally(() => {
      this.loops.delete(loop);
      lane.busy = false;
      if (lane.queue.length > 0) this.wake(lane);
    });
    this.loops.add(loop);
  }

  private async run(lane: Lane): Promise<void> {
    const { signal } = this.stopping;
    let sent = 0;
    while (!signal.aborted && (await this.store.fill(lane))) {
      try {
        if (lane.partition === UNASSIGNED) {
          await this.choosePartitions(lane);
          continue;
        }
        if (sent >= LOADED_RECORDS) await this.linger(lane);
        sent = await this.sendNext(lane);
      } catch (error) {
        if (!signal.aborted) await this.postpone(lane, toError(error));
      }
    }
  }

  private async choosePartitions(lane: Lane): Promise<void> {
    const { topic } = lane;
    await this.producer.partitionFor(topic, null);
    await this.store.assign(lane, ({ pinned, partition, key }) =>
      // It is known by now, and what is known stays known in this turn.
      pinned ? partition : (this.producer.knownPartitionFor(topic, key) ?? UNASSIGNED),
    );
    this.recovered(lane);
  }

  /** Only where a store on disk holds the records: without it, whoever sends them may wait for these to go on. */
  private async linger(lane: Lane): Promise<void> {
    if (this.options.patienceMs < Infinity || lane.spilled || lane.queue.length >= BATCH_RECORDS) return;
    await sleep(LINGER_MS, undefined, { signal: this.stopping.signal }).catch(() => undefined);
  }

  /** @returns how many it took, 0 where more were waiting: the next batch need not wait for company */
  private async sendNext(lane: Lane): Promise<number> {
    if (this.stopping.signal.aborted) return 0;
    const limit = this.options.maxBatchBytes ?? (await this.producer.maxBatchBytes(lane.topic));
    const allowed = await this.rate.take(BATCH_RECORDS, this.stopping.signal);
    const batch = lane.take(new BatchFiller(Math.min(limit, BATCH_BYTES), allowed));
    this.rate.giveBack(allowed - batch.length);
    const [first] = batch;
    if (!first) return 0;
    const size = aloneSize(first.body);
    if (size > limit && !this.options.compressed) {
      // Only the first one of a batch can be that large.
      this.refuse(lane, [first], new UserError('kafka-producer.errors.too-large', { size, limit }));
      lane.putBack();
      return 0;
    }
    const tookAll = lane.queue.length === 0;
    void this.store.fill(lane);
    await this.deliver(lane, batch);
    return tookAll ? batch.length : 0;
  }

  /**
   * Sends a batch until it is settled: acknowledged, refused, or left in flight because this sender stops.
   * @throws (a rejection) what lasts until somebody changes something
   */
  private async deliver(lane: Lane, batch: readonly Entry[]): Promise<void> {
    let withPresentTime = false;
    for (let failures = 0; !this.stopping.signal.aborted; failures++) {
      try {
        const records = batch.map(({ record }) => record);
        const timed = notAhead(records, Date.now(), withPresentTime);
        const { baseOffset } = await this.producer.send(lane.topic, lane.partition, timed);
        this.events.acknowledged(records, baseOffset);
        this.store.retire(lane, batch);
        this.recovered(lane);
        return;
      } catch (error) {
        const problem = problemOf(error);
        if (problem === 'closed') return;
        if (RECORD_PROBLEMS.has(problem)) {
          await this.deliverOneByOne(lane, batch, toError(error));
          return;
        }
        if (problem === 'partition-missing') {
          await this.leavePartition(lane, batch, toError(error));
          return;
        }
        if (problem === 'time-refused' && !withPresentTime) {
          withPresentTime = true;
          continue;
        }
        if (this.isHopeless(batch, problem)) {
          this.refuse(lane, batch, toError(error));
          return;
        }
        // Back into the lane, where a person can discard them.
        if (LASTING_PROBLEMS.has(problem)) throw error;
        await this.waitBeforeRetry(lane, batch, toError(error), failures);
      }
    }
  }

  private async deliverOneByOne(lane: Lane, batch: readonly Entry[], error: Error): Promise<void> {
    if (batch.length === 1) {
      this.refuse(lane, batch, error);
      return;
    }
    for (const entry of batch) await this.deliver(lane, [entry]);
  }

  /** The topic was made anew with fewer partitions: another one is chosen, unless this one was asked for. */
  private async leavePartition(lane: Lane, batch: readonly Entry[], error: Error): Promise<void> {
    const pinned = batch.filter(({ record }) => record.pinned);
    this.refuse(lane, pinned, error);
    lane.putBack();
    if (pinned.length === batch.length) return;
    await this.store.assign(lane, ({ pinned: isPinned, partition, key }) =>
      isPinned ? partition : (this.producer.knownPartitionFor(lane.topic, key) ?? UNASSIGNED),
    );
  }

  /** The records of a lane can't be sent now. */
  private async postpone(lane: Lane, error: Error): Promise<void> {
    lane.putBack();
    if (this.options.patienceMs < Infinity) {
      const lasting = LASTING_PROBLEMS.has(problemOf(error));
      const limit = lasting ? Infinity : Date.now() - this.options.patienceMs;
      const all = lane.take(new BatchFiller(Infinity, Infinity));
      this.refuse(
        lane,
        all.filter(({ record }) => record.timestamp < limit),
        error,
      );
      lane.putBack();
      if (lane.isEmpty) return;
    }
    await this.waitBeforeRetry(lane, [], error, 0);
  }

  private async waitBeforeRetry(
    lane: Lane,
    batch: readonly Entry[],
    error: Error,
    failures: number,
  ): Promise<void> {
    const lasting = LASTING_PROBLEMS.has(problemOf(error));
    lane.blocked = TOPIC_PROBLEMS.has(problemOf(error));
    if (lasting || failures >= TROUBLE_AFTER) {
      this.troubled.add(lane.topic);
      this.events.trouble(lane.topic, error, (batch[0] ?? lane.queue.peek())?.record);
    }
    const delay = failures === 0 && !lasting && batch.length > 0 ? QUICK_RETRY_MS : RETRY_MS;
    await sleep(delay, undefined, { signal: this.stopping.signal }).catch(() => undefined);
  }

  /** Nothing of this topic waits any more: what was wrong with it does not matter. */
  forget(topic: string): void {
    if (this.troubled.delete(topic)) this.events.trouble(topic, undefined);
  }

  private recovered(lane: Lane): void {
    lane.blocked = false;
    this.forget(lane.topic);
  }

  private isHopeless(batch: readonly Entry[], problem: KafkaProblem | undefined): boolean {
    const { patienceMs } = this.options;
    if (patienceMs === Infinity) return false;
    const oldest = batch[0]?.record.timestamp ?? Infinity;
    return (
      LASTING_PROBLEMS.has(problem) || problem === 'not-acknowledged' || Date.now() - oldest > patienceMs
    );
  }

  private refuse(lane: Lane, entries: readonly Entry[], error: Error): void {
    if (entries.length === 0) return;
    this.store.retire(lane, entries, error);
    // A message that is not done yet has got the error by way of its done.
    for (const { record, accepted } of entries) if (!accepted) this.events.refused(record, error);
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
