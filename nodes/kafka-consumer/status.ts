import type { NodeStatus } from 'node-red';
import { timeOfDay } from '../shared/clock';
import { fullReason, shortReason } from '../shared/short-reason';
import type { Translate } from '../shared/translate';
import { shorten } from '../shared/user-error';
import type { ConfirmPolicy } from './confirming/confirm-policy';
import type { ConsumerOverview } from './consumer';

const MAX_REASON = 120;

/** A Status node passes on all of it. */
export interface ConsumerStatus extends NodeStatus {
  /** why there is no connection, in full: the text has room for a few words of it */
  reason?: string;
}

/** What the editor shows under the node. */
export function describeStatus(
  overview: ConsumerOverview,
  groupId: string,
  policy: ConfirmPolicy,
  t: Translate,
): ConsumerStatus {
  const { state } = overview;
  switch (state.state) {
    case 'connecting':
      return { fill: 'yellow', shape: 'ring', text: t('kafka-consumer.status.connecting') };
    case 'waiting':
      return waiting(state.topics, t);
    case 'retrying':
      return {
        fill: 'red',
        shape: 'ring',
        text: t('kafka-consumer.status.retrying', {
          time: timeOfDay(state.nextAttempt),
          reason: shortReason(state.error, t),
        }),
        reason: fullReason(state.error, t),
      };
    case 'closed':
      return {};
    case 'connected':
      return connected(overview, groupId, policy, t);
  }
}

function waiting(topics: readonly string[], t: Translate): NodeStatus {
  const text = t('kafka-consumer.status.waiting', { topics: shorten(topics.join(', '), MAX_REASON) });
  return { fill: 'yellow', shape: 'ring', text };
}

function connected(
  overview: ConsumerOverview,
  groupId: string,
  policy: ConfirmPolicy,
  t: Translate,
): NodeStatus {
  const {
    partitions,
    lag,
    paused,
    stuck,
    overdue,
    missed,
    missingTopics,
    unseenTopics,
    deadLetterProblem,
    leaderless,
    refused,
    registryProblem,
    transaction,
  } = overview;
  const [blocked] = overview.blocked;
  if (deadLetterProblem) {
    const reason = shorten(fullReason(deadLetterProblem, t), MAX_REASON);
    return { fill: 'red', shape: 'ring', text: t('kafka-consumer.status.dead-letters', { reason }) };
  }
  if (overview.unsubscribedTopics.length > 0) {
    const topics = shorten(overview.unsubscribedTopics.join(', '), MAX_REASON);
    return {
      fill: 'red',
      shape: 'ring',
      text: t('kafka-consumer.status.unsubscribed', { topics, group: groupId }),
    };
  }
  const parts = [t('kafka-consumer.status.connected', { group: groupId, partitions, lag: lag ?? '?' })];
  if (overview.throttled) parts.push(t('kafka-consumer.status.throttled'));
  if (transaction)
    parts.push(
      t('kafka-consumer.status.transaction', { ...transaction, since: timeOfDay(transaction.since) }),
    );
  if (leaderless.length > 0) {
    const names = leaderless.map(({ topic, partition }) => `${topic}/${partition}`).join(', ');
    parts.unshift(t('kafka-consumer.status.leaderless', { partitions: shorten(names, MAX_REASON) }));
  }
  const [first] = refused;
  if (first) {
    const names = refused.map(({ topic, partition }) => `${topic}/${partition}`).join(', ');
    const partitions = shorten(names, MAX_REASON);
    const reason = shortReason(first.error, t);
    parts.unshift(t('kafka-consumer.status.refused', { partitions, reason }));
  }
  if (unseenTopics.length > 0) {
    const topics = shorten(unseenTopics.join(', '), MAX_REASON);
    parts.unshift(t('kafka-consumer.status.unseen', { topics }));
  }
  if (stuck) parts.unshift(t('kafka-consumer.status.stuck', { ...stuck, since: timeOfDay(stuck.since) }));
  if (registryProblem) {
    const reason = shorten(fullReason(registryProblem.error, t), MAX_REASON);
    const since = timeOfDay(registryProblem.since);
    parts.unshift(t('kafka-consumer.status.registry', { since, reason }));
  }
  if (blocked) parts.unshift(t('kafka-consumer.status.blocked', { ...blocked }));
  if (paused) parts.unshift(t('kafka-consumer.status.paused'));
  if (overdue > 0) parts.push(t('kafka-consumer.status.overdue', { count: overdue }));
  if (missed > 0) parts.push(t('kafka-consumer.status.missed', { count: missed }));
  if (missingTopics.length > 0) parts.push(waiting(missingTopics, t).text ?? '');
  parts.push(t(`kafka-consumer.status.by-${policy.because === 'setting' ? policy.by : policy.because}`));
  const lasting = refused.find(({ passes }) => !passes);
  const isRed = stuck ?? blocked ?? lasting ?? registryProblem ?? unseenTopics[0];
  const waits = leaderless.length > 0 || refused.length > 0 || transaction !== undefined;
  const hasProblem = paused || overdue > 0 || missingTopics.length > 0 || waits;
  return {
    fill: isRed ? 'red' : hasProblem ? 'yellow' : 'green',
    shape: 'dot',
    text: parts.join(' · '),
  };
}
