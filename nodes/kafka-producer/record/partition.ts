import type { ClusterProducer } from '../../kafka-cluster/types';
import { keyOf, type ProducerRecord } from './entry';

/** The partition of a record before one has been chosen for it. */
export const UNASSIGNED = -1;

/** @returns the partition that was asked for, else that of the key as far as the topic is known, else UNASSIGNED */
export function choosePartition(
  record: ProducerRecord,
  producer: Pick<ClusterProducer, 'knownPartitionFor'>,
): number {
  if (record.pinned) return record.partition;
  return producer.knownPartitionFor(record.topic, keyOf(record)) ?? UNASSIGNED;
}

/** Has the partition chosen anew, unless it was asked for. */
export function unassign(record: ProducerRecord): void {
  if (!record.pinned) record.partition = UNASSIGNED;
}
