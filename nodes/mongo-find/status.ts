import type { NodeStatus } from 'node-red';
import type { DatabaseState } from '../mongo-database/types';
import { timeOfDay } from '../shared/clock';
import { shortReason } from '../shared/short-reason';
import type { Translate } from '../shared/translate';

/** What was asked last, and what came of it. */
export type LastQuestion =
  { kind: 'none' } | { kind: 'answered'; documents: number; ms: number } | { kind: 'failed'; error: Error };

/**
 * What the editor shows.
 * @param waiting questions without an answer
 */
export function statusOf(
  database: DatabaseState,
  last: LastQuestion,
  waiting: number,
  t: Translate,
): NodeStatus {
  if (database.state === 'retrying') {
    const params = { reason: shortReason(database.error, t), time: timeOfDay(database.nextAttempt) };
    return { fill: 'red', shape: 'ring', text: t('mongo-find.status.retrying', params) };
  }
  if (database.state !== 'connected')
    return { fill: 'yellow', shape: 'ring', text: t('mongo-find.status.connecting') };
  if (waiting > 0)
    return { fill: 'blue', shape: 'dot', text: t('mongo-find.status.asking', { count: waiting }) };
  switch (last.kind) {
    case 'none':
      return { fill: 'green', shape: 'dot', text: t('mongo-find.status.connected') };
    case 'answered': {
      const { documents: count, ms } = last;
      return { fill: 'green', shape: 'dot', text: t('mongo-find.status.found', { count, ms }) };
    }
    case 'failed':
      return { fill: 'red', shape: 'dot', text: shortReason(last.error, t) };
  }
}
