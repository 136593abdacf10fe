import type { NodeAPI } from 'node-red';
import { withoutUncopyable } from '../shared/copyable';
import type { Incoming } from '../shared/node-lifecycle';
import type { Output } from './config';
import type { Found } from './finder';
import type { Question } from './question';

/** What a message of the output says of its question. */
export interface FoundInfo {
  collection: string;
  /** there is more than was let out; of the last message only */
  more: boolean;
}

/**
 * @returns the message that asked, with what was found in place of its payload; where there may be several, each tells its
 *   place in `parts`, and the last is `complete`
 */
export function foundMessage(
  RED: Pick<NodeAPI, 'util'>,
  message: Incoming,
  { payload, index, last, more }: Found,
  { collection }: Question,
  output: Output,
): Incoming {
  // The question may be large, and stands in the payload, mostly: it is not to be copied with each answer.
  const asked: Incoming = { ...message, payload: null };
  const copy = RED.util.cloneMessage((withoutUncopyable(asked)?.message ?? asked) as Incoming);
  const found: FoundInfo = { collection, more };
  Object.assign(copy, { payload, found });
  if (output === 'array') return copy;
  const parts = { id: message._msgid, index, ...(last ? { count: index + 1 } : {}) };
  return Object.assign(copy, { parts }, last ? { complete: true } : {});
}
