import type { NodeStatus } from 'node-red';
import type { ClientState, Obstacle } from '../kafka-cluster/types';
import { timeOfDay } from '../shared/clock';
import { fullReason, shortReason } from '../shared/short-reason';
import type { Translate } from '../shared/translate';
import { UserError, shorten } from '../shared/user-error';
import type { StoreStats } from './store/record-store';

/** Records that are acknowledged sooner than this are not spoken of as waiting. */
const WAITING_AFTER_MS = 2_000;

/** Characters of a topic and its partition. */
const MAX_PLACE = 60;

/** A status that a flow can reckon with too: a Status node passes on all of it. */
export interface ProducerStatus extends NodeStatus {
  /** records of which the text says that they wait */
  waiting: number;
  /** when the oldest of them came, in milliseconds since 1970 */
  since?: number;
  /** why there is no connection, in full: the text has room for a few words of it */
  reason?: string;
  /** when the connection is tried again, in milliseconds since 1970 */
  nextAttempt?: number;
}

export interface StatusFacts {
  connection: ClientState;
  stats: StoreStats;
  /** the store can't take records, or a topic can't be written to */
  problem: Error | undefined;
  /** what single partitions wait for */
  obstacles: readonly Obstacle[];
  /** until when the brokers let this client wait for its quota, in milliseconds since 1970 */
  throttledUntil: number;
}

/** @returns the node's status, in the runtime's language */
export function describeStatus(facts: StatusFacts, now: number, t: Translate): ProducerStatus {
  const waitingBefore = facts.connection.state === 'connected' ? now - WAITING_AFTER_MS : now;
  const { count, oldest } = facts.stats;
  const waits = oldest !== undefined && oldest <= waitingBefore;
  const waiting = waits ? Math.max(count, 1) : 0;
  // Under a node there is room for some words only: what waits comes first.
  const first = waits ? [t('kafka-producer.status.waiting', { n: waiting, time: timeOfDay(oldest) })] : [];
  const shown = shownStatus(facts, first, notesOf(facts, now, t), t);
  return { ...shown, waiting, ...(waits ? { since: oldest } : {}) };
}

function shownStatus(
  { connection, problem }: StatusFacts,
  waiting: readonly string[],
  notes: readonly string[],
  t: Translate,
): NodeStatus & Pick<ProducerStatus, 'reason' | 'nextAttempt'> {
  const withNotes = (...texts: string[]): string => [...waiting, ...texts, ...notes].join(' · ');
  if (problem) {
    return { fill: 'red', shape: 'ring', text: withNotes(shorten(fullReason(problem, t))) };
  }
  switch (connection.state) {
    case 'connecting':
      return { fill: 'yellow', shape: 'ring', text: withNotes(t('kafka-producer.status.connecting')) };
    case 'retrying': {
      const { nextAttempt, error } = connection;
      const params = { time: timeOfDay(nextAttempt), reason: shortReason(error, t) };
      const text = withNotes(t('kafka-producer.status.retrying', params));
      return { fill: 'red', shape: 'ring', text, reason: fullReason(error, t), nextAttempt };
    }
    case 'connected': {
      if (waiting.length > 0) return { fill: 'yellow', shape: 'ring', text: withNotes() };
      return { fill: 'green', shape: 'dot', text: withNotes(t('kafka-producer.status.connected')) };
    }
    case 'closed':
      return {};
  }
}

function notesOf({ stats, obstacles, throttledUntil }: StatusFacts, now: number, t: Translate): string[] {
  const { dropped, damaged, refused, count } = stats;
  const notes: string[] = [];
  const [first, ...others] = count > 0 ? obstacles : [];
  if (first) {
    const { topic, partition, error } = first;
    const name =
      shorten(`${topic}/${partition}`, MAX_PLACE) + (others.length > 0 ? ` (+${others.length})` : '');
    notes.push(t('kafka-producer.status.obstacle', { partition: name, reason: briefReason(error, t) }));
  }
  if (throttledUntil > now) notes.push(t('kafka-producer.status.throttled'));
  if (dropped > 0) notes.push(t('kafka-producer.status.dropped', { n: dropped }));
  if (damaged > 0) notes.push(t('kafka-producer.status.damaged', { n: damaged }));
  if (refused > 0) notes.push(t('kafka-producer.status.refused', { n: refused }));
  return notes;
}

/** @returns why a partition waits: in our words where we have some, else in Kafka's own */
function briefReason(error: Obstacle['error'], t: Translate): string {
  const { reason } = error instanceof UserError ? error.params : {};
  return reason === undefined ? shortReason(error, t) : String(reason);
}
