import type { SeekTarget } from '../kafka-cluster/types';
import { deliveriesOf } from '../shared/deliveries';
import { isFromBrowser } from '../shared/from-browser';
import type { PipelineMessage } from '../shared/messages';
import { isObject } from '../shared/reading';
import { UserError, shorten, toError } from '../shared/user-error';

/** What a message at the consumer's input asks for. */
export type Command =
  | { action: 'confirm' }
  | { action: 'reject'; reason: Error }
  | { action: 'pause' }
  | { action: 'resume' }
  | { action: 'seek'; topic?: string; partition?: number; target: SeekTarget };

const ACTIONS = 'confirm, reject, pause, resume, seek';

/**
 * Reads a message at the input. `msg.action` alone says what is asked for; without one, a message that carries a
 * delivery confirms it, or rejects it where it comes from a Catch node.
 * @throws UserError that says what is wrong with the message; whatever it asks for where it comes from a browser
 */
export function readCommand(message: PipelineMessage): Command {
  const { action } = message;
  if (isFromBrowser(message)) throw new UserError('kafka-consumer.errors.from-browser');
  const delivered = deliveriesOf(message).length > 0;
  if (action === undefined || action === null || action === '') {
    if (!delivered) throw new UserError('kafka-consumer.errors.no-action', { actions: ACTIONS });
    return isCaught(message) ? rejection(message) : { action: 'confirm' };
  }
  switch (action) {
    case 'confirm':
    case 'reject':
      if (!delivered) throw new UserError('kafka-consumer.errors.no-delivery', { action });
      return action === 'confirm' ? { action } : rejection(message);
    case 'pause':
    case 'resume':
      return { action };
    case 'seek':
      return readSeek(message.payload);
    default:
      throw new UserError('kafka-consumer.errors.unknown-action', {
        value: shorten(action),
        actions: ACTIONS,
      });
  }
}

/** A Catch node puts the error and where it arose into msg.error. */
function isCaught({ error }: PipelineMessage): boolean {
  return isObject(error) && isObject(error.source);
}

function rejection({ reason, error }: PipelineMessage): Command {
  const given = reason ?? (isObject(error) ? error.message : error) ?? 'rejected by the flow';
  return { action: 'reject', reason: toError(given) };
}

/** `{to: 'beginning' | 'end'}`, `{offset}` or `{time}`, with `topic` and `partition` to narrow it down */
function readSeek(payload: unknown): Command {
  if (!isObject(payload))
    throw new UserError('kafka-consumer.errors.seek-target', { value: shorten(payload) });
  const { topic, partition } = payload;
  if (topic !== undefined && typeof topic !== 'string') {
    throw new UserError('kafka-consumer.errors.seek-topic', { value: shorten(topic) });
  }
  const number = partition === undefined ? undefined : Number(partition);
  if (number !== undefined && (!Number.isInteger(number) || number < 0)) {
    throw new UserError('kafka-consumer.errors.seek-partition', { value: shorten(partition) });
  }
  return {
    action: 'seek',
    target: readTarget(payload),
    ...(topic === undefined ? {} : { topic }),
    ...(number === undefined ? {} : { partition: number }),
  };
}

function readTarget(payload: Record<string, unknown>): SeekTarget {
  const { to, offset, time } = payload;
  if (to === 'beginning' || to === 'end') return to;
  if (to === undefined && /^\d{1,19}$/.test(asDigits(offset))) return { offset: asDigits(offset) };
  if (to === undefined && offset === undefined) {
    const at = typeof time === 'number' ? time : typeof time === 'string' ? Date.parse(time) : NaN;
    if (Number.isFinite(at) && at >= 0) return { time: Math.floor(at) };
  }
  throw new UserError('kafka-consumer.errors.seek-target', { value: shorten(payload) });
}

function asDigits(value: unknown): string {
  return typeof value === 'number' || typeof value === 'string' ? String(value) : '';
}
