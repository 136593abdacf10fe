import assert from 'node:assert/strict';
import { createDecipheriv, createHash } from 'node:crypto';
import { readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { signInFlows } from '../../../stack/node-red/sign-in';
import { withTempDir } from '../../support/temp-dir';

const SECRET = 'a-key';
const BROKERS = '${KAFKA_BROKERS}';
const LOGIN = { username: '${KAFKA_USER}', password: '${KAFKA_PASSWORD}' };
const cluster = (id: string, changes: object = {}) => ({
  ...{ id, type: 'kafka-cluster', brokers: BROKERS, sasl: 'none' },
  ...changes,
});

async function withFlows(flows: unknown, use: (dir: string) => Promise<void>): Promise<void> {
  await withTempDir(async (dir) => {
    await writeFile(path.join(dir, 'credential-secret'), SECRET);
    await writeFile(path.join(dir, 'flows.json'), typeof flows === 'string' ? flows : JSON.stringify(flows));
    await use(dir);
  });
}

async function flowsIn(dir: string): Promise<unknown> {
  return JSON.parse(await readFile(path.join(dir, 'flows.json'), 'utf8'));
}

/** As Node-RED reads them. */
async function credentialsIn(dir: string): Promise<unknown> {
  const { $ } = JSON.parse(await readFile(path.join(dir, 'flows_cred.json'), 'utf8')) as { $: string };
  const key = createHash('sha256').update(SECRET).digest();
  const decipher = createDecipheriv('aes-256-ctr', key, Buffer.from($.slice(0, 32), 'hex'));
  return JSON.parse(decipher.update($.slice(32), 'base64', 'utf8') + decipher.final('utf8'));
}

describe('flows that are to sign in at Kafka', () => {
  it('do so by the environment, in the nodes that have the address from there and signed in nowhere', async () => {
    const others = [
      { id: 'tab', type: 'tab', label: 'flow' },
      cluster('elsewhere', { brokers: 'kafka.example:9092' }),
      cluster('by-hand', { sasl: 'plain' }),
    ];
    const before = [cluster('a'), { id: 'b', type: 'kafka-cluster', brokers: BROKERS }, ...others];
    await withFlows(before, async (dir) => {
      assert.equal(await signInFlows(dir), 2);
      assert.deepEqual(await flowsIn(dir), [
        cluster('a', { sasl: '${KAFKA_SASL}' }),
        { id: 'b', type: 'kafka-cluster', brokers: BROKERS, sasl: '${KAFKA_SASL}' },
        ...others,
      ]);
      assert.deepEqual(await credentialsIn(dir), { a: LOGIN, b: LOGIN });
      for (const file of ['flows.json', 'flows_cred.json'])
        assert.equal((await stat(path.join(dir, file))).mode & 0o777, 0o600);
      assert.equal(await signInFlows(dir), 0, 'once is enough');
    });
  });

  it('keep the credentials of their other nodes', async () => {
    await withFlows([cluster('a')], async (dir) => {
      await signInFlows(dir);
      await writeFile(path.join(dir, 'flows.json'), JSON.stringify([cluster('a'), cluster('c')]));
      assert.equal(await signInFlows(dir), 2);
      assert.deepEqual(await credentialsIn(dir), { a: LOGIN, c: LOGIN });
      await writeFile(path.join(dir, 'flows_cred.json'), JSON.stringify({ d: { password: 'x' } }));
      await writeFile(path.join(dir, 'flows.json'), JSON.stringify([cluster('a')]));
      await signInFlows(dir);
      assert.deepEqual(await credentialsIn(dir), { a: LOGIN, d: { password: 'x' } });
    });
  });

  it('stay as they are where the key is another one, or where they are no flows', async () => {
    await withFlows([cluster('a')], async (dir) => {
      await signInFlows(dir);
      const flows = JSON.stringify([cluster('a')]);
      await writeFile(path.join(dir, 'flows.json'), flows);
      await writeFile(path.join(dir, 'credential-secret'), 'another-key');
      await assert.rejects(
        signInFlows(dir),
        /flows_cred\.json can't be read with the key in credential-secret/,
      );
      assert.equal(await readFile(path.join(dir, 'flows.json'), 'utf8'), flows);
    });
    for (const broken of ['[{', '{}', ''])
      await withFlows(broken, async (dir) => assert.equal(await signInFlows(dir), 0));
  });
});
