import type { RefusedPartition, SilentBroker, TopicDescription } from '../kafka-cluster/types';
import { shorten } from '../shared/user-error';
import { CatalogError } from './catalog-error';
import type { ErrorInfo } from './contract';

/** Reasons that one answer gives; whoever has done something about these sees the others. */
const MAX_REASONS = 5;

/** @returns the partitions of a topic whose offsets Kafka does not tell */
export function untoldOf({ name: topic, partitions }: TopicDescription): RefusedPartition[] {
  return partitions.flatMap(({ partition, error }) => (error ? [{ topic, partition, error }] : []));
}

/** What Kafka does not tell of, by its name, and why. */
export interface Untold {
  name: string;
  reason: string;
}

/** @returns for each reason that Kafka gives, which partitions it tells no offsets of, for people */
export function untoldProblems(
  places: readonly RefusedPartition[],
  localize: (error: CatalogError) => string,
): ErrorInfo[] {
  const untold = places.map(({ topic, partition, error }) => ({
    name: `${topic}/${partition}`,
    reason: error.message,
  }));
  return problemsOf(untold, localize, 'offsets-untold', 'partitions');
}

/** @returns for each reason that Kafka gives, which groups it does not tell all of, for people */
export function untoldGroups(
  groups: readonly Untold[],
  localize: (error: CatalogError) => string,
): ErrorInfo[] {
  return problemsOf(groups, localize, 'groups-untold', 'groups');
}

/** @returns for each reason, which brokers do not tell which groups there are, for people */
export function silentBrokers(
  brokers: readonly SilentBroker[],
  localize: (error: CatalogError) => string,
): ErrorInfo[] {
  const untold = brokers.map(({ broker, error }) => ({ name: String(broker), reason: error.message }));
  return problemsOf(untold, localize, 'brokers-silent', 'brokers');
}

function problemsOf(
  untold: readonly Untold[],
  localize: (error: CatalogError) => string,
  key: string,
  what: string,
): ErrorInfo[] {
  const byReason = new Map<string, Set<string>>();
  for (const { name, reason } of untold) {
    const names = byReason.get(reason) ?? new Set<string>();
    byReason.set(reason, names.add(name));
  }
  return [...byReason].slice(0, MAX_REASONS).map(([reason, names]) => {
    const params = { [what]: shorten([...names].join(', ')), reason };
    return { source: 'kafka', message: localize(new CatalogError('kafka', key, params)) };
  });
}
