import { rm } from 'node:fs/promises';
import path from 'node:path';
import type { ClusterProducer, KafkaCluster } from '../../kafka-cluster/types';
import { UserError, toError } from '../../shared/user-error';
import { aloneSize } from '../record/batch-size';
import type { Command } from '../commands';
import type { ProducerSettings } from '../config';
import type { Accepted } from '../store/partition-buffer';
import { MemoryStore } from '../store/memory-store';
import { Outbox } from '../outbox/outbox';
import type { Rescue } from '../outbox/disk';
import { adoptOutbox } from '../outbox/folders';
import { hasOutbox } from '../outbox/place';
import { choosePartition } from '../record/partition';
import { bodyLength, type ProducerRecord } from '../record/entry';
import { toRecord, type RecordFields } from '../record/record';
import type { RecordStore } from '../store/record-store';
import { Sender } from './sender';
import type { StatusFacts } from '../status';

export interface PipelineListener {
  /**
   * Written: records of one partition, one after the other; each once, in order within a partition.
   * @param offsetOf gives the offset of one of them by its index; undefined where the broker did not say
   */
  acknowledged(records: readonly ProducerRecord[], offsetOf: (index: number) => string | undefined): void;
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
/** How often it is looked whether what was left in an outbox that is off has been sent. */
const LEFTOVERS_CHECK_MS = 500;

/** From a message's fields to the broker's acknowledgement: makes the record, stores it, sends it. */
export class Pipeline {
  private readonly producer: ClusterProducer;
  private store: RecordStore;
  private sender: Sender;
  /** while records wait in an outbox that is not wanted any more */
  private leftovers: { timer: NodeJS.Timeout; told: boolean } | undefined;
  private leaving: Promise<void> = Promise.resolve();
  private readonly problems = new Map<string, Error>();
  private storeProblem: Error | undefined;
  private readonly drops = { full: 0, age: 0, timer: undefined as NodeJS.Timeout | undefined };

  /** @param directory where the outbox of this node is, if it has one */
  constructor(
    private readonly settings: ProducerSettings,
    cluster: KafkaCluster,
    private readonly directory: string,
    private readonly listener: PipelineListener,
  ) {
    const { acks, compression, createTopics, newTopics, outbox } = settings;
    this.producer = cluster.createProducer({
      acks,
      compression,
      createTopics,
      newTopics,
      warn: (warning) => listener.warning(warning),
      ...(outbox ? {} : { deliveryTimeoutMs: PATIENCE_MS }),
    });
    if (outbox || hasOutbox(directory)) {
      const store = this.openOutbox();
      this.store = store;
      this.sender = this.createSender(store, Infinity);
      if (!outbox) {
        const timer = setInterval(() => this.watchLeftovers(store), LEFTOVERS_CHECK_MS).unref();
        this.leftovers = { timer, told: false };
      }
    } else {
      this.store = new MemoryStore(MEMORY_BYTES);
      this.sender = this.createSender(this.store, PATIENCE_MS);
    }
  }

  /**
   * Takes a message in.
   * @param done called once: with the outbox when the record is safe on disk, without it when the broker has
   * acknowledged it; with an error when it was not taken, or (without the outbox) could not be sent
   */
  accept(fields: RecordFields, done: Accepted): void {
    const record = this.tryMake(fields, done);
    if (!record) return;
    record.partition = choosePartition(record, this.producer);
    this.store.put(record, done);
  }

  /**
   * Does what a message has asked for.
   * @returns how many records that was about
   * @throws UserError (a rejection) when it can't be done
   */
  async run(command: Command): Promise<number> {
    if (command.action === 'discard-waiting') {
      const count = await this.store.discard(command.topic);
      this.sender.forget(command.topic);
      return count;
    }
    const { store } = this;
    if (!(store instanceof Outbox)) throw new UserError('kafka-producer.errors.no-outbox');
    switch (command.action) {
      case 'retry-refused':
        return store.settleRefused('retry', command.topic);
      case 'discard-refused':
        return store.settleRefused('discard', command.topic);
      case 'adopt-outbox':
        return adoptOutbox(path.dirname(this.directory), command.folder, (record) => this.putAgain(record));
    }
  }

  /** To be told after the close of a node that was deleted: what it held is not sent by anybody. */
  warnOfRemoval(): void {
    const { count, refused } = this.store.stats();
    if (!(this.store instanceof Outbox) || count + refused === 0) return;
    const params = {
      count: count + refused,
      directory: this.directory,
      outbox: path.basename(this.directory),
    };
    this.listener.warning(new UserError('kafka-producer.errors.removed', params));
  }

  facts(): StatusFacts {
    const [problem] = this.problems.values();
    return {
      connection: this.producer.state,
      obstacles: this.producer.obstacles,
      throttledUntil: this.producer.throttledUntil,
      stats: this.store.stats(),
      problem: this.storeProblem ?? problem,
    };
  }

  /** Takes no more messages, waits a few seconds for what is in flight, and leaves the rest to the next start. */
  async close(): Promise<void> {
    clearInterval(this.leftovers?.timer);
    await this.sender.stop();
    try {
      await this.leaving;
      await this.store.close();
    } finally {
      // Whatever became of the files: the cluster waits for its clients.
      await this.producer.close();
      this.warnOfDrops();
    }
  }

  private createSender(store: RecordStore, patienceMs: number): Sender {
    const { compression, maxBatchBytes, drainRecordsPerSecond } = this.settings;
    const compressed = compression !== 'none';
    return new Sender(
      store,
      this.producer,
      { maxBatchBytes, compressed, drainRecordsPerSecond, patienceMs },
      {
        acknowledged: (records, baseOffset) => this.acknowledged(records, baseOffset),
        refused: (record, error) => this.listener.refused(record, error),
        problem: (topic, error, record) => this.problem(topic, error, record),
      },
    );
  }

  /** An outbox that was switched off goes on until it is empty; only then messages wait in memory. */
  private watchLeftovers(outbox: Outbox): void {
    if (!this.leftovers) return;
    const { count, refused } = outbox.stats();
    if (!outbox.isEmpty) {
      if (this.leftovers.told || count + refused === 0) return;
      this.leftovers.told = true;
      const params = { count: count + refused, directory: this.directory };
      this.listener.warning(new UserError('kafka-producer.errors.leftovers', params));
      return;
    }
    clearInterval(this.leftovers.timer);
    this.leftovers = undefined;
    const { sender } = this;
    this.store = new MemoryStore(MEMORY_BYTES);
    this.sender = this.createSender(this.store, PATIENCE_MS);
    this.leaving = this.leave(sender, outbox);
  }

  private async leave(sender: Sender, outbox: Outbox): Promise<void> {
    try {
      await sender.stop();
      await outbox.close();
      await rm(this.directory, { recursive: true });
    } catch (error) {
      const params = { directory: this.directory, reason: toError(error).message };
      this.listener.warning(new UserError('kafka-producer.errors.outbox', params, { cause: error }));
    }
  }

  /** A record that was in another outbox. */
  private putAgain(record: ProducerRecord): Promise<void> {
    record.partition = choosePartition(record, this.producer);
    return new Promise((resolve, reject) => {
      this.store.put(record, (error) => (error ? reject(error) : resolve()));
    });
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
    const size = aloneSize(bodyLength(record));
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
          if (error) this.listener.warning(error);
        },
      },
    );
  }

  private acknowledged(records: readonly ProducerRecord[], baseOffset: string): void {
    const known = baseOffset !== '-1';
    const base = Number(baseOffset);
    // Beyond 2^53 (which no topic reaches in practice) the sum needs big integers.
    const isSafe = Number.isSafeInteger(base + records.length);
    this.listener.acknowledged(records, (i) => {
      if (!known) return undefined;
      return isSafe ? String(base + i) : String(BigInt(baseOffset) + BigInt(i));
    });
  }

  private problem(topic: string, error: Error | undefined, record: ProducerRecord | undefined): void {
    if (!error) {
      this.problems.delete(topic);
      return;
    }
    const known = this.problems.get(topic);
    this.problems.set(topic, error);
    // Once for each problem: it is repeated with every attempt.
    if (record && keyOf(known) !== keyOf(error)) this.listener.held(record, error);
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
      if (count > 0)
        this.listener.warning(new UserError(`kafka-producer.errors.dropped-${reason}`, { count }));
    }
  }

  private warnOfDamage(count: number | undefined, cause: Error): void {
    const params = { count: count ?? '?', reason: cause.message };
    this.listener.warning(new UserError('kafka-producer.errors.damaged', params, { cause }));
  }

  private warnOfRescue(rescue: Rescue): void {
    const params = { directory: this.directory, reason: rescue.cause.message };
    this.listener.warning(
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
