import type { NodeStatus } from 'node-red';
import { timeOfDay } from '../shared/clock';
import type { Translate } from '../shared/translate';
import { isPassing } from './reasons';
import type { SinkState } from './report';

/** What the editor shows of a sink's state. */
export function statusOf(state: SinkState, t: Translate): NodeStatus {
  switch (state.state) {
    case 'connecting':
      return { fill: 'yellow', shape: 'ring', text: t('mongo-sink.status.connecting') };
    case 'ready': {
      const { inserted, alreadyThere, rejected, backfill } = state;
      const counts = [t('mongo-sink.status.ready', { stored: inserted })];
      if (alreadyThere > 0) counts.push(t('mongo-sink.status.already-there', { count: alreadyThere }));
      if (rejected > 0) counts.push(t('mongo-sink.status.rejected', { rejected }));
      const text = backfill
        ? t('mongo-sink.status.backfill', { counts: counts.join(', '), ...backfill })
        : counts.join(', ');
      return { fill: 'green', shape: 'dot', text };
    }
    case 'waiting': {
      const passing = isPassing(state.error);
      const time = timeOfDay(state.nextAttempt);
      const text = t(`mongo-sink.status.${passing ? 'waiting' : 'refused'}`, { time });
      return { fill: passing ? 'yellow' : 'red', shape: 'ring', text };
    }
  }
}
