import type { NodeStatus } from 'node-red';
import type { ClientState } from '../kafka-cluster/types';
import { timeOfDay } from '../shared/clock';
import type { Translate } from '../shared/translate';
import { UserError, shorten } from '../shared/user-error';
import type { StoreStats } from './record-store';

/** Records that are acknowledged sooner than this are not spoken of as waiting. */
const WAITING_AFTER_MS = 2_000;

/** A status that a flow can reckon with too: a Status node passes on all of it. */
export interface ProducerStatus extends NodeStatus {
  /** records of which the text says that they wait */
  waiting: number;
  /** when the oldest of them came, in milliseconds since 1970 */
  since?: number;
}

export interface StatusFacts {
  connection: ClientState;
  stats: StoreStats;
  /** the store can't take records, or a topic can't be written to */
  problem: Error | undefined;
}

/** @returns the node's status, in the runtime's language */
export function describeStatus(facts: StatusFacts, now: number, t: Translate): ProducerStatus {
  const waitingBefore = facts.connection.state === 'connected' ? now - WAITING_AFTER_MS : now;
  const { count, oldest } = facts.stats;
  const waits = oldest !== undefined && oldest <= waitingBefore;
  const shown = shownStatus(facts, notesOf(facts.stats, waits, t), waits, t);
  return { ...shown, waiting: waits ? Math.max(count, 1) : 0, ...(waits ? { since: oldest } : {}) };
}

function shownStatus(
  { connection, problem }: StatusFacts,
  notes: readonly string[],
  waits: boolean,
  t: Translate,
): NodeStatus {
  const withNotes = (text: string): string => [text, ...notes].join(' · ');
  if (problem) {
    return { fill: 'red', shape: 'ring', text: withNotes(shorten(textOf(problem, t))) };
  }
  switch (connection.state) {
    case 'connecting':
      return { fill: 'yellow', shape: 'ring', text: withNotes(t('kafka-producer.status.connecting')) };
    case 'retrying': {
      const params = {
        time: timeOfDay(connection.nextAttempt),
        reason: shorten(textOf(connection.error, t)),
      };
      return { fill: 'red', shape: 'ring', text: withNotes(t('kafka-producer.status.retrying', params)) };
    }
    case 'connected': {
      if (waits) return { fill: 'yellow', shape: 'ring', text: notes.join(' · ') };
      return { fill: 'green', shape: 'dot', text: withNotes(t('kafka-producer.status.connected')) };
    }
    case 'closed':
      return {};
  }
}

function textOf(error: Error, t: Translate): string {
  return error instanceof UserError ? t(error.key, error.params) : error.message;
}

function notesOf(
  { count, oldest = 0, dropped, damaged, refused }: StoreStats,
  waits: boolean,
  t: Translate,
): string[] {
  const notes: string[] = [];
  if (waits) {
    notes.push(t('kafka-producer.status.waiting', { n: Math.max(count, 1), time: timeOfDay(oldest) }));
  }
  if (dropped > 0) notes.push(t('kafka-producer.status.dropped', { n: dropped }));
  if (damaged > 0) notes.push(t('kafka-producer.status.damaged', { n: damaged }));
  if (refused > 0) notes.push(t('kafka-producer.status.refused', { n: refused }));
  return notes;
}
