import assert from 'node:assert/strict';
import { mergeFlows } from '../../stack/node-red/flows';
import { readFlow } from '../support/flow-settings';
import { startNodeRed, type TestNodeRed } from '../support/node-red';
import { database, kafka } from '../support/services';
import { ensureTopics } from '../../stack/kafka/cluster';
import { plugIn, type TestDevice } from '../support/pty';
import { until } from '../support/until';
import { ask } from './support/foreign';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';

const HASH = '$2b$08$sYOOOhw8wy6Ufi1/1rxk8OWbHnhF0yTUyHOmZ0/LQQlYH7roMtdzK';
const PLACES = ['/health/live', '/health/ready', '/metrics'];
const LINE = '{"nodo":"comuna_15","humedad":60,"temperatura":26}\r\n';

interface Readiness {
  status: string;
  down: { type: string; reason: string; since: string }[];
}

describe('who watches a Node-RED from outside', function () {
  this.timeout(120_000);
  let nodeRed: TestNodeRed;
  let board: TestDevice | undefined;
  let dir: string;

  beforeEach(async () => {
    dir = await mkdtemp(path.join(os.tmpdir(), 'test-observe-'));
  });

  afterEach(async () => {
    await nodeRed?.dispose();
    await board?.unplug();
    board = undefined;
    await rm(dir, { recursive: true, force: true });
  });

  async function ready(): Promise<{ status: number; told: Readiness }> {
    const { status, body } = await ask(`${nodeRed.url}/health/ready`);
    return { status, told: JSON.parse(body) as Readiness };
  }

  /** @returns the sum of a metric over its labels; undefined where it is not there */
  async function metric(name: string): Promise<number | undefined> {
    const { body } = await ask(`${nodeRed.url}/metrics`);
    const values = body.split('\n').flatMap((line) => {
      const [, value] = new RegExp(`^serial_kafka_mongo_${name}(?:\\{[^}]*\\})? (\\S+)$`).exec(line) ?? [];
      return value === undefined ? [] : [Number(value)];
    });
    return values.length === 0 ? undefined : values.reduce((sum, value) => sum + value, 0);
  }

  it('sees each reading counted on its way from the line to the database, and all parts ready', async () => {
    const [{ brokers }, { uri }] = await Promise.all([kafka(), database()]);
    const topic = `observe-${Date.now()}`;
    await ensureTopics(brokers, [{ topic }]);
    board = await plugIn(path.join(dir, 'board'));
    const flows = mergeFlows([readFlow('flows/edge.json'), readFlow('flows/server.json')]);
    for (const node of flows) {
      if (node.type === 'mongo-database') node.database = topic;
      if (node.type === 'kafka-consumer') Object.assign(node, { groupId: topic, from: 'earliest' });
    }
    nodeRed = await startNodeRed({
      env: {
        KAFKA_BROKERS: brokers,
        KAFKA_TOPIC: topic,
        MONGODB_URI: uri,
        SERIAL_PATH: board.link,
        SERIAL_BAUD: '9600',
      },
      flows,
    });
    await until('all parts to be ready', async () => (await ready()).status === 200, 60_000);
    assert.deepEqual((await ready()).told, { status: 'pass', down: [] });
    // What comes first may be the rest of a line.
    board.write(`rest\r\n${LINE}garbage\r\n${LINE}${LINE}`);
    await until(
      'three readings to be stored',
      async () => (await metric('stored_readings_total')) === 3,
      60_000,
    );
    assert.equal(await metric('serial_readings_total'), 3);
    assert.ok(((await metric('serial_rejected_lines_total')) ?? 0) >= 1);
    await until('the producer to know', async () => (await metric('produced_records_total')) === 3);
    assert.equal(await metric('consumed_records_total'), 3);
    assert.equal(await metric('line_to_stored_seconds_count'), 3);
    assert.equal(await metric('outbox_records'), 0);
    await until('no lag', async () => (await metric('consumer_lag_records')) === 0);
    const { body } = await ask(`${nodeRed.url}/metrics`);
    assert.match(body, /^nodejs_eventloop_lag_p99_seconds /m);
    assert.match(body, /^# TYPE serial_kafka_mongo_stored_readings_total counter$/m);
    assert.match(body, /serial_rejected_lines_total\{reason="[a-z-]+",node="[\da-f]+"\} [12]/);
  });

  it('is told which part is down, and since when', async () => {
    nodeRed = await startNodeRed({
      env: { KAFKA_BROKERS: '127.0.0.1:1', KAFKA_TOPIC: 'x', MONGODB_URI: 'mongodb://127.0.0.1:1' },
      flows: readFlow('flows/server.json'),
    });
    const told = await until('the parts that are down', async () => {
      const { status, told } = await ready();
      return status === 503 && told.down.some(({ type }) => type === 'kafka-consumer') && told;
    });
    const since = told.down.map((one) => Date.parse(one.since));
    assert.ok(since.every((time) => time <= Date.now() && time > Date.now() - 60_000));
    assert.equal((await ask(`${nodeRed.url}/health/live`)).status, 200);
  });

  it('is a program of this machine, or has the password; and no website', async () => {
    nodeRed = await startNodeRed({ admin: { user: 'ana', passwordHash: HASH } });
    const authorization = `Basic ${btoa('ana:secreto')}`;
    for (const place of PLACES) {
      assert.notEqual((await ask(nodeRed.url + place)).status, 401, place);
      const forwarded = { 'x-forwarded-for': '10.0.0.1' };
      assert.equal((await ask(nodeRed.url + place, { headers: forwarded })).status, 401, place);
      const { status } = await ask(nodeRed.url + place, { headers: { ...forwarded, authorization } });
      assert.ok(status === 200 || status === 503, place);
      assert.equal(
        (await ask(nodeRed.url + place, { headers: { origin: 'http://evil.example' } })).status,
        403,
      );
      assert.equal((await ask(nodeRed.url + place, { method: 'POST' })).status, 405);
    }
  });
});
