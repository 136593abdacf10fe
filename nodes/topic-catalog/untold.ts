import type { RefusedPartition, TopicDescription } from '../kafka-cluster/types';
import { shorten } from '../shared/user-error';
import { CatalogError } from './catalog-error';
import type { ErrorInfo } from './contract';

/** Reasons that one answer gives; whoever has done something about these sees the others. */
const MAX_REASONS = 5;

/** @returns the partitions of a topic whose offsets Kafka does not tell */
export function untoldOf({ name: topic, partitions }: TopicDescription): RefusedPartition[] {
  return partitions.flatMap(({ partition, error }) => (error ? [{ topic, partition, error }] : []));
}

/** @returns for each reason that Kafka gives, which partitions it tells no offsets of, for people */
export function untoldProblems(
  places: readonly RefusedPartition[],
  localize: (error: CatalogError) => string,
): ErrorInfo[] {
  const byReason = new Map<string, Set<string>>();
  for (const { topic, partition, error } of places) {
    const names = byReason.get(error.message) ?? new Set<string>();
    byReason.set(error.message, names.add(`${topic}/${partition}`));
  }
  return [...byReason].slice(0, MAX_REASONS).map(([reason, names]) => {
    const params = { partitions: shorten([...names].join(', ')), reason };
    return { source: 'kafka', message: localize(new CatalogError('kafka', 'offsets-untold', params)) };
  });
}

/** @returns what Kafka says of a group that it does not describe, for people */
export function untoldGroup(
  group: string,
  reason: string,
  localize: (error: CatalogError) => string,
): ErrorInfo {
  const params = { group: shorten(group), reason };
  return { source: 'kafka', message: localize(new CatalogError('kafka', 'group-untold', params)) };
}
