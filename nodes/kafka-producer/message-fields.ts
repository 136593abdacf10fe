import { toError } from '../shared/user-error';
import type { ProducerSettings } from './config';
import type { RecordFields } from './record';
import { evaluateTyped, type Evaluator } from './typed-values';

type Message = Record<string, unknown>;
type Callback = (error: Error | undefined, fields?: RecordFields) => void;

/** Reads what a record needs out of messages, as the dialog's typed inputs say, and keeps the messages' order. */
export class MessageFields {
  private readonly evaluate;
  /** the last message whose values had to be waited for, and those behind it */
  private queue: Promise<void> | undefined;

  constructor(settings: ProducerSettings, evaluator: Evaluator) {
    const { topic, key, partition, headers } = settings;
    this.evaluate = {
      topic: topic.value === '' ? (message: Message) => message.topic : evaluateTyped(topic, evaluator),
      key: evaluateTyped(key, evaluator),
      partition: evaluateTyped(partition, evaluator),
      headers: evaluateTyped(headers, evaluator),
    };
  }

  /**
   * Calls back at once where nothing has to be waited for.
   * @param callback what it throws is handed to it as the message's error
   */
  read(message: Message, callback: Callback): void {
    const values = this.tryEvaluate(message);
    const waits = !(values instanceof Error) && values.some((value) => value instanceof Promise);
    if (!this.queue && !waits) {
      answer(message, values, callback);
      return;
    }
    const before = this.queue;
    const evaluated = values instanceof Error ? values : Promise.all(values).catch(toError);
    const turn: Promise<void> = Promise.all([evaluated, before])
      .then(([result]) => answer(message, result, callback))
      .finally(() => {
        if (this.queue === turn) this.queue = undefined;
      });
    this.queue = turn;
  }

  private tryEvaluate(message: Message): unknown[] | Error {
    const { topic, key, partition, headers } = this.evaluate;
    try {
      return [topic(message), key(message), partition(message), headers(message)];
    } catch (error) {
      return toError(error);
    }
  }
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

function toFields(message: Message, [topic, key, partition, headers]: unknown[]): RecordFields {
  return {
    payload: message.payload,
    topic,
    key,
    partition,
    headers,
    readingId: message.readingId,
    messageId: typeof message._msgid === 'string' ? message._msgid : undefined,
  };
}
