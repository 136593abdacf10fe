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
      const { stored, rejected, backfill } = state;
      const counts = t(`mongo-sink.status.${rejected > 0 ? 'rejected' : 'ready'}`, { stored, rejected });
      const text = backfill ? t('mongo-sink.status.backfill', { counts, ...backfill }) : counts;
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
