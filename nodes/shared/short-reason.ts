import { textOf, type Translate } from './translate';
import { UserError, shorten } from './user-error';

/** As much as is seen of a status under a node. */
const MAX_CHARACTERS = 60;

/** By the problem of an error of the kafka-cluster: the name of its text of a few words. */
const SHORT_TEXTS: Readonly<Record<string, string>> = {
  unreachable: 'no-connection',
  'not-admitted': 'not-admitted',
  'broker-version': 'broker-version',
  'topic-forbidden': 'no-permission',
  'group-forbidden': 'no-permission',
  'group-protocol': 'group-protocol',
  'no-leader': 'no-leader',
};

/** @returns why there is no work with Kafka, in the few words that a status has room for */
export function shortReason(error: Error & { problem?: string }, t: Translate): string {
  const text = SHORT_TEXTS[error.problem ?? ''];
  return text === undefined
    ? shorten(fullReason(error, t), MAX_CHARACTERS)
    : t(`kafka-cluster.short.${text}`);
}

/** @returns the whole text of an error, in the runtime's language */
export function fullReason(error: Error, t: Translate): string {
  return error instanceof UserError ? textOf(error, t) : error.message;
}
