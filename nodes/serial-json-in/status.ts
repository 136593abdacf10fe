import type { NodeStatus } from 'node-red';
import { timeOfDay } from '../shared/clock';
import type { Translate } from '../shared/translate';
import { shorten } from '../shared/user-error';
import type { RejectedSummary } from './checks/rejected-summaries';
import type { Activity } from './port/line-activity';
import type { SourceState } from './serial-source';
import type { RejectedMessage } from './types';

type Connected = Extract<SourceState, { state: 'connected' }>;

/** @returns the status; a Status node passes on the time of the next attempt too, in milliseconds since 1970 */
export function statusOf(state: SourceState, t: Translate): NodeStatus & { nextAttempt?: number } {
  switch (state.state) {
    case 'opening':
      return { fill: 'yellow', shape: 'ring', text: t('serial-json-in.status.opening') };
    case 'connected':
      return connected(state, t);
    case 'lost':
      return { fill: 'yellow', shape: 'ring', text: t('serial-json-in.status.lost') };
    case 'waiting': {
      const { nextAttempt } = state;
      const text = t('serial-json-in.status.waiting', { time: timeOfDay(nextAttempt) });
      return { fill: 'yellow', shape: 'ring', text, nextAttempt };
    }
    case 'released': {
      const text = t('serial-json-in.status.released', { time: timeOfDay(state.since) });
      return { fill: 'grey', shape: 'ring', text };
    }
    case 'taken':
      return { fill: 'red', shape: 'ring', text: t('serial-json-in.status.taken') };
  }
}

/** Green is a port that gives readings; an open one that gives none says what it gives. */
function connected({ rejected, lost, activity }: Connected, t: Translate): NodeStatus {
  const key = rejected && lost ? 'rejected-lost' : rejected ? 'rejected' : lost ? 'lines-lost' : 'connected';
  const counted = t(`serial-json-in.status.${key}`, { lines: rejected, lost });
  if (activity.kind === 'readings') return { fill: 'green', shape: 'dot', text: counted };
  return { fill: 'yellow', shape: 'dot', text: problemText(activity, counted, t) };
}

function problemText(
  activity: Exclude<Activity, { kind: 'readings' }>,
  counted: string,
  t: Translate,
): string {
  switch (activity.kind) {
    case 'silent': {
      const key = activity.ever ? 'silent' : 'nothing-yet';
      return t(`serial-json-in.status.${key}`, { connected: counted, time: timeOfDay(activity.since) });
    }
    case 'refused': {
      const reason = t(`serial-json-in.briefly.${activity.reason}`);
      return t('serial-json-in.status.refused', { connected: counted, lines: activity.lines, reason });
    }
    case 'shared': {
      const { program, pid } = activity;
      return t('serial-json-in.status.shared', { connected: counted, program, pid });
    }
    case 'no-line-end':
    case 'not-text':
      return t(`serial-json-in.status.${activity.kind}`, { connected: counted });
  }
}

/** @returns what the log is told of rejected lines */
export function summaryText({ lines, since }: RejectedSummary, last: RejectedMessage, t: Translate): string {
  const params = { lines, time: timeOfDay(since), reason: last.error.message, line: shorten(last.payload) };
  return t(`serial-json-in.rejections.${lines === 1 ? 'first' : 'more'}`, params);
}
