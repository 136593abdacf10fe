import type { Accepted, Entry, PartitionBuffer } from './partition-buffer';
import type { ProducerRecord } from '../record/entry';

export interface StoreStats {
  /** records that wait or are being sent, and their bytes */
  count: number;
  bytes: number;
  /** time of the oldest one, in milliseconds since 1970 */
  oldest: number | undefined;
  /** records that were dropped because the store was full or they were too old, since the start */
  dropped: number;
  /** records that could not be read back, since the start */
  damaged: number;
  /** records that the broker has refused, and that are kept apart */
  refused: number;
}

/** Where records wait for the broker: on disk (Outbox), or in memory only (MemoryStore). */
export interface RecordStore {
  /** Called whenever a buffer has got something to send. */
  onReady: (buffer: PartitionBuffer) => void;
  readonly buffers: Iterable<PartitionBuffer>;
  /**
   * Takes a record in, into the buffer of its partition, or into that of its topic's unassigned ones as long as older
   * ones wait there.
   */
  put(record: ProducerRecord, accepted: Accepted): void;
  /**
   * Makes sure that a buffer's oldest records are in its queue.
   * @returns whether there are any; if they can't be read now, onReady is called when they can
   */
  fill(buffer: PartitionBuffer): Promise<boolean>;
  /** These records of a buffer's `inFlight` have been acknowledged or, with an error, are not sent any more. */
  retire(buffer: PartitionBuffer, entries: readonly Entry[], error?: Error): void;
  /**
   * Moves the records of a buffer that are not in flight, in order, into the buffers of the partitions that `choose` names.
   * @throws an Error (a rejection) when they could not be moved; then they are where they were
   */
  assign(buffer: PartitionBuffer, choose: (record: ProducerRecord) => number): Promise<void>;
  /**
   * Gives up the records of a topic that wait and are not in flight.
   * @returns how many they were
   */
  discard(topic: string): Promise<number>;
  stats(): StoreStats;
  /** Takes no more records; what is on disk stays there. */
  close(): Promise<void>;
}
