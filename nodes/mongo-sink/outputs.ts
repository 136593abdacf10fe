import type { PipelineMessage } from '../shared/messages';
import { withFields } from '../shared/with-fields';
import { markAsOurs } from '../shared/origin';
import type { UserError } from '../shared/user-error';
import { identityOfMessage } from './storing/identity';
import type { SinkResult } from './storing/items';
import { reasonOf } from './rejected/reasons';
import type { Rejection } from './rejected/rejected';

/** What the first output adds to the input message. */
export interface StoredInfo {
  collection: string;
  inserted: number;
  alreadyThere: number;
}

/** What the second output adds to the message of a rejected reading. */
export interface RejectionInfo {
  message: string;
  /** the reason's name, the same in every language */
  reason: string;
}

/** The whole message as one rejection, where it can't be taken apart into readings. */
export function rejectionOfMessage(message: PipelineMessage, error: UserError): Rejection {
  return { element: { value: message.payload, identity: identityOfMessage(message) }, error };
}

/** @returns the message for the first output, unless nothing of it was stored. */
export function storedMessage(
  message: PipelineMessage,
  { inserted, alreadyThere, rejected }: SinkResult,
  collection: string,
): (PipelineMessage & { stored: StoredInfo }) | null {
  if (inserted + alreadyThere === 0 && rejected.length > 0) return null;
  return withFields(message, { stored: markAsOurs({ collection, inserted, alreadyThere }) });
}

/**
 * The messages for the second output: the input message where it was one reading; of an array, one message for each
 * rejected element, with that element's record metadata and without the delivery of the whole.
 */
export function rejectedMessages(
  message: PipelineMessage,
  rejected: readonly Rejection[],
  textOf: (error: UserError) => string,
): PipelineMessage[] {
  return rejected.map(({ element, error }) => {
    const info: RejectionInfo = { message: textOf(error), reason: reasonOf(error) };
    if (element.value === message.payload) return withFields(message, { error: info });
    const { topic = '', partition = 0 } = message.kafka ?? {};
    const one: PipelineMessage = { ...message, payload: element.value, error: info };
    delete one.kafka;
    delete one.readingId;
    if (element.identity.readingId !== undefined) one.readingId = element.identity.readingId;
    if (element.record) one.kafka = { topic, partition, ...element.record };
    return one;
  });
}
