import { DATA_BOUNDS, MemoryMeter, excessOf } from '../../shared/data-bounds';
import { readTraceContext } from '../../shared/trace-context';
import { UserError, toError } from '../../shared/user-error';
import type { ProducerSettings } from '../config';
import type { RecordFields } from './record';
import type { Encode, Encoders } from './schema-values';
import { evaluateTyped, type Evaluator } from './typed-values';

type Message = Record<string, unknown>;
type Callback = (error: Error | undefined, fields?: RecordFields) => void;

/**
 * So many messages wait with their values or their errors. Beyond it an error is told at once, ahead of others: it makes no
 * record whose order matters, and where messages come faster than values there may be very many.
 */
const MOST_WAITING = 1_000;

/** About how much memory they may take, in bytes; beyond it a message is not taken. As much as without an outbox. */
const MOST_BYTES = 64 * 2 ** 20;
/** What a message costs that waits, beside its payload. */
const EACH = 2_000;

/** Reads what a record needs out of messages, as the dialog's typed inputs say, and keeps the messages' order. */
export class MessageFields {
  private readonly evaluate;
  /** the last message whose values had to be waited for, and those behind it */
  private queue: Promise<void> | undefined;
  private waiting = 0;
  /** about how much memory these take */
  private bytes = 0;

  /** @param encoders make the value of the payload, and the key, where these are not written as they are */
  constructor(
    settings: ProducerSettings,
    evaluator: Evaluator,
    private readonly encoders: Encoders = {},
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
      this.answer(message, values, callback);
      return;
    }
    const bytes = EACH + memoryOf(message.payload);
    if (this.waiting > 0 && this.bytes + bytes > MOST_BYTES) {
      ignore(values);
      callback(new UserError('kafka-producer.errors.too-many-waiting', { count: this.waiting }));
      return;
    }
    const before = this.queue;
    const evaluated = values instanceof Error ? values : Promise.all(values).catch(toError);
    this.waiting++;
    this.bytes += bytes;
    const turn: Promise<void> = Promise.all([evaluated, before])
      .then(([result]) => this.answer(message, result, callback))
      .finally(() => {
        this.waiting--;
        this.bytes -= bytes;
        if (this.queue === turn) this.queue = undefined;
      });
    this.queue = turn;
  }

  private answer(message: Message, values: unknown[] | Error, callback: Callback): void {
    if (values instanceof Error) {
      callback(values);
      return;
    }
    try {
      callback(undefined, toFields(message, values, this.encoders));
    } catch (error) {
      callback(toError(error));
    }
  }

  private tryEvaluate(message: Message): unknown[] | Error {
    const { topic, key, partition, headers } = this.evaluate;
    const values: unknown[] = [];
    try {
      for (const evaluate of [topic, key, partition, headers]) values.push(evaluate(message));
      if (this.encoders.key) values[1] = encodeFor(values[0], values[1], this.encoders.key);
      values.push(
        this.encoders.payload
          ? encodeFor(values[0], message.payload, this.encoders.payload)
          : message.payload,
      );
      return values;
    } catch (error) {
      ignore(values);
      return toError(error);
    }
  }
}

/** Nobody waits for them any more; what they may say comes after what is known. */
function ignore(values: unknown[] | Error): void {
  if (values instanceof Error) return;
  for (const value of values) if (value instanceof Promise) value.catch(() => undefined);
}

/** A payload may be anything, also one that can't be read: then what is known of it counts. */
function memoryOf(payload: unknown): number {
  const meter = new MemoryMeter(Infinity);
  try {
    if (ArrayBuffer.isView(payload)) return payload.byteLength;
    excessOf(payload, DATA_BOUNDS, meter);
  } catch {
    // Whoever makes a record of it tells what is wrong with it.
  }
  return meter.bytes;
}

function encodeFor(topic: unknown, value: unknown, encode: Encode): unknown {
  return topic instanceof Promise || value instanceof Promise
    ? Promise.all([topic, value]).then(([known, given]) => encode(known, given))
    : encode(topic, value);
}

function toFields(
  message: Message,
  values: unknown[],
  { payload: byPayload, key: byKey }: Encoders,
): RecordFields {
  const [topic, key, partition, headers, payload] = values;
  return {
    payload,
    topic,
    key,
    partition,
    headers,
    schemed: { payload: byPayload !== undefined, key: byKey !== undefined },
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
