import type { NodeStatus } from 'node-red';
import { timeOfDay } from '../shared/clock';
import type { Translate } from '../shared/translate';
import { UserError, shorten } from '../shared/user-error';
import { isPassing } from './rejected/reasons';
import type { SinkState } from './report';

/** Characters of a reason that a status has room for. */
const MAX_REASON = 80;

/** What the editor shows of a sink's state. */
export function statusOf(state: SinkState, t: Translate): NodeStatus {
  switch (state.state) {
    case 'connecting':
      return { fill: 'yellow', shape: 'ring', text: t('mongo-sink.status.connecting') };
    case 'ready': {
      const { inserted, alreadyThere, rejected, backfill, unanswered } = state;
      const counts = [t('mongo-sink.status.ready', { stored: inserted })];
      if (alreadyThere > 0) counts.push(t('mongo-sink.status.already-there', { count: alreadyThere }));
      if (rejected > 0) counts.push(t('mongo-sink.status.rejected', { rejected }));
      if (unanswered) {
        const { command, target, since } = unanswered;
        const params = { counts: counts.join(', '), command, target, time: timeOfDay(since) };
        return { fill: 'yellow', shape: 'dot', text: t('mongo-sink.status.unanswered', params) };
      }
      const text = backfill
        ? t('mongo-sink.status.backfill', { counts: counts.join(', '), ...backfill })
        : counts.join(', ');
      return { fill: 'green', shape: 'dot', text };
    }
    case 'waiting': {
      const passing = isPassing(state.error);
      const time = timeOfDay(state.nextAttempt);
      const reason = reasonIn(state.error, t);
      const text = t(`mongo-sink.status.${passing ? 'waiting' : 'refused'}`, { time, reason });
      return { fill: passing ? 'yellow' : 'red', shape: 'ring', text };
    }
  }
}

/** The database's own words where it has said any, else what the error says. */
function reasonIn(error: Error, t: Translate): string {
  const { reason } = error instanceof UserError ? error.params : {};
  if (reason !== undefined) return shorten(reason, MAX_REASON);
  return shorten(error instanceof UserError ? t(error.key, error.params) : error.message, MAX_REASON);
}
