import type { EachBatchHandler } from 'kafkajs';
import type Decoder from 'kafkajs/src/protocol/decoder';
import type Runner from 'kafkajs/src/consumer/runner';
import { errorOf } from './error-code';
import { readRecordSet } from '../records/record-set';
import type { AbortedTransaction } from '../records/aborted';
import { RECORD_LIMITS, type RecordLimits } from '../records/limits';
import type { IncomingRecord } from '../types';
import { TurnShare, nextTurn } from '../../shared/turns';

/*
 * kafkajs makes objects of all records of an answer at once, as it arrives, and fails for all of its partitions when one
 * record of them is not as it expects. Here the bytes stay bytes until their partition's turn has come.
 */

/** What an answer says of one partition. */
interface PartitionAnswer {
  partition: number;
  /** 0 for none */
  errorCode?: number;
  highWatermark?: string;
  /** the first offset of which it is not decided whether it counts: a transaction is open */
  lastStableOffset?: string;
  abortedTransactions?: readonly AbortedTransaction[] | null;
  /** what rawRecords has given */
  messages: unknown;
}

const NOTHING = Buffer.alloc(0);

/** @returns the bytes of a partition's records in an answer of the versions that kafkajs reads them from */
export function rawRecords(decoder: Decoder): Buffer {
  const length = decoder.readInt32();
  return length > 0 && decoder.canReadBytes(length) ? decoder.readBytes(length) : NOTHING;
}

/** What a fetch has brought of one partition. kafkajs takes it for a batch of its own. */
export class FetchedRun {
  readonly partition: number;
  readonly highWatermark: string;
  /** why the broker gives nothing of this partition: kafkajs's error */
  readonly error: Error | undefined;
  private readonly stableEnd: bigint;
  messages: IncomingRecord[] = [];
  /** what stands behind the messages can't be read: this codec is not known */
  blockedBy: string | undefined;
  /** a row of record batches, as they stand in the topic */
  readonly bytes: Buffer;
  private readonly aborted: readonly AbortedTransaction[];
  private nextOffset: bigint;
  private reading: Promise<void> | undefined;

  constructor(
    readonly topic: string,
    /** the one that was asked for */
    readonly fetchedOffset: string,
    {
      partition,
      errorCode = 0,
      highWatermark,
      lastStableOffset,
      abortedTransactions,
      messages,
    }: PartitionAnswer,
  ) {
    this.partition = partition;
    this.error = errorCode === 0 ? undefined : errorOf(errorCode);
    this.stableEnd = BigInt(lastStableOffset ?? -1);
    this.highWatermark = highWatermark ?? '0';
    this.aborted = abortedTransactions ?? [];
    this.bytes = Buffer.isBuffer(messages) ? messages : NOTHING;
    this.nextOffset = BigInt(fetchedOffset);
  }

  /** Makes records of the bytes, once. Never rejects. */
  read(limits: RecordLimits): Promise<void> {
    this.reading ??= this.readNow(limits);
    return this.reading;
  }

  /** Leaves a record, and what stands behind it, to the next fetch. @param index of `messages` */
  leaveFrom(index: number): void {
    const record = this.messages[index];
    if (!record) return;
    this.messages = this.messages.slice(0, index);
    const offset = BigInt(record.offset);
    const from = BigInt(this.fetchedOffset);
    this.nextOffset = offset > from ? offset : from;
    this.blockedBy = undefined;
  }

  /** Whether there is nothing to tell of it: neither records nor progress, nor that there are records to come. */
  isEmpty(): boolean {
    return this.isStill && BigInt(this.highWatermark) <= this.nextOffset;
  }

  /** Whether it has brought nothing. */
  get isStill(): boolean {
    return this.nextOffset === BigInt(this.fetchedOffset) && this.blockedBy === undefined;
  }

  /** Whether nothing can be read on because a transaction has not ended. */
  get isInTransaction(): boolean {
    return this.isStill && this.stableEnd === this.nextOffset && BigInt(this.highWatermark) > this.stableEnd;
  }

  /** kafkajs passes those over by itself, and nobody could commit what was passed. */
  isEmptyDueToFiltering(): boolean {
    return false;
  }

  firstOffset(): string | null {
    return this.messages[0]?.offset ?? null;
  }

  /** Of what was passed, whether it held records or not. */
  lastOffset(): string {
    return String(this.nextOffset - 1n);
  }

  offsetLag(): string {
    return String(BigInt(this.highWatermark) - this.nextOffset);
  }

  offsetLagLow(): string {
    return String(BigInt(this.highWatermark) - 1n - BigInt(this.firstOffset() ?? this.lastOffset()));
  }

  private async readNow(limits: RecordLimits): Promise<void> {
    const { bytes, aborted, fetchedOffset } = this;
    if (bytes.length === 0) return;
    const from = BigInt(fetchedOffset);
    const highWatermark = BigInt(this.highWatermark);
    const end = highWatermark > from ? highWatermark : undefined;
    const set = await readRecordSet({ bytes, aborted, from, end }, limits);
    this.messages = set.records;
    this.nextOffset = set.nextOffset;
    this.blockedBy = set.blockedBy;
  }
}

/** Partitions between two looks at the time: each of them may have brought but one record. */
const PER_LOOK = 8;

const limitsOf = new WeakMap<EachBatchHandler, RecordLimits>();

/** @returns the handler, whose batches are read within these limits */
export function readWithin(limits: RecordLimits, handler: EachBatchHandler): EachBatchHandler {
  limitsOf.set(handler, limits);
  return handler;
}

/** Lets each batch be read when its turn has come. */
export function readInTurn(runner: typeof Runner): void {
  const { handleBatch } = runner.prototype;
  const share = new TurnShare(PER_LOOK);
  runner.prototype.handleBatch = async function (batch) {
    const { eachBatch } = this;
    // All partitions of an answer would else be read, and handed on, in one go.
    if (share.isUsed()) await nextTurn();
    await batch.read((eachBatch && limitsOf.get(eachBatch)) ?? RECORD_LIMITS);
    // Whoever takes message by message never hears of a batch without one.
    if (!eachBatch && batch.messages.length === 0 && !batch.isEmpty()) {
      const { topic, partition } = batch;
      this.consumerGroup.resolveOffset({ topic, partition, offset: batch.lastOffset() });
    }
    return handleBatch.call(this, batch);
  };
}
