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
    [
      '5 luz=3',
      'unknown setting "luz"; known are humedad, temperatura, a1, presion, drop, flip, noise, dht, ds18b20, bmp280',
    ],
    ['5 humedad', '"humedad" is not name=value'],
    ['-5 humedad=1', '"-5" is neither a time in seconds nor name=value'],
    ['soon humedad=1', '"soon" is neither a time in seconds nor name=value'],
    ['5', 'a time needs a setting behind it, such as humedad=61'],
    [
      '5 humedad=swing(1)',
      '"swing(1)" is none of a number, ramp(from,to,seconds), sine(middle,swing,seconds), noise(most)',
    ],
    ['humedad=ramp(1,2)', '"ramp(1,2)" is not ramp(from,to,seconds) with numbers'],
    ['humedad=sine(1,2,0)', '"sine(1,2,0)" is not sine(middle,swing,seconds) with numbers'],
    ['csv', 'csv takes a file, and how many times as fast it is played'],
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

  it('goes on changing what is a ramp, a sine or noise, until it is set anew', () => {
    const text = 'humedad=ramp(60,80,10) temperatura=sine(20,5,40)\n20 humedad=50\n';
    const player = new ScenarioPlayer(parseScenario(text, 'x'), 100);
    assert.deepEqual(player.due(100), { humedad: 60, temperatura: 20 });
    assert.deepEqual(player.due(105), { humedad: 70, temperatura: 20 + 5 * Math.sin(Math.PI / 4) });
    assert.equal(player.due(115).humedad, 80);
    assert.equal(player.due(121).humedad, 50);
    assert.equal(player.due(122).humedad, undefined);
  });

  it('stays within what the sensor can measure', () => {
    const hot = (sensor: 'dht11' | 'dht22') =>
      new ScenarioPlayer(parseScenario('temperatura=ramp(70,90,1)', 'x', sensor), 0, { sensor, seed: 1 }).due(
        5,
      );
    assert.deepEqual(hot('dht11'), { temperatura: 60 });
    assert.deepEqual(hot('dht22'), { temperatura: 80 });
  });

  it('has the same noise for the same seed, another each second, and another for another seed', () => {
    const noise = (seed: number) => {
      const player = new ScenarioPlayer(parseScenario('a1=2+noise(0.5)', 'x'), 0, { sensor: 'dht11', seed });
      return Array.from({ length: 200 }, (_, second) => player.due(second).a1 ?? NaN);
    };
    assert.deepEqual(noise(7), noise(7));
    assert.notDeepEqual(noise(7), noise(8));
    assert.ok(new Set(noise(7)).size > 190);
    assert.ok(noise(7).every((volts) => volts >= 1.5 && volts <= 2.5));
    const mean = noise(7).reduce((sum, volts) => sum + volts, 0) / 200;
    assert.ok(Math.abs(mean - 2) < 0.1, `the mean of noise around 2 is ${mean}`);
  });

  it('plays the table of a day as fast as it is told, and begins anew at its end', () => {
    const dir = mkdtempSync(path.join(os.tmpdir(), 'day-'));
    try {
      writeFileSync(
        path.join(dir, 'day.csv'),
        'hora;humedad;temperatura\n06:00;80;20\n12:00;60;30\n18:00:00;70;25\n',
      );
      const scenario = parseScenario('csv day.csv 3600', path.join(dir, 'x'));
      const player = new ScenarioPlayer(scenario, 0);
      assert.deepEqual(player.due(0), { humedad: 80, temperatura: 20 });
      assert.deepEqual(player.due(3), { humedad: 70, temperatura: 25 });
      assert.deepEqual(player.due(9), { humedad: 65, temperatura: 27.5 });
      assert.deepEqual(player.due(12), { humedad: 80, temperatura: 20 });
      writeFileSync(path.join(dir, 'day.csv'), 'segundos,humedad\n0,60\n5,wet\n');
      assert.throws(
        () => parseScenario('csv day.csv', path.join(dir, 'x')),
        /day\.csv:3: "5,wet" is not a time and 1 numbers/,
      );
    } finally {
      rmSync(dir, { recursive: true });
    }
  });

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
