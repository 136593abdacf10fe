import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { dht11Frame } from '../../proteus/bench/dht11';
import { dht22Frame } from '../../proteus/bench/dht22';
import { nameInEeprom } from '../../proteus/bench/node-name';
import { FIRMWARE, NodeLines } from './node-lines';
import { hostCompiler } from '../../tools/host-compiler/host-compiler';
import { skip } from '../support/skip';

const SOURCES = ['dht_frame.cpp', 'heat_index.cpp', 'node_name_check.cpp'];

describe("the firmware's logic, compiled for this machine", () => {
  let folder: string;
  let program: string;

  before(async function () {
    this.timeout(180_000);
    const compiler = await hostCompiler(console.log);
    if ('missing' in compiler) return skip(this, compiler.missing);
    folder = mkdtempSync(path.join(os.tmpdir(), 'firmware-host-'));
    program = path.join(folder, 'cases');
    const sketch = path.join(FIRMWARE, 'nodo');
    const sources = [
      path.join(__dirname, 'host', 'cases.cpp'),
      ...SOURCES.map((name) => path.join(sketch, name)),
    ];
    const args = [
      '-std=c++11',
      '-O1',
      '-Wall',
      '-Wextra',
      '-Werror',
      `-I${sketch}`,
      ...sources,
      '-o',
      program,
    ];
    const built = spawnSync(compiler.command, [...compiler.args, ...args], {
      encoding: 'utf8',
      env: { ...process.env, ...compiler.env },
    });
    assert.equal(built.status, 0, built.stderr);
  });

  after(() => {
    if (folder !== undefined) rmSync(folder, { recursive: true });
  });

  function run(cases: string[]): string[] {
    const { stdout, status } = spawnSync(program, { input: cases.join('\n'), encoding: 'utf8' });
    assert.equal(status, 0);
    return stdout.trimEnd().split('\n');
  }

  it('reads from a frame what the sensor has put into it, for every tenth of a degree', () => {
    const temperatures = Array.from({ length: 801 }, (_, index) => (index - 200) / 10);
    for (const [sensor, frameOf] of [
      ['dht11', dht11Frame],
      ['dht22', dht22Frame],
    ] as const) {
      const results = run(temperatures.map((t) => `${sensor} ${frameOf(61.3, t).join(' ')}`));
      temperatures.forEach((t, index) => {
        const [humidity, temperature] = (results[index] ?? '').split(' ').map(Number);
        assert.equal(humidity?.toFixed(4), '61.3000', `humidity of ${sensor}`);
        assert.equal(temperature?.toFixed(4), (t + 0).toFixed(4), `${t} °C of ${sensor}`);
      });
    }
  });

  it('takes no frame in which one bit is flipped', () => {
    const frame = dht11Frame(60, 26);
    const flipped = Array.from({ length: 40 }, (_, bit) =>
      frame.map((byte, index) => (index === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte)),
    );
    const results = run(flipped.map((bytes) => `dht11 ${bytes.join(' ')}`));
    assert.deepEqual(new Set(results), new Set(['damaged']));
  });

  it('takes a name from the EEPROM only where it is whole and would not break the JSON', () => {
    const name = [...nameInEeprom('comuna_3')];
    const cases: [number[], number][] = [
      [[], 0],
      [name, 8],
      [name.map((byte, index) => (index === 5 ? byte ^ 1 : byte)), 0],
      [[0x4e, 0x01, 1, 0x22, 0x23], 0],
      [[0x4e, 0x01, 0, 0], 0],
      [[0x4e, 0x01, 33, ...Array<number>(33).fill(0x61)], 0],
      [[...nameInEeprom('a'.repeat(32))], 32],
    ];
    assert.deepEqual(
      run(cases.map(([bytes]) => `name ${bytes.join(' ')}`)).map(Number),
      cases.map(([, length]) => length),
    );
  });

  it('has the heat index that the chip has', () => {
    const points = [-20, -3.4, 10, 21.5, 26, 28, 33.3, 41, 60].flatMap((temperatura) =>
      [0, 12.5, 45, 88, 100].map((humedad) => ({ temperatura, humedad })),
    );
    const here = run(points.map(({ temperatura, humedad }) => `heat ${temperatura} ${humedad}`)).map(Number);
    const node = new NodeLines();
    points.forEach((point, index) => {
      node.set(point);
      const chip = node.nextReading().sensacion ?? NaN;
      const difference = Math.abs(chip - (here[index] ?? NaN));
      assert.ok(difference < 0.002, `${JSON.stringify(point)}: ${chip} on the chip, ${here[index]} here`);
    });
  });
});
