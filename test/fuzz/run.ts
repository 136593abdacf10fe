import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Kafka, logLevel } from 'kafkajs';
import { MongoClient } from 'mongodb';
import { mergeFlows, type FlowNode } from '../../stack/node-red/flows';
import { ensureTopics } from '../../stack/kafka/cluster';
import { seededRandom, type Random } from '../faults/support/random';
import { ask } from '../security/support/foreign';
import { DashboardSocket } from '../security/support/socket-io';
import { readFlow } from '../support/flow-settings';
import { startNodeRed, type TestNodeRed } from '../support/node-red';
import { plugIn } from '../support/pty';
import { database, kafka } from '../support/services';
import { until } from '../support/until';
import {
  MESSAGE_PLACE,
  anyLine,
  anyMessageCode,
  anyObject,
  anyPacket,
  anyReadingId,
  anyRecordTime,
  anyValue,
  messageEntrances,
} from './inputs';

const CLASSIC = [
  'update-value',
  'ui-change',
  'ui-collapse',
  'ui-refresh',
  'ui-audio',
  'ui-params',
  'ui-replay-state',
  'x',
];
const DASHBOARD_2 = [
  'widget-send',
  'widget-action',
  'widget-change',
  'widget-load',
  'ui-event',
  'ui-control',
  'x',
];
/** Each node with an input of its own that the flows have. */
const MESSAGE_TYPES = ['serial-json-in', 'kafka-producer', 'kafka-consumer', 'mongo-sink', 'topic-catalog'];
const PLACES = [
  '/',
  '/admin/flows',
  '/admin/auth/token',
  '/dashboard/_setup',
  '/metrics',
  '/health/ready',
  '/serial-kafka-mongo/dashboard.js',
];
/** How long nobody may have to wait for an answer. */
const MOST_PAUSE_MS = 5_000;
const MOST_MEMORY = 1_500_000_000;
/** Only the page that has it gets answers to it. */
const SECRET = 'question-of-the-other-page';

/** What came of it. */
export interface Fuzzed {
  sent: number;
  longestPauseMs: number;
  mostMemoryBytes: number;
  /** what must never be */
  faults: string[];
}

/** Sends what nobody should send to every entrance at once, and watches the process meanwhile. */
export async function fuzz(seed: number, milliseconds: number, say: (line: string) => void): Promise<Fuzzed> {
  const random = seededRandom(seed);
  const dir = await mkdtemp(path.join(os.tmpdir(), 'fuzz-'));
  const [{ brokers }, { uri }] = await Promise.all([kafka(), database()]);
  const name = `fuzz-${seed}-${Date.now()}`;
  await ensureTopics(brokers, [{ topic: name }]);
  const board = await plugIn(path.join(dir, 'board'));
  const flows = mergeFlows(
    ['edge.json', 'server.json', 'dashboard-2.json'].map((file) => readFlow(`flows/${file}`)),
  );
  for (const node of flows) {
    if (node.type === 'mongo-database') node.database = name;
    if (node.type === 'kafka-consumer' || node.type === 'topic-catalog') node.groupId = name;
  }
  const nodeRed = await startNodeRed({
    flows: [...flows, ...messageEntrances(flows, MESSAGE_TYPES)],
    env: {
      KAFKA_BROKERS: brokers,
      KAFKA_TOPIC: name,
      MONGODB_URI: uri,
      SERIAL_PATH: board.link,
      SERIAL_BAUD: '9600',
    },
  });
  const client = await MongoClient.connect(uri);
  const producer = new Kafka({ brokers: [brokers], logLevel: logLevel.NOTHING }).producer();
  await producer.connect();
  const result: Fuzzed = { sent: 0, longestPauseMs: 0, mostMemoryBytes: 0, faults: [] };
  const before = new Set(await databases(client));
  try {
    const isReady = async (): Promise<boolean> => (await ask(`${nodeRed.url}/health/ready`)).status === 200;
    await until('all parts to be ready', isReady, 40_000).catch(async (error: Error) => {
      throw new Error(`${error.message}: ${(await ask(`${nodeRed.url}/health/ready`)).body}`, {
        cause: error,
      });
    });
    const end = Date.now() + milliseconds;
    const attack = (send: () => Promise<unknown>, pauseMs: number): Promise<void> =>
      repeat(send, end, result, pauseMs);
    await Promise.all([
      watch(nodeRed, end, result),
      attack(() => request(nodeRed, random), 0),
      attackSockets(nodeRed, random, flows, end, result),
      attack(() => sendMessage(nodeRed, random), 100),
      attack(() => producer.send({ topic: name, messages: anyMessages(random) }), 400),
      attack(() => {
        board.write(`${anyLine(random)}\r\n`);
        return Promise.resolve();
      }, 20),
      attack(
        () =>
          client
            .db(name)
            .collection('nodos')
            .insertOne({ nodo: name + random.between(0, 50), ...documentOf(random) }),
        200,
      ),
    ]);
    await stillWorks(nodeRed, board, client, name, result);
    const more = (await databases(client)).filter((one) => !before.has(one) && one !== name);
    if (more.length > 0) result.faults.push(`databases that nobody meant: ${more.join(', ')}`);
  } catch (error) {
    result.faults.push((error as Error).message);
  } finally {
    for (const line of nodeRed.output
      .filter((one) => /Uncaught|RangeError|TypeError|unhandled/i.test(one))
      .slice(0, 10)) {
      say(line);
      result.faults.push(line);
    }
    await producer.disconnect();
    // A database that has enough of it goes with its folder.
    await client
      .db(name)
      .dropDatabase()
      .catch((error: Error) => say(`not removed: ${error.message}`));
    await client.close();
    await nodeRed.dispose();
    await board.unplug();
    await rm(dir, { recursive: true, force: true });
  }
  return result;
}

/** What is refused is as good as what is taken: only the process must not mind. */
async function repeat(send: () => Promise<unknown>, end: number, result: Fuzzed, pauseMs = 0): Promise<void> {
  while (Date.now() < end && result.faults.length === 0) {
    await send().catch(() => undefined);
    result.sent++;
    if (pauseMs > 0) await sleep(pauseMs);
  }
}

function request(nodeRed: TestNodeRed, random: Random): Promise<unknown> {
  const headers = {
    'content-type': random.pick(['application/json', 'application/x-www-form-urlencoded', 'text/plain', 'x']),
    origin: random.pick([nodeRed.url, 'http://evil.example', 'null']),
    ...(random.between(0, 3) === 0
      ? { host: random.pick(['evil.example', 'localhost', '[::1]', '127.0.0.1']) }
      : {}),
    cookie: `a=${encodeURIComponent(JSON.stringify(anyValue(random, 1)))}`,
  };
  // Only what a website can send at all: what an administrator deploys is theirs to know.
  const isOwn = headers.origin === nodeRed.url;
  const method = isOwn ? 'GET' : random.pick(['GET', 'POST', 'PUT', 'DELETE']);
  const body = method === 'GET' ? {} : { body: JSON.stringify(anyValue(random)) };
  return ask(`${nodeRed.url}${random.pick(PLACES)}?x=${random.between(0, 9)}`, { method, headers, ...body });
}

/** A message that only a flow can make. */
async function sendMessage(nodeRed: TestNodeRed, random: Random): Promise<void> {
  const { status } = await fetch(nodeRed.url + MESSAGE_PLACE + random.pick(MESSAGE_TYPES), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ code: anyMessageCode(random) }),
    signal: AbortSignal.timeout(30_000),
  });
  if (status !== 200) throw new Error(`a message was answered with ${status}`);
}

function anyMessages(random: Random) {
  return Array.from({ length: random.between(1, 5) }, () => ({
    key: random.pick([null, 'a', '\u0000', 'x'.repeat(500)]),
    value: random.between(0, 9) === 0 ? null : anyLine(random),
    headers: Object.fromEntries([
      ...Object.entries(anyObject(random, 1)).map(([name, value]) => [name, JSON.stringify(value)]),
      ...(random.between(0, 3) === 0 ? [['reading-id', anyReadingId(random)]] : []),
    ]) as Record<string, string>,
    ...(random.between(0, 9) === 0 ? { timestamp: anyRecordTime(random) } : {}),
  }));
}

/** The driver takes no name that begins with a dollar, and the server no `_id` of every kind. */
function documentOf(random: Random): object {
  const fields = Object.entries(anyObject(random, 2)).filter(
    ([name]) => !/^\$|^_id$|^nodo$|^__proto__$/.test(name),
  );
  return Object.fromEntries(fields);
}

async function attackSockets(
  nodeRed: TestNodeRed,
  random: Random,
  flows: readonly FlowNode[],
  end: number,
  result: Fuzzed,
): Promise<void> {
  const ids = [...flows.map(({ id }) => id), '__proto__', 'ui-x', ''];
  await Promise.all(
    (
      [
        ['', CLASSIC],
        ['/dashboard', DASHBOARD_2],
      ] as const
    ).map(async ([place, events]) => {
      const victim = await DashboardSocket.open(nodeRed.url, place);
      let attacker = await DashboardSocket.open(nodeRed.url, place);
      await repeat(
        async () => {
          const packet = anyPacket(random, events, ids);
          await attacker.sendRaw(packet.replace('"x"', `"${SECRET}"`));
          if (random.between(0, 50) > 0) return;
          await attacker.close();
          attacker = await DashboardSocket.open(nodeRed.url, place);
        },
        end,
        result,
      );
      // A slider that moves is shown to all; what a template sends is nobody else's.
      if (JSON.stringify(victim.heard).includes(SECRET))
        result.faults.push(`another page heard it: ${place}`);
      await Promise.all([victim.close(), attacker.close()]);
    }),
  );
}

async function watch(nodeRed: TestNodeRed, end: number, result: Fuzzed): Promise<void> {
  while (Date.now() < end && result.faults.length === 0) {
    const since = performance.now();
    try {
      nodeRed.assertRunning();
      const { body } = await ask(`${nodeRed.url}/metrics`);
      const [, memory = '0'] = /^process_resident_memory_bytes (\S+)$/m.exec(body) ?? [];
      result.mostMemoryBytes = Math.max(result.mostMemoryBytes, Number(memory));
    } catch (error) {
      result.faults.push((error as Error).message);
    }
    const pause = performance.now() - since;
    result.longestPauseMs = Math.max(result.longestPauseMs, pause);
    if (pause > MOST_PAUSE_MS) result.faults.push(`nobody got an answer for ${Math.round(pause)} ms`);
    if (result.mostMemoryBytes > MOST_MEMORY) result.faults.push(`${result.mostMemoryBytes} bytes of memory`);
    await sleep(200);
  }
}

/** After all that a reading still takes its way from the line to the database. */
async function stillWorks(
  nodeRed: TestNodeRed,
  board: { write(text: string): void },
  client: MongoClient,
  name: string,
  result: Fuzzed,
): Promise<void> {
  nodeRed.assertRunning();
  board.write('\r\n{"nodo":"after-it-all","humedad":60}\r\n');
  await until(
    'a reading to be stored after all that',
    () => client.db(name).collection('datos').findOne({ nodo: 'after-it-all' }),
    180_000,
  ).catch(async (error: Error) => {
    const { body } = await ask(`${nodeRed.url}/metrics`);
    const counts = body.split('\n').filter((line) => /^serial_kafka_mongo_\w+(_total|_records)\b/.test(line));
    result.faults.push([error.message, ...counts].join('\n'));
  });
}

async function databases(client: MongoClient): Promise<string[]> {
  const { databases: found } = await client.db().admin().listDatabases({ nameOnly: true });
  return found.map(({ name }) => name);
}
