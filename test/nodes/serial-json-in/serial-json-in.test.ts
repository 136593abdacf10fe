import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Node, NodeAPI, NodeDef, NodeStatus } from 'node-red';
import helper from 'node-red-node-test-helper';
import registerSerialJsonIn from '../../../nodes/serial-json-in/serial-json-in';
import type { ReadingMessage, RejectedMessage } from '../../../nodes/serial-json-in/types';
import { plugIn, type TestDevice } from '../../support/pty';
import { loadTexts, withTexts } from '../../support/texts';
import { until } from '../../support/until';

/** Keeps what reaches it, from the first moment of a flow on. */
let collected: Record<string, never[]>;

function registerCollector(RED: NodeAPI): void {
  RED.nodes.registerType('collector', function (this: Node, def: NodeDef) {
    RED.nodes.createNode(this, def);
    this.on('input', (message, _send, done) => {
      collected[def.name]!.push(message as never);
      done();
    });
  });
}

const NODES = [withTexts(registerSerialJsonIn), registerCollector];

describe('serial-json-in in Node-RED', () => {
  let directory: string;
  let link: string;
  let devices: TestDevice[];
  let readings: ReadingMessage[];
  let rejected: RejectedMessage[];
  let caught: { error: { message: string } }[];
  let statuses: { status: NodeStatus }[];

  before(() => loadTexts('serial-json-in'));

  beforeEach(async () => {
    directory = mkdtempSync(path.join(os.tmpdir(), 'serial-json-in-'));
    link = path.join(directory, 'board');
    devices = [];
    await new Promise<void>((resolve) => helper.startServer(() => resolve()));
  });

  afterEach(async () => {
    await helper.unload();
    await new Promise<void>((resolve) => helper.stopServer(() => resolve()));
    await Promise.all(devices.map((device) => device.unplug()));
    rmSync(directory, { recursive: true });
  });

  async function plug(): Promise<TestDevice> {
    const device = await plugIn(link);
    devices.push(device);
    return device;
  }

  /** Deploys these nodes with a helper at each output of the first, a Catch and a Status node. */
  async function deploy(...configs: Record<string, unknown>[]): Promise<void> {
    collected = {
      readings: (readings = []),
      rejected: (rejected = []),
      caught: (caught = []),
      statuses: (statuses = []),
    };
    const nodes = configs.map((config, i) => ({
      id: `serial${i}`,
      z: 'tab',
      type: 'serial-json-in',
      name: `reader ${i}`,
      wires: i === 0 ? [['readings'], ['rejected']] : [[], []],
      ...config,
    }));
    const flow = [
      ...nodes,
      { id: 'catch', z: 'tab', type: 'catch', wires: [['caught']] },
      { id: 'status', z: 'tab', type: 'status', scope: [nodes.at(-1)!.id], wires: [['statuses']] },
      ...Object.keys(collected).map((id) => ({ id, name: id, z: 'tab', type: 'collector' })),
    ].map((config) => ({ x: 100, y: 100, ...config }));
    await helper.load(NODES, [{ id: 'tab', type: 'tab' }, ...flow]);
  }

  const last = (): NodeStatus => statuses.at(-1)?.status ?? {};
  const shown = (fill: string) => until(`a ${fill} status`, () => last().fill === fill);
  const caughtTexts = () => caught.map(({ error }) => error.message);

  it('sends each reading from its first output and each other line from its second', async () => {
    const device = await plug();
    await deploy({ path: link, timeZone: 'America/Bogota' });
    await shown('green');
    device.write('edad":1}\r\nError\r\n{"nodo":"comuna_15","humedad":60.00,"temperatura":null}\r\n');
    await until('both messages', () => readings.length === 1 && rejected.length === 1);
    const [reading] = readings;
    assert.ok(reading);
    const { fecha, hora, ...values } = reading.payload;
    assert.deepEqual(values, { nodo: 'comuna_15', humedad: 60, temperatura: null });
    const bogota = new Date(reading.receivedAt - 5 * 3600_000).toISOString();
    assert.equal(`${fecha}T${hora}`, bogota.slice(0, 19));
    assert.equal(reading.key, 'comuna_15');
    assert.equal(reading.port, link);
    assert.equal(reading.topic, undefined);
    assert.equal(rejected[0]?.payload, 'Error');
    assert.equal(rejected[0]?.error.reason, 'sensor-error');
    await until('the status to count it', () => last().text?.includes('rejected: 1'));
  });

  it('says until when it waits for the device, tells a Catch node once, and reads on when it comes', async () => {
    await deploy({ path: link });
    await until('the waiting to be shown', () => /next try at \d\d:\d\d:\d\d/.test(String(last().text)));
    const { nextAttempt } = last() as { nextAttempt?: number };
    assert.ok(
      Math.abs((nextAttempt ?? 0) - Date.now()) < 60_000,
      'a time that a Status node can reckon with',
    );
    const attempts = () => new Set(statuses.map(({ status }) => status.text)).size;
    await until('a second attempt', () => attempts() > 1);
    assert.deepEqual(caughtTexts(), [
      `serial-json-in: ${link} is not there. It is opened as soon as it is plugged in`,
    ]);
    const device = await plug();
    await shown('green');
    device.write('{"nodo":"late"}\n');
    await until('the reading', () => readings.length === 1);
    await device.unplug();
    await until('the loss to be caught', () => caught.length === 2);
    await shown('yellow');
    assert.match(caughtTexts()[1]!, /went away/);
    const again = await plug();
    await shown('green');
    again.write('{"nodo":"again"}\n');
    await until('the reading after the loss', () => readings.at(-1)?.key === 'again');
  });

  it('refuses the port that another node reads, naming that node', async () => {
    const device = await plug();
    await deploy({ path: link }, { path: link });
    await shown('red');
    assert.equal(caught.length, 1);
    assert.match(caughtTexts()[0]!, /already read by the node "reader 0"/);
    device.write('{"nodo":"a"}\n');
    await until('the reading at the first node', () => readings.length === 1);
  });

  it('frees the port for another node when it is closed', async () => {
    const device = await plug();
    await deploy({ path: link });
    await shown('green');
    await helper.unload();
    await deploy({ path: link, name: 'second' });
    await shown('green');
    device.write('{"nodo":"a"}\n');
    await until('the reading', () => readings.length === 1);
    assert.deepEqual(caughtTexts(), []);
  });

  for (const [settings, text] of [
    [{ path: '${SERIAL_PATH_OF_NOBODY}' }, /environment variable SERIAL_PATH_OF_NOBODY/],
    [{ path: '/dev/null/none', baudRate: 'fast' }, /baudRate .* "fast"/],
    [{ path: '/dev/null/none', timeZone: 'America/Macondo' }, /America\/Macondo/],
  ] as const) {
    it(`shows and throws a clear error for ${JSON.stringify(settings)}`, async () => {
      await deploy(settings);
      await shown('red');
      assert.match(caughtTexts()[0]!, text);
    });
  }

  it('lists the ports of this machine for the dialog', async () => {
    await deploy({ path: link });
    const response = await helper.request().get('/serial-json-in/ports').expect(200);
    assert.ok(Array.isArray(response.body));
  });

  it('closes within a second while its device is missing', async () => {
    await deploy({ path: link });
    await shown('yellow');
    const since = Date.now();
    await helper.getNode('serial0').close();
    assert.ok(Date.now() - since < 1000);
  });
});
