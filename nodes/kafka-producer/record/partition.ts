import type { ClusterProducer } from '../../kafka-cluster/types';
import type { ProducerRecord } from './record';

/** The partition of a record before one has been chosen for it. */
export const UNASSIGNED = -1;

/** @returns the partition that was asked for, else that of the key as far as the topic is known, else UNASSIGNED */
export function choosePartition(
  { topic, partition, pinned, key }: ProducerRecord,
  producer: Pick<ClusterProducer, 'knownPartitionFor'>,
): number {
  return pinned ? partition : (producer.knownPartitionFor(topic, key) ?? UNASSIGNED);
}

/** Has the partition chosen anew, unless it was asked for. */
export function unassign(record: ProducerRecord): void {
  if (!record.pinned) record.partition = UNASSIGNED;
}
