import type { FetchSettings } from '../kafka-cluster/types';
import { FieldReader } from '../shared/field-reader';
import { requireKafkaName, type FieldValue } from '../shared/fields';
import type { LargeIntegers } from '../shared/exact-json';
import { withTodaysNames } from '../shared/renamed-settings';
import { isTopicName } from '../shared/topic-name';
import { UserError, shorten } from '../shared/user-error';
import type { OutputFormat } from './delivery/decode';

export type ConfirmSetting = 'automatic' | 'flow' | 'handed-on';
export type UnconfirmedSetting = 'report' | 'refetch' | 'dead-letter';

/** What the dialog saves. Numbers may be texts. */
export interface ConsumerConfig {
  cluster?: string;
  topics?: string;
  groupId?: string;
  from?: string;
  output?: string;
  /** id of a schema-registry node, for an output or key of that form */
  registry?: string;
  keyOutput?: string;
  integers?: string;
  mode?: string;
  confirm?: string;
  maxInFlight?: string | number;
  sessionTimeoutMs?: string | number;
  confirmTimeoutSeconds?: string | number;
  onUnconfirmed?: string;
  maxTries?: string | number;
  maxBatchMB?: string | number;
  fetchMinBytes?: string | number;
  fetchWaitMs?: string | number;
  fetchMaxKB?: string | number;
  deadLetters?: boolean;
  deadLetterTopic?: string;
  catchOutages?: boolean;
}

export interface ConsumerSettings {
  topics: (string | RegExp)[];
  groupId: string;
  from: 'earliest' | 'latest';
  output: OutputFormat;
  keyOutput: OutputFormat;
  /** whole numbers beyond 2^53 in JSON */
  integers: LargeIntegers;
  mode: 'single' | 'batch';
  confirm: ConfirmSetting;
  maxInFlight: number;
  sessionTimeoutMs: number;
  /** Infinity for no limit */
  confirmTimeoutMs: number;
  onUnconfirmed: UnconfirmedSetting;
  maxTries: number;
  /** what a batch of records may become when it is unpacked */
  maxBatchBytes: number;
  fetch: Required<FetchSettings>;
  /** the dead-letter topic of a topic; undefined when there are none */
  deadLetterTopic: ((topic: string) => string) | undefined;
  /** whether a pattern for topics must pass this one over */
  ignored: (topic: string) => boolean;
  /** whether the Catch nodes get a message once an outage of Kafka */
  catchOutages: boolean;
}

/** What the name of a topic gets for its dead letters, unless the dialog says otherwise. */
export const DEAD_LETTER_SUFFIX = '.dlq';

const fields = new FieldReader({
  unset: 'kafka-consumer.errors.unset-variable',
  choice: 'kafka-consumer.errors.choice',
  number: 'kafka-consumer.errors.number',
});

const PATTERN = /^\/(.+)\/([imsu]*)$/;

/**
 * Reads the node's fields.
 * @throws UserError that names the field and its value
 */
export function readConsumerConfig(saved: ConsumerConfig): ConsumerSettings {
  const config = withTodaysNames('kafka-consumer', saved);
  const topics = readTopics(fields.text(config.topics, 'topics'));
  const groupId = fields.text(config.groupId, 'groupId');
  if (groupId === '') throw new UserError('kafka-consumer.errors.no-group');
  requireKafkaName(groupId, 'groupId', 'kafka-consumer.errors.name-length');
  return {
    topics,
    groupId,
    from: fields.choice(config.from, 'from', ['earliest', 'latest']),
    output: fields.choice(config.output, 'output', ['json', 'string', 'buffer', 'registry']),
    keyOutput: fields.choice(config.keyOutput, 'keyOutput', ['string', 'buffer', 'json', 'registry']),
    integers: fields.choice(config.integers, 'integers', ['text', 'bigint', 'number']),
    mode: fields.choice(config.mode, 'mode', ['single', 'batch']),
    confirm: fields.choice(config.confirm, 'confirm', ['automatic', 'flow', 'handed-on']),
    maxInFlight: wholeNumber(config.maxInFlight, 'maxInFlight', 4000, 1, 1_000_000),
    sessionTimeoutMs: wholeNumber(config.sessionTimeoutMs, 'sessionTimeoutMs', 6_000, 1_000, 1_800_000),
    confirmTimeoutMs:
      1_000 * wholeNumber(config.confirmTimeoutSeconds, 'confirmTimeoutSeconds', 60, 0, 86_400) || Infinity,
    onUnconfirmed: fields.choice(config.onUnconfirmed, 'onUnconfirmed', ['report', 'refetch', 'dead-letter']),
    maxTries: wholeNumber(config.maxTries, 'maxTries', 5, 1, 1_000_000),
    maxBatchBytes: 2 ** 20 * wholeNumber(config.maxBatchMB, 'maxBatchMB', 64, 1, 1_024),
    fetch: {
      minBytes: wholeNumber(config.fetchMinBytes, 'fetchMinBytes', 1, 1, 2 ** 20),
      waitMs: wholeNumber(config.fetchWaitMs, 'fetchWaitMs', 250, 10, 2_000),
      maxBytesPerPartition: 1_024 * wholeNumber(config.fetchMaxKB, 'fetchMaxKB', 256, 1, 65_536),
    },
    catchOutages: config.catchOutages ?? false,
    ...readDeadLetters(config, topics),
  };
}

/** "a", "a, b" or "/pattern/flags" */
function readTopics(value: string): (string | RegExp)[] {
  const [, source, flags] = PATTERN.exec(value) ?? [];
  if (source !== undefined) {
    try {
      return [new RegExp(source, flags)];
    } catch (error) {
      throw new UserError('kafka-consumer.errors.pattern', { value: shorten(value) }, { cause: error });
    }
  }
  const names = value
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  if (names.length === 0) throw new UserError('kafka-consumer.errors.no-topic');
  for (const name of names) requireTopicName(name, 'topics');
  return [...new Set(names)];
}

function readDeadLetters(
  config: ConsumerConfig,
  topics: readonly (string | RegExp)[],
): Pick<ConsumerSettings, 'deadLetterTopic' | 'ignored'> {
  const name = fields.text(config.deadLetterTopic, 'deadLetterTopic');
  if (name !== '') requireTopicName(name, 'deadLetterTopic');
  if (config.deadLetters !== false && topics.includes(name)) {
    throw new UserError('kafka-consumer.errors.dead-letters-of-dead-letters', { topic: name });
  }
  return {
    deadLetterTopic:
      config.deadLetters === false ? undefined : (topic) => (name === '' ? topic + DEAD_LETTER_SUFFIX : name),
    ignored: (topic) => (name === '' ? topic.endsWith(DEAD_LETTER_SUFFIX) : topic === name),
  };
}

function requireTopicName(name: string, field: string): void {
  if (!isTopicName(name)) {
    throw new UserError('kafka-consumer.errors.topic-name', { field, value: shorten(name) });
  }
}

function wholeNumber(value: FieldValue, field: string, otherwise: number, min: number, max: number): number {
  return fields.wholeNumber(value, field, { otherwise, min, max });
}
