import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseScenario, ScenarioPlayer } from '../../proteus/bench/scenario';
import { ScenarioFile } from '../../proteus/bench/scenario-file';

describe('a scenario', () => {
  it('is read line by line, with comments, and sorted by time', () => {
    const text = '# a day\r\n\r\n20.5 dht=off\nhumedad=60 temperatura=-1.5 # start\n10\ta1=0\nrepeat 30\n';
    assert.deepEqual(parseScenario(text, 'day'), {
      steps: [
        { at: 0, change: { humedad: 60, temperatura: -1.5 } },
        { at: 10, change: { a1: 0 } },
        { at: 20.5, change: { dht: 'off' } },
      ],
      repeat: 30,
    });
  });

  for (const [line, complaint] of [
    ['humedad=abc', 'humedad must be a number from 0 to 100, not "abc"'],
    ['humedad=', 'humedad must be a number from 0 to 100, not ""'],
    ['temperatura=61', 'temperatura must be a number from -20 to 60, not "61"'],
    ['a1=5.1', 'a1 must be a number from 0 to 5, not "5.1"'],
    ['dht=maybe', 'dht must be one of on, off, corrupt, not "maybe"'],
    ['5 luz=3', 'unknown setting "luz"; known are humedad, temperatura, a1 and dht'],
    ['5 humedad', '"humedad" is not name=value'],
    ['-5 humedad=1', '"-5" is neither a time in seconds nor name=value'],
    ['soon humedad=1', '"soon" is neither a time in seconds nor name=value'],
    ['5', 'a time needs a setting behind it, such as humedad=61'],
    ['repeat', 'repeat takes one number of seconds above 0'],
    ['repeat 0', 'repeat takes one number of seconds above 0'],
  ] as const) {
    it(`with the line "${line}" is refused with the place and the reason`, () => {
      assert.throws(() => parseScenario(`# first line\n${line}\n`, 'file'), {
        name: 'BenchError',
        message: `file:2: ${complaint}`,
      });
    });
  }

  it('plays each step once, when it is due', () => {
    const player = new ScenarioPlayer(parseScenario('humedad=1\n5 humedad=2 a1=1\n6 humedad=3', 'x'), 100);
    assert.deepEqual(player.due(100), { humedad: 1 });
    assert.deepEqual(player.due(104.9), {});
    assert.deepEqual(player.due(106), { humedad: 3, a1: 1 });
    assert.deepEqual(player.due(1000), {});
  });

  it('begins anew each `repeat` seconds', () => {
    const player = new ScenarioPlayer(parseScenario('humedad=1\n5 humedad=2\nrepeat 10', 'x'), 0);
    const seen = [0, 4, 5, 9.9, 10, 15, 20, 47].map((now) => player.due(now).humedad);
    assert.deepEqual(seen, [1, undefined, 2, undefined, 1, 2, 1, 2]);
  });
});

describe('a scenario file', () => {
  let folder: string;
  let file: string;
  const problems: string[] = [];

  beforeEach(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'scenario-'));
    file = path.join(folder, 'scenario');
    problems.length = 0;
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const load = () => new ScenarioFile(file, ({ message }) => problems.push(message));

  it('is refused at the start when it is missing or wrong', () => {
    assert.throws(load, { name: 'BenchError', message: /^cannot read the scenario: ENOENT/ });
    writeFileSync(file, 'x');
    assert.throws(load, { name: 'BenchError' });
  });

  it('is read again when it changed, and its times count from then', () => {
    writeFileSync(file, 'humedad=10');
    const scenario = load();
    assert.deepEqual(scenario.due(0), { humedad: 10 });
    writeFileSync(file, 'humedad=20\n5 humedad=21');
    assert.deepEqual(
      [50, 50.05, 50.2].map((now) => scenario.due(now).humedad),
      [undefined, undefined, 20],
    );
    assert.deepEqual(
      [55, 55.3].map((now) => scenario.due(now).humedad),
      [undefined, 21],
    );
  });

  it('is not read while it is being written', () => {
    writeFileSync(file, 'humedad=10');
    const scenario = load();
    scenario.due(0);
    writeFileSync(file, 'humedad=2');
    assert.deepEqual(scenario.due(1), {});
    writeFileSync(file, 'humedad=25');
    assert.deepEqual(scenario.due(2), {});
    assert.deepEqual(scenario.due(3), { humedad: 25 });
    assert.deepEqual(problems, []);
  });

  it('that becomes wrong or goes away is reported once, and read again when it is back', () => {
    writeFileSync(file, 'humedad=10');
    const scenario = load();
    writeFileSync(file, 'humedad=ten');
    for (const now of [1, 2, 3, 4]) scenario.due(now);
    rmSync(file);
    for (const now of [5, 6, 7, 8]) scenario.due(now);
    assert.equal(problems.length, 2);
    assert.match(problems.join('\n'), /:1: humedad must .*\n.*ENOENT/);
    writeFileSync(file, 'humedad=30');
    assert.deepEqual(
      [9, 10].map((now) => scenario.due(now).humedad),
      [undefined, 30],
    );
  });
});

describe('proteus/demo.scenario', () => {
  it('is a day that repeats, with a DHT11 that fails for a moment', () => {
    const text = readFileSync(path.join(__dirname, '..', '..', 'proteus', 'demo.scenario'), 'utf8');
    const player = new ScenarioPlayer(parseScenario(text, 'demo.scenario'), 0);
    assert.equal(player.due(0).temperatura, 20);
    assert.equal(player.due(120).temperatura, 32);
    assert.equal(player.due(195).dht, 'off');
    assert.equal(player.due(240).dht, 'on');
  });
});
