import { readTraceContext } from '../../shared/trace-context';
import { toError } from '../../shared/user-error';
import type { ProducerSettings } from '../config';
import type { RecordFields } from './record';
import type { Encode } from './schema-values';
import { evaluateTyped, type Evaluator } from './typed-values';

type Message = Record<string, unknown>;
type Callback = (error: Error | undefined, fields?: RecordFields) => void;

/**
 * So many messages wait with their values or their errors. Beyond it an error is told at once, ahead of others: it makes no
 * record whose order matters, and where messages come faster than values there may be very many.
 */
const MOST_WAITING = 1_000;

/** Reads what a record needs out of messages, as the dialog's typed inputs say, and keeps the messages' order. */
export class MessageFields {
  private readonly evaluate;
  /** the last message whose values had to be waited for, and those behind it */
  private queue: Promise<void> | undefined;
  private waiting = 0;

  /** @param encode makes the value of the payload, where it is not written as it is */
  constructor(
    settings: ProducerSettings,
    evaluator: Evaluator,
    private readonly encode?: Encode,
  ) {
    const { topic, key, partition, headers } = settings;
    this.evaluate = {
      topic:
        topic.value === '' ? (message: Message) => message.topic : evaluateTyped(topic, 'topic', evaluator),
      key: evaluateTyped(key, 'key', evaluator),
      partition: evaluateTyped(partition, 'partition', evaluator),
      headers: evaluateTyped(headers, 'headers', evaluator),
    };
  }

  /**
   * Calls back at once where nothing has to be waited for.
   * @param callback what it throws is handed to it as the message's error
   */
  read(message: Message, callback: Callback): void {
    const values = this.tryEvaluate(message);
    const waits = !(values instanceof Error) && values.some((value) => value instanceof Promise);
    if (!waits && (!this.queue || (values instanceof Error && this.waiting >= MOST_WAITING))) {
      answer(message, values, callback);
      return;
    }
    const before = this.queue;
    const evaluated = values instanceof Error ? values : Promise.all(values).catch(toError);
    this.waiting++;
    const turn: Promise<void> = Promise.all([evaluated, before])
      .then(([result]) => answer(message, result, callback))
      .finally(() => {
        this.waiting--;
        if (this.queue === turn) this.queue = undefined;
      });
    this.queue = turn;
  }

  private tryEvaluate(message: Message): unknown[] | Error {
    const { topic, key, partition, headers } = this.evaluate;
    const values: unknown[] = [];
    try {
      for (const evaluate of [topic, key, partition, headers]) values.push(evaluate(message));
      if (this.encode) values.push(encodeFor(values[0], message.payload, this.encode));
      return values;
    } catch (error) {
      // Nobody waits for the others any more; what they may say comes after this.
      for (const value of values) if (value instanceof Promise) value.catch(() => undefined);
      return toError(error);
    }
  }
}

function encodeFor(topic: unknown, payload: unknown, encode: Encode): unknown {
  return topic instanceof Promise
    ? topic.then((known: unknown) => encode(known, payload))
    : encode(topic, payload);
}

function answer(message: Message, values: unknown[] | Error, callback: Callback): void {
  if (values instanceof Error) {
    callback(values);
    return;
  }
  try {
    callback(undefined, toFields(message, values));
  } catch (error) {
    callback(toError(error));
  }
}

function toFields(message: Message, values: unknown[]): RecordFields {
  const [topic, key, partition, headers] = values;
  return {
    payload: values.length > 4 ? values[4] : message.payload,
    topic,
    key,
    partition,
    headers,
    readingId: message.readingId,
    trace:
      message.traceparent === undefined
        ? undefined
        : readTraceContext(message.traceparent, message.tracestate),
    messageId: isMessageId(message._msgid) ? message._msgid : undefined,
  };
}

/** A flow may give a message any id; the outbox keeps 255 bytes of it. */
function isMessageId(value: unknown): value is string {
  return typeof value === 'string' && value.length <= 1_024;
}
