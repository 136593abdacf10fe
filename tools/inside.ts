import { parseArgs } from 'node:util';
import { Kafka, logLevel, type SASLOptions } from 'kafkajs';
import { KafkaJsCluster } from '../nodes/kafka-cluster/cluster';
import { loginOf } from './inside/login';
import { look } from './inside/look';
import { t } from '../stack/texts/texts.mjs';

const CLIENT_ID = 'inside';
/** A person at a terminal waits out a broker that is just starting: some half a minute for each question. */
const TIMEOUTS = { connectionMs: 3_000, requestMs: 150_000 };

interface Place {
  brokers: string[];
  /** where a password is asked for */
  sasl?: SASLOptions;
}

/** Shows what happens inside of Kafka: at 127.0.0.1, or at KAFKA_BROKERS. */
async function main(): Promise<void> {
  const values = readArgs();
  if (values === undefined) return;
  const count = Number(values.count);
  if (values.help || !(count > 0)) return console.log(t('inside.usage'));
  const brokers = process.env.KAFKA_BROKERS || `127.0.0.1:${process.env.KAFKA_PORT || '9092'}`;
  try {
    const login = loginOf(process.env);
    const kafka = {
      brokers: brokers.split(','),
      ...(login === undefined ? {} : { sasl: login as SASLOptions }),
    };
    if (values.read === undefined) await show(kafka);
    else await read(kafka, values.read, values.group, count);
  } catch (error) {
    console.error(t('inside.no-kafka', { brokers, reason: rootOf(error).message }));
    process.exitCode = 1;
  }
}

/** @returns undefined where an option is not to be understood, which has been said then */
function readArgs() {
  try {
    return parseArgs({
      options: {
        read: { type: 'string' },
        group: { type: 'string', default: 'inside' },
        count: { type: 'string', default: 'Infinity' },
        help: { type: 'boolean', short: 'h' },
      },
    }).values;
  } catch (error) {
    console.error(`${(error as Error).message}\n${t('inside.usage')}`);
    process.exitCode = 1;
    return undefined;
  }
}

/** What was there first: errors of the nodes have a text of the catalogs, which only Node-RED knows. */
function rootOf(error: unknown): Error {
  const { cause } = error as Error;
  return cause instanceof Error ? rootOf(cause) : (error as Error);
}

async function show(at: Place): Promise<void> {
  const cluster = new KafkaJsCluster({ ...at, clientId: CLIENT_ID, timeouts: TIMEOUTS }, () => undefined);
  const { admin, release } = cluster.acquireAdmin();
  try {
    for (const line of await look(admin)) console.log(line);
  } finally {
    release();
    await cluster.drained();
  }
}

/** Reads as a group does: what it has read is committed, and does not come again. */
async function read(at: Place, topic: string, groupId: string, count: number): Promise<void> {
  const kafka = new Kafka({
    ...at,
    clientId: CLIENT_ID,
    logLevel: logLevel.NOTHING,
    retry: { retries: 2 },
  });
  const consumer = kafka.consumer({ groupId, sessionTimeout: 10_000 });
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  console.log(t('inside.reading', { topic, group: groupId }));
  await new Promise<void>((resolve, reject) => {
    let seen = 0;
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
    consumer.on(consumer.events.CRASH, ({ payload }) => reject(payload.error));
    consumer
      .run({
        autoCommitThreshold: 1,
        eachMessage: ({ partition, message }) => {
          if (seen >= count) return Promise.reject(new Error('enough'));
          seen += 1;
          const key = message.key === null ? '–' : message.key.toString();
          const value = message.value === null ? '–' : message.value.toString();
          console.log(t('inside.record', { topic, partition, offset: message.offset, key, value }));
          if (seen >= count) setImmediate(resolve);
          return Promise.resolve();
        },
      })
      .catch(reject);
  });
  await consumer.disconnect();
}

void main();
