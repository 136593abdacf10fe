import type { NodeStatus } from 'node-red';
import type { ClientState } from '../kafka-cluster/types';
import type { Translate } from '../shared/translate';
import { UserError, shorten } from '../shared/user-error';
import type { StoreStats } from './record-store';

/** Records that are acknowledged sooner than this are not spoken of as waiting. */
const WAITING_AFTER_MS = 2_000;

export interface StatusFacts {
  connection: ClientState;
  stats: StoreStats;
  /** the store can't take records, or a topic can't be written to */
  problem: Error | undefined;
}

/** @returns the node's status, in the runtime's language */
export function describeStatus(
  { connection, stats, problem }: StatusFacts,
  now: number,
  t: Translate,
): NodeStatus {
  const notes = notesOf(stats, connection.state === 'connected' ? now - WAITING_AFTER_MS : now, t);
  const withNotes = (text: string): string => [text, ...notes].join(' · ');
  if (problem) {
    return { fill: 'red', shape: 'ring', text: withNotes(shorten(textOf(problem, t))) };
  }
  switch (connection.state) {
    case 'connecting':
      return { fill: 'yellow', shape: 'ring', text: withNotes(t('kafka-producer.status.connecting')) };
    case 'retrying': {
      const params = { time: clock(connection.nextAttempt), reason: shorten(textOf(connection.error, t)) };
      return { fill: 'red', shape: 'ring', text: withNotes(t('kafka-producer.status.retrying', params)) };
    }
    case 'connected': {
      const waiting = stats.oldest !== undefined && stats.oldest < now - WAITING_AFTER_MS;
      if (waiting) return { fill: 'yellow', shape: 'ring', text: notes.join(' · ') };
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
  { count, oldest, dropped, damaged }: StoreStats,
  waitingBefore: number,
  t: Translate,
): string[] {
  const notes: string[] = [];
  if (oldest !== undefined && oldest <= waitingBefore) {
    notes.push(t('kafka-producer.status.waiting', { n: Math.max(count, 1), time: clock(oldest) }));
  }
  if (dropped > 0) notes.push(t('kafka-producer.status.dropped', { n: dropped }));
  if (damaged > 0) notes.push(t('kafka-producer.status.damaged', { n: damaged }));
  return notes;
}

/** @returns hh:mm:ss of the machine's time zone */
function clock(time: number): string {
  const date = new Date(time);
  return [date.getHours(), date.getMinutes(), date.getSeconds()]
    .map((n) => String(n).padStart(2, '0'))
    .join(':');
}
