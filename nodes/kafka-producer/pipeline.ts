import type { ClusterProducer, KafkaCluster } from '../kafka-cluster/types';
import { UserError, toError } from '../shared/user-error';
import { aloneSize, bodySize } from './batch-size';
import type { ProducerSettings } from './config';
import type { Accepted } from './lane';
import { MemoryStore } from './memory-store';
import { Outbox } from './outbox';
import type { Rescue } from './outbox-disk';
import { toRecord, type ProducerRecord, type RecordFields } from './record';
import type { RecordStore } from './record-store';
import { Sender } from './sender';
import type { StatusFacts } from './status';

export interface PipelineEvents {
  /** Written; `offset` is undefined where the broker did not say. Once for each record, in order within a partition. */
  acknowledged(record: ProducerRecord, offset: string | undefined): void;
  /** Will never be written, and its message is done already. */
  refused(record: ProducerRecord, error: Error): void;
  /** Waits in the outbox, as others of its topic do, until somebody does something about this. */
  held(record: ProducerRecord, error: Error): void;
  /** To be told to whoever runs this. */
  warning(error: Error): void;
}

/** Without an outbox: bytes that may wait in memory, and for how long in milliseconds. */
const MEMORY_BYTES = 64 * 2 ** 20;
const PATIENCE_MS = 30_000;
/** Dropped records are summed up over this time before they are spoken of again. */
const DROP_WARNING_MS = 10_000;

/** From a message's fields to the broker's acknowledgement: makes the record, stores it, sends it. */
export class Pipeline {
  private readonly producer: ClusterProducer;
  private readonly store: RecordStore;
  private readonly sender: Sender;
  private readonly troubles = new Map<string, Error>();
  private storeProblem: Error | undefined;
  private readonly drops = { full: 0, age: 0, timer: undefined as NodeJS.Timeout | undefined };

  /** @param directory where the outbox of this node is, if it has one */
  constructor(
    private readonly settings: ProducerSettings,
    cluster: KafkaCluster,
    private readonly directory: string,
    private readonly events: PipelineEvents,
  ) {
    const { acks, compression, createTopics, newTopics, outbox, maxBatchBytes, drainRate } = settings;
    this.producer = cluster.createProducer({
      acks,
      compression,
      createTopics,
      newTopics,
      warn: (warning) => events.warning(warning),
      ...(outbox ? {} : { deliveryTimeoutMs: PATIENCE_MS }),
    });
    this.store = outbox ? this.openOutbox() : new MemoryStore(MEMORY_BYTES);
    this.sender = new Sender(
      this.store,
      this.producer,
      {
        maxBatchBytes,
        compressed: compression !== 'none',
        drainRate,
        patienceMs: outbox ? Infinity : PATIENCE_MS,
      },
      {
        acknowledged: (records, baseOffset) => this.acknowledged(records, baseOffset),
        refused: (record, error) => events.refused(record, error),
        trouble: (topic, error, record) => this.trouble(topic, error, record),
      },
    );
  }

  /**
   * Takes a message in.
   * @param done called once: with the outbox when the record is safe on disk, without it when the broker has
   * acknowledged it; with an error when it was not taken, or (without the outbox) could not be sent
   */
  accept(fields: RecordFields, done: Accepted): void {
    const record = this.tryMake(fields, done);
    if (!record) return;
    if (!record.pinned) {
      record.partition = this.producer.knownPartitionFor(record.topic, record.key) ?? record.partition;
    }
    this.store.put(record, done);
  }

  facts(): StatusFacts {
    const [trouble] = this.troubles.values();
    return {
      connection: this.producer.state,
      stats: this.store.stats(),
      problem: this.storeProblem ?? trouble,
    };
  }

  /** Takes no more messages, waits a few seconds for what is in flight, and leaves the rest to the next start. */
  async close(): Promise<void> {
    await this.sender.stop();
    try {
      await this.store.close();
    } finally {
      // Whatever became of the files: the cluster waits for its clients.
      await this.producer.close();
      this.warnOfDrops();
    }
  }

  private tryMake(fields: RecordFields, done: Accepted): ProducerRecord | undefined {
    try {
      const record = toRecord(fields, Date.now(), this.settings.tombstones);
      this.checkSize(record);
      return record;
    } catch (error) {
      done(toError(error));
      return undefined;
    }
  }

  /** What can be known now need not wait for the broker to say it. */
  private checkSize(record: ProducerRecord): void {
    if (this.settings.compression !== 'none') return;
    const limit = this.settings.maxBatchBytes ?? this.producer.knownMaxBatchBytes(record.topic);
    if (limit === undefined) return;
    const size = aloneSize(bodySize(record));
    if (size > limit) throw new UserError('kafka-producer.errors.too-large', { size, limit });
  }

  private openOutbox(): Outbox {
    const { sync, maxBytes, maxAgeMs, whenFull } = this.settings;
    return new Outbox(
      { directory: this.directory, sync, maxBytes, maxAgeMs, whenFull },
      {
        dropped: (count, reason) => this.countDrops(count, reason),
        damaged: (count, cause) => this.warnOfDamage(count, cause),
        rescued: (rescue) => this.warnOfRescue(rescue),
        problem: (error) => {
          this.storeProblem = error;
          if (error) this.events.warning(error);
        },
      },
    );
  }

  private acknowledged(records: readonly ProducerRecord[], baseOffset: string): void {
    const known = baseOffset !== '-1';
    const base = Number(baseOffset);
    // Beyond 2^53 (which no topic reaches in practice) the sum needs big integers.
    const offsetOf = Number.isSafeInteger(base + records.length)
      ? (i: number) => String(base + i)
      : (i: number) => String(BigInt(baseOffset) + BigInt(i));
    records.forEach((record, i) => this.events.acknowledged(record, known ? offsetOf(i) : undefined));
  }

  private trouble(topic: string, error: Error | undefined, record: ProducerRecord | undefined): void {
    if (!error) {
      this.troubles.delete(topic);
      return;
    }
    const known = this.troubles.get(topic);
    this.troubles.set(topic, error);
    // Once for each trouble: it is repeated with every attempt.
    if (record && keyOf(known) !== keyOf(error)) this.events.held(record, error);
  }

  private countDrops(count: number, reason: 'full' | 'age'): void {
    this.drops[reason] += count;
    this.drops.timer ??= setTimeout(() => this.warnOfDrops(), DROP_WARNING_MS).unref();
  }

  private warnOfDrops(): void {
    clearTimeout(this.drops.timer);
    this.drops.timer = undefined;
    for (const reason of ['full', 'age'] as const) {
      const count = this.drops[reason];
      this.drops[reason] = 0;
      if (count > 0) this.events.warning(new UserError(`kafka-producer.errors.dropped-${reason}`, { count }));
    }
  }

  private warnOfDamage(count: number | undefined, cause: Error): void {
    const params = { count: count ?? '?', reason: cause.message };
    this.events.warning(new UserError('kafka-producer.errors.damaged', params, { cause }));
  }

  private warnOfRescue(rescue: Rescue): void {
    const params = { directory: this.directory, reason: rescue.cause.message };
    this.events.warning(
      rescue.kind === 'repaired'
        ? new UserError('kafka-producer.errors.repaired', params, { cause: rescue.cause })
        : new UserError(
            'kafka-producer.errors.set-aside',
            { ...params, movedTo: rescue.movedTo },
            { cause: rescue.cause },
          ),
    );
  }
}

function keyOf(error: Error | undefined): string | undefined {
  return error instanceof UserError ? error.key : error?.message;
}
