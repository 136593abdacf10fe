import { inspect } from 'node:util';
import { plainText } from '../shared/plain-text';

/** What Node-RED hands a log handler (settings.js, `logging.<name>.handler`); a node's lines say which. */
interface LogEvent {
  level: number;
  timestamp?: number;
  msg?: unknown;
  type?: string;
  id?: string;
  name?: string;
  z?: string;
  /** more of audits and metrics */
  [field: string]: unknown;
}

/** Node-RED's numbers of levels, from `@node-red/util/lib/log.js`. */
const LEVELS: Record<number, string> = {
  10: 'fatal',
  20: 'error',
  30: 'warn',
  40: 'info',
  50: 'debug',
  60: 'trace',
  98: 'audit',
  99: 'metric',
};

/** Nothing that a log is searched for is longer; a flow may log whatever it has. */
const MOST_TEXT = 16_384;

/**
 * Writes each line of Node-RED's log as one of JSON, with the node, and the place in Kafka where the line names one. In
 * settings.js: `logging: { json: { level: 'info', handler: require('node-red-contrib-serial-kafka-mongo').jsonLog } }`.
 * @param write takes a line without its end; standard output when absent
 */
export function jsonLog(
  _settings?: unknown,
  write: (line: string) => void = (line) => process.stdout.write(`${line}\n`),
): (event: LogEvent) => void {
  // JSON need not escape all that a terminal goes by; what it escapes is read as it was.
  return (event) => write(plainText(jsonLine(event)));
}

function jsonLine({ level, timestamp, msg, type, id, name, z, event, nodeid }: LogEvent): string {
  const message = textOf(msg ?? event);
  return JSON.stringify({
    time: new Date(timestamp ?? Date.now()).toISOString(),
    level: LEVELS[level] ?? String(level),
    ...(type === undefined ? {} : { node: { type, id, name, flow: z } }),
    ...(typeof nodeid === 'string' ? { node: { id: nodeid } } : {}),
    ...placeIn(message),
    message,
    ...(msg instanceof Error && msg.stack !== undefined ? { stack: msg.stack.slice(0, MOST_TEXT) } : {}),
  });
}

/** What a flow logs need not have a text: it may be of no prototype, or refuse. */
function textOf(value: unknown): string {
  try {
    if (typeof value === 'string') return value.slice(0, MOST_TEXT);
    const { message } = Object(value) as { message?: unknown };
    if (typeof message === 'string') return message.slice(0, MOST_TEXT);
    // What has no JSON, as a function, gives none.
    const json = typeof value === 'object' ? (JSON.stringify(value) as string | undefined) : undefined;
    return (json ?? inspect(value)).slice(0, MOST_TEXT);
  } catch (error) {
    return `not to be written: ${String((error as Error).message).slice(0, MOST_TEXT)}`;
  }
}

const TOPIC = '["“«]?([\\w.-]{1,249})["”»]?';
/** As the texts of this package name a place, in English and Spanish; topics have no other characters. */
const TOPIC_FIRST = new RegExp(
  `(?<![\\w.-])${TOPIC}(?:, | \\(| has no | no tiene la )(?:partition|partición) (\\d{1,10})`,
  'i',
);
const PARTITION_FIRST = new RegExp(`(?:partition|partición) (\\d{1,10}) (?:of|de) ${TOPIC}`, 'i');
const OFFSET = /\boffset (\d{1,19})/;
/** A place stands at the beginning; behind it data may speak. */
const MOST_PLACE = 600;

/** @returns the place in Kafka that a text names; offsets are text, since they may be larger than numbers are exact */
function placeIn(text: string): { topic?: string; partition?: number; offset?: string } {
  const start = text.slice(0, MOST_PLACE);
  const first = TOPIC_FIRST.exec(start);
  const second = first === null ? PARTITION_FIRST.exec(start) : null;
  const [topic, partition] = first ? [first[1], first[2]] : [second?.[2], second?.[1]];
  if (topic === undefined || partition === undefined) return {};
  const [, offset] = OFFSET.exec(start) ?? [];
  return { topic, partition: Number(partition), ...(offset === undefined ? {} : { offset }) };
}
