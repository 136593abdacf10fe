import type { Ledger, Numbered } from './ledger';

/** A reading as it stands in the topic. */
export interface TopicReading extends Numbered {
  partition: number;
}

/** What a run came to. */
export interface Audit {
  sent: number;
  accepted: number;
  /** distinct readings in the database */
  stored: number;
  /** accepted readings that are not in the database */
  missing: number;
  /** documents beyond the first of a reading */
  doubled: number;
  /** accepted readings that are not in the topic */
  missingInTopic: number;
  /** records beyond the first of a reading */
  doubledInTopic: number;
  /** documents that stand, by `_id`, after one with a higher number of their sensor node */
  outOfOrder: number;
  /** first occurrences that stand, by offset, after one with a higher number of their sensor node and partition */
  outOfOrderInTopic: number;
  /** documents whose reading was never sent */
  unknown: number;
  /** a few of the readings that are missing, for the error message */
  examples: string[];
}

const MAX_EXAMPLES = 10;

/**
 * Compares what was accepted with what arrived.
 * @param stored the readings of the database, ascending by `_id`
 * @param written the readings of the topic, ascending by offset within each partition
 */
export function audit(ledger: Ledger, stored: readonly Numbered[], written: readonly TopicReading[]): Audit {
  const inDatabase = arrivals(stored, ({ nodo }) => nodo);
  const inTopic = arrivals(written, ({ nodo, partition }) => `${partition} ${nodo}`);
  const missing = missingFrom(ledger, inDatabase.seen);
  return {
    sent: ledger.sent,
    accepted: ledger.accepted,
    stored: stored.length - inDatabase.doubled,
    missing: missing.length,
    doubled: inDatabase.doubled,
    missingInTopic: missingFrom(ledger, inTopic.seen).length,
    doubledInTopic: inTopic.doubled,
    outOfOrder: inDatabase.outOfOrder,
    outOfOrderInTopic: inTopic.outOfOrder,
    unknown: stored.filter((reading) => !ledger.wasSent(reading)).length,
    examples: missing.slice(0, MAX_EXAMPLES),
  };
}

interface Arrivals {
  seen: Map<string, Set<number>>;
  doubled: number;
  outOfOrder: number;
}

function arrivals<R extends Numbered>(readings: readonly R[], lane: (reading: R) => string): Arrivals {
  const seen = new Map<string, Set<number>>();
  const highest = new Map<string, number>();
  let doubled = 0;
  let outOfOrder = 0;
  for (const reading of readings) {
    const numbers = seen.get(reading.nodo) ?? new Set();
    seen.set(reading.nodo, numbers);
    if (numbers.has(reading.n)) {
      doubled++;
      continue;
    }
    numbers.add(reading.n);
    const last = highest.get(lane(reading)) ?? -1;
    if (reading.n < last) outOfOrder++;
    else highest.set(lane(reading), reading.n);
  }
  return { seen, doubled, outOfOrder };
}

function missingFrom(ledger: Ledger, seen: Map<string, Set<number>>): string[] {
  const missing: string[] = [];
  for (const nodo of ledger.nodes) {
    for (const n of ledger.acceptedOf(nodo)) if (!seen.get(nodo)?.has(n)) missing.push(`${nodo}/${n}`);
  }
  return missing;
}
