import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import {
  closeSync,
  constants,
  lstatSync,
  lutimesSync,
  mkdtempSync,
  openSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import type { Node, NodeAPI, NodeDef, NodeStatus } from 'node-red';
import helper from 'node-red-node-test-helper';
import { SerialPort } from 'serialport';
import registerSerialJsonIn from '../../../nodes/serial-json-in/serial-json-in';
import type { ReadingMessage, RejectedMessage } from '../../../nodes/serial-json-in/types';
import { plugIn, type TestDevice } from '../../support/pty';
import { loadTexts, withTexts } from '../../support/texts';
import { until } from '../../support/until';
import { skip } from '../../support/skip';

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
    // In the middle of a line when it is opened: a status may come later than the time in which that counts.
    const sending = setInterval(() => device.write('"humedad":1,'), 20);
    try {
      await deploy({ path: link, timeZone: 'America/Bogota' });
      await shown('green');
    } finally {
      clearInterval(sending);
    }
    device.write('"humedad":1}\r\nError\r\n{"nodo":"comuna_15","humedad":60.00,"temperatura":null}\r\n');
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

  it('says so where nothing of what arrives is a reading, until one is', async () => {
    const device = await plug();
    await deploy({ path: link });
    await shown('green');
    device.write('\nHumidity: 60\nHumidity: 61\nHumidity: 62\n');
    await shown('yellow');
    assert.equal(
      last().text,
      'connected, lines rejected: 3; none of the last lines is a reading (3): no JSON',
    );
    device.write('{"nodo":"a"}\n');
    await shown('green');
    assert.equal(last().text, 'connected, lines rejected: 3');
  });

  it('reads a board that ends its lines in CR alone', async () => {
    const device = await plug();
    await deploy({ path: link });
    await shown('green');
    device.write('{"nodo":"a"}\r{"nodo":"b"}\r');
    await until('both readings', () => readings.length === 2);
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
    assert.deepEqual(caughtTexts(), [`${link} is not there. It is opened as soon as it is plugged in`]);
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

  it('refuses another name of the device that another node reads, naming both', async () => {
    const device = await plug();
    const other = path.join(directory, 'by-id');
    symlinkSync(device.device, other);
    await deploy({ path: link }, { path: other });
    await shown('red');
    assert.ok(caughtTexts().some((text) => text.includes(`${other} is the same device as ${link}`)));
  });

  it('says which other program reads the port, too', async function () {
    if (process.platform !== 'linux') return skip(this, 'other readers are seen on Linux alone');
    const device = await plug();
    const descriptor = openSync(device.device, constants.O_RDWR | constants.O_NOCTTY);
    const thief = spawn('sleep', ['1000'], { stdio: [descriptor, 'ignore', 'ignore'] });
    closeSync(descriptor);
    try {
      await deploy({ path: link });
      await until('the other program to be told', () => caught.length > 0);
      assert.match(caughtTexts()[0]!, new RegExp(`sleep \\(process ${thief.pid}\\) has .* open, too`));
      await until('the status to say so', () => last().text?.includes('sleep'));
      assert.equal(last().fill, 'yellow');
    } finally {
      thief.kill();
    }
  });

  it('does not open a link that was left over and leads to a terminal in use', async function () {
    if (process.platform !== 'linux') return skip(this, 'other readers are seen on Linux alone');
    await plug();
    // By the clock of the file system, which need not be that of the test.
    const before = new Date(lstatSync(link).mtimeMs - 60_000);
    lutimesSync(link, before, before);
    await deploy({ path: link });
    await until('the refusal to be told', () => caught.length > 0);
    // The shell gives way to sleep, on a busy machine some time later.
    assert.match(caughtTexts()[0]!, /is a terminal now in which (?:sh|sleep) runs/);
    await plug();
    await shown('green');
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

  const send = (message: Record<string, unknown>) => helper.getNode('serial0').receive(message);

  it('writes texts and objects as lines to the board, and Buffers as they are', async () => {
    const device = await plug();
    await deploy({ path: link });
    await shown('green');
    for (const payload of ['led on', 'led off\n', { led: 1 }, Buffer.from('raw')]) send({ payload });
    await until('all of it', () => device.received() === 'led on\nled off\n{"led":1}\nraw');
    device.write('{"nodo":"a"}\n');
    await until('a reading meanwhile', () => readings.length === 1);
  });

  it('says why a message can be neither written nor done', async () => {
    await deploy({ path: link });
    await until('the device to be missed', () => caught.length === 1);
    const messages = [
      { payload: 'x' },
      { payload: '' },
      { action: 'reset' },
      { payload: 'x', socketid: 's' },
    ];
    for (const message of messages) send(message);
    await until('the errors', () => caught.length === 5);
    assert.deepEqual(caughtTexts().slice(1).sort(), [
      "A dashboard's page may not write to the board or move its port. If it may in this flow, delete msg.socketid and msg._client by a Change node",
      `Nothing can be written, ${link} is not open`,
      'There is no action "reset"; there are write, release and take',
      'msg.payload is empty: there is nothing to write to the board',
    ]);
  });

  it('gives its port to another program when asked to, and takes it back', async () => {
    const device = await plug();
    await deploy({ path: link });
    await shown('green');
    send({ action: 'release' });
    await shown('grey');
    const other = new SerialPort({ path: device.device, baudRate: 9600, autoOpen: false });
    await new Promise<void>((resolve, reject) => other.open((error) => (error ? reject(error) : resolve())));
    await new Promise<void>((resolve) => other.close(() => resolve()));
    send({ action: 'take' });
    await shown('green');
    device.write('{"nodo":"back"}\n');
    await until('a reading', () => readings.at(-1)?.key === 'back');
  });

  it('leaves DTR on when it closes, or says that there is none to switch off, as the setting has it', async function () {
    if (process.platform !== 'linux') return skip(this, 'other readers are seen on Linux alone');
    const device = await plug();
    const flags = () => execFileSync('stty', ['-F', device.device, '-a']).toString();
    await deploy({ path: link, modemLines: 'keep' });
    await shown('green');
    assert.match(flags(), /-hupcl/);
    await helper.unload();
    await deploy({ path: link, modemLines: 'off' });
    await until('the flaw to be told', () => caught.length === 1);
    assert.match(caughtTexts()[0]!, /DTR and RTS cannot be switched/);
    device.write('{"nodo":"a"}\n');
    await until('a reading all the same', () => readings.length === 1);
  });

  it('reads and writes a line that is served over TCP, and comes back when its server does', async () => {
    const sockets: Socket[] = [];
    let written = '';
    const serve = (port: number) =>
      new Promise<Server>((resolve) => {
        const server = createServer((socket) => {
          sockets.push(socket);
          socket.on('data', (data) => (written += data.toString()));
          socket.on('error', () => socket.destroy());
        }).listen(port, '127.0.0.1', () => resolve(server));
      });
    const stop = (server: Server) =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets.splice(0)) socket.destroy();
      });
    let server = await serve(0);
    const { port } = server.address() as AddressInfo;
    try {
      await deploy({ path: `tcp://127.0.0.1:${port}` });
      await until('the connection', () => sockets.length === 1);
      await shown('green');
      sockets[0]!.write('{"nodo":"a"}\r\n');
      send({ payload: 'hello' });
      await until('both ways', () => readings.length === 1 && written === 'hello\n');
      await stop(server);
      await until('the loss to be told', () => caught.length === 1);
      server = await serve(port);
      await until('the next connection', () => sockets.length === 1);
      sockets[0]!.write('{"nodo":"b"}\n');
      await until('a reading after the loss', () => readings.length === 2);
    } finally {
      await stop(server);
    }
  });

  for (const [settings, text] of [
    [{ path: 'tcp://board' }, /The field path is "tcp:\/\/board"/],
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
