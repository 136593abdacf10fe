import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { readConfig } from '../../../../nodes/serial-json-in/config';
import { SerialSource } from '../../../../nodes/serial-json-in/serial-source';
import type { RejectedMessage, SerialJsonInDef } from '../../../../nodes/serial-json-in/types';
import type { Reading } from '../../../../nodes/shared/reading';
import { plugIn, type TestDevice } from '../../../support/pty';
import { until } from '../../../support/until';

const line = (n: number) => `{"nodo":"comuna_15","humedad":60,"temperatura":26.5,"n":${n}}\r\n`;
const pretty = (n: number) => `{\r\n  "nodo": "comuna_15",\r\n  "temperatura": 26.5,\r\n  "n": ${n}\r\n}\r\n`;
const MEGABYTE = 1024 * 1024;

/** @returns the same bytes each time, as many of each value (Marsaglia's xorshift) */
function noiseOf(length: number): Buffer {
  let state = 2463534242;
  return Buffer.from(
    Array.from({ length }, () => {
      state ^= state << 13;
      state ^= state >>> 17;
      state ^= state << 5;
      return state >>> 24;
    }),
  );
}

describe('the bytes of a board on a pseudo-terminal', () => {
  let directory: string;
  let link: string;
  let devices: TestDevice[];
  let source: SerialSource;
  let readings: Reading[];
  let rejected: RejectedMessage[];
  let states: string[];

  beforeEach(() => {
    directory = mkdtempSync(path.join(os.tmpdir(), 'serial-streams-'));
    link = path.join(directory, 'board');
    devices = [];
    readings = [];
    rejected = [];
    states = [];
  });

  afterEach(async () => {
    await source.close();
    await Promise.all(devices.map((device) => device.unplug()));
    rmSync(directory, { recursive: true });
  });

  async function plug(): Promise<TestDevice> {
    const device = await plugIn(link);
    devices.push(device);
    return device;
  }

  /** A board that is plugged in and read. */
  async function start(settings: Partial<SerialJsonInDef> = {}): Promise<TestDevice> {
    const device = await plug();
    const def = { path: link, timeZone: 'UTC', ...settings } as SerialJsonInDef;
    source = new SerialSource(readConfig(def), 'reader', (reason) => reason, {
      reading: ({ payload }) => readings.push(payload),
      rejected: (message) => rejected.push(message),
      state: ({ state }) => states.push(state),
      problem: () => undefined,
      summary: () => undefined,
    });
    source.start();
    await until('the port to be open', () => states.at(-1) === 'connected');
    // The first line after an opening ends here.
    device.write('\r\n');
    return device;
  }

  const numbers = () => readings.map(({ n }) => n);
  const reasons = () => rejected.map(({ error }) => error.reason);
  const count = (from: number, length: number) => Array.from({ length }, (_, i) => from + i);

  it('are the same lines where they come one each 5 ms, or 50', async () => {
    const device = await start();
    for (const [n, pause] of [
      [1, 5],
      [2, 50],
    ] as const) {
      for (const byte of line(n)) {
        device.write(byte);
        await sleep(pause);
      }
    }
    await until('both readings', () => readings.length === 2);
    assert.deepEqual([numbers(), reasons()], [[1, 2], []]);
  });

  it('are all read of a burst of a megabyte', async () => {
    const device = await start();
    const lines = Math.ceil(MEGABYTE / line(100_000).length);
    const expected = count(100_000, lines);
    device.write(expected.map(line).join(''));
    await until('the last reading', () => readings.length >= lines, 60_000);
    assert.deepEqual([numbers(), reasons()], [expected, []]);
  });

  it('are told once where ten megabytes have no line end, and the next line is read', async () => {
    const device = await start();
    for (let i = 0; i < 10; i++) device.write('x'.repeat(MEGABYTE));
    device.write(`\r\n${line(1)}`);
    await until('the reading', () => readings.length === 1, 60_000);
    assert.deepEqual([numbers(), reasons()], [[1], ['too-long']]);
  });

  for (const [shape, print, cut] of [
    ['in one line', line, 40],
    ['over several lines', pretty, 30],
  ] as const) {
    it(`are no reading ${shape} in whose middle the board was pulled out; what comes after it is back is`, async () => {
      const device = await start();
      device.write(`${print(1)}${print(2).slice(0, cut)}`);
      await until('the first reading', () => readings.length === 1);
      await device.unplug();
      await until('the loss', () => states.includes('lost'));
      const again = await plug();
      await until('the port to be open again', () => states.at(-1) === 'connected');
      again.write(`${print(2).slice(cut)}${print(3)}${print(4)}`);
      await until('the last reading', () => numbers().includes(4));
      assert.deepEqual(numbers(), [1, 3, 4]);
    });

    it(`are a reading ${shape} right behind one in whose middle the board was reset`, async () => {
      const device = await start();
      for (let at = 1; at < cut; at++)
        device.write(`${print(2 * at).slice(0, at)}${print(2 * at + 1)}${print(0)}`);
      device.write(print(1000));
      await until('the last reading', () => numbers().includes(1000));
      const expected = count(1, cut - 1).flatMap((at) => [2 * at + 1, 0]);
      assert.deepEqual(numbers(), [...expected, 1000]);
    });
  }

  for (const [shape, settings, print] of [
    ['JSON', {}, line],
    ['columns', { shape: 'csv', columns: 'n, t', defaultNode: 'comuna_15' }, (n: number) => `${n},26.5\r\n`],
    ['names with values', { shape: 'pairs', defaultNode: 'comuna_15' }, (n: number) => `n:${n},t:26.5\r\n`],
  ] as [string, Partial<SerialJsonInDef>, (n: number) => string][]) {
    it(`are noise for a minute at 9600 baud, of which nothing is read, and then lines of ${shape}, all of which are`, async () => {
      const device = await start(settings);
      const noise = noiseOf(960 * 60);
      for (let at = 0; at < noise.length; at += 960) device.write(noise.subarray(at, at + 960));
      const first = shape === 'JSON' ? '' : '\r\n';
      device.write(`${first}${count(1000, 100).map(print).join('')}`);
      await until('the last reading', () => numbers().includes(1099));
      assert.deepEqual(numbers(), count(1000, 100));
    });
  }

  it('are lines that end in CR alone, though an LF came among them', async () => {
    const device = await start();
    const cr = (n: number) => line(n).replace('\n', '');
    const [some, more, rest] = [count(1, 10), count(11, 10), count(21, 10)].map((ns) => ns.map(cr).join(''));
    device.write(`${some}\n${more}\n`);
    for (const byte of rest ?? '') device.write(byte);
    device.write('\r\r');
    await until('the last reading', () => numbers().includes(30));
    assert.deepEqual([numbers(), reasons()], [count(1, 30), []]);
  });
});
