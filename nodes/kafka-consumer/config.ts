import { readChoice, readText, readWholeNumber, type FieldValue } from '../shared/fields';
import { isTopicName } from '../shared/topic-name';
import { UserError, shorten } from '../shared/user-error';
import type { OutputFormat } from './decode';

export type ConfirmSetting = 'automatic' | 'flow' | 'handed-on';
export type UnconfirmedSetting = 'report' | 'refetch' | 'dead-letter';

/** What the dialog saves. Numbers may be texts. */
export interface ConsumerConfig {
  cluster?: string;
  topics?: string;
  groupId?: string;
  from?: string;
  output?: string;
  mode?: string;
  confirm?: string;
  maxInFlight?: string | number;
  sessionTimeout?: string | number;
  confirmTimeout?: string | number;
  onUnconfirmed?: string;
  maxTries?: string | number;
  deadLetters?: boolean;
  deadLetterTopic?: string;
}

export interface ConsumerSettings {
  topics: (string | RegExp)[];
  groupId: string;
  from: 'earliest' | 'latest';
  output: OutputFormat;
  mode: 'single' | 'batch';
  confirm: ConfirmSetting;
  maxInFlight: number;
  sessionTimeoutMs: number;
  /** Infinity for no limit */
  confirmTimeoutMs: number;
  onUnconfirmed: UnconfirmedSetting;
  maxTries: number;
  /** the dead-letter topic of a topic; undefined when there are none */
  deadLetterTopic: ((topic: string) => string) | undefined;
  /** whether a pattern for topics must pass this one over */
  ignored: (topic: string) => boolean;
}

/** What the name of a topic gets for its dead letters, unless the dialog says otherwise. */
export const DEAD_LETTER_SUFFIX = '.dlq';

const PATTERN = /^\/(.+)\/([imsu]*)$/;

/**
 * Reads the node's fields.
 * @throws UserError that names the field and its value
 */
export function readConsumerConfig(config: ConsumerConfig): ConsumerSettings {
  const topics = readTopics(text(config.topics, 'topics'));
  const groupId = text(config.groupId, 'groupId');
  if (groupId === '') throw new UserError('kafka-consumer.errors.no-group');
  return {
    topics,
    groupId,
    from: oneOf(config.from, 'from', ['earliest', 'latest']),
    output: oneOf(config.output, 'output', ['json', 'string', 'buffer']),
    mode: oneOf(config.mode, 'mode', ['single', 'batch']),
    confirm: oneOf(config.confirm, 'confirm', ['automatic', 'flow', 'handed-on']),
    maxInFlight: wholeNumber(config.maxInFlight, 'maxInFlight', 4000, 1, 1_000_000),
    sessionTimeoutMs: wholeNumber(config.sessionTimeout, 'sessionTimeout', 6_000, 1_000, 1_800_000),
    confirmTimeoutMs: 1_000 * wholeNumber(config.confirmTimeout, 'confirmTimeout', 60, 0, 86_400) || Infinity,
    onUnconfirmed: oneOf(config.onUnconfirmed, 'onUnconfirmed', ['report', 'refetch', 'dead-letter']),
    maxTries: wholeNumber(config.maxTries, 'maxTries', 5, 1, 1_000_000),
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
  const name = text(config.deadLetterTopic, 'deadLetterTopic');
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

function text(value: FieldValue, field: string): string {
  return readText(value, field, 'kafka-consumer.errors.unset-variable');
}

function oneOf<const T extends string>(
  value: string | undefined,
  field: string,
  choices: readonly [T, ...T[]],
): T {
  return readChoice(value, choices, (wrong) => {
    const params = { field, value: wrong, choices: choices.join(', ') };
    return new UserError('kafka-consumer.errors.choice', params);
  });
}

function wholeNumber(value: FieldValue, field: string, preset: number, min: number, max: number): number {
  return readWholeNumber(
    text(value, field),
    { otherwise: preset, min, max },
    (wrong) => new UserError('kafka-consumer.errors.number', { field, value: wrong, min, max }),
  );
}
