import assert from 'node:assert/strict';
import path from 'node:path';
import { parseOptions } from '../../proteus/bench/options';

describe("the board's command line", () => {
  it('takes all its options', () => {
    const line =
      '--hex a.hex --link tty --humedad 70.5 --temperatura -5 --a1 1.18 --dht off --seconds 9 --scenario day';
    assert.deepEqual(parseOptions(line.split(' ')), {
      hex: 'a.hex',
      link: path.resolve('tty'),
      surroundings: { humedad: 70.5, temperatura: -5, a1: 1.18, dht: 'off' },
      sensor: 'dht11',
      parts: [],
      scenario: 'day',
      seed: 1,
      speed: 1,
      seconds: 9,
    });
  });

  it('takes what a fleet on a bad line needs', () => {
    const line =
      '--tcp 7001 --fleet 20 --sensor dht22 --temperatura 75 --drop 0.01 --brownout 60 --seed 7 --speed max';
    const options = parseOptions(line.split(' '));
    assert.deepEqual(options, {
      hex: path.join(__dirname, '..', '..', 'firmware', 'nodo.hex'),
      tcp: 7001,
      surroundings: { temperatura: 75, drop: 0.01 },
      sensor: 'dht22',
      parts: [],
      fleet: 20,
      name: 'comuna_',
      brownOutEvery: 60,
      seed: 7,
      speed: Infinity,
    });
  });

  it('takes further sensors', () => {
    const options = parseOptions('--stdout --parts ds18b20,bmp280 --presion 700 --bmp280 off'.split(' '));
    assert.ok(options !== 'help');
    assert.deepEqual(options.parts, ['ds18b20', 'bmp280']);
    assert.deepEqual(options.surroundings, { presion: 700, bmp280: 'off' });
    assert.throws(() => parseOptions(['--stdout', '--parts', 'bmp180']), /ds18b20, bmp280, not "bmp180"/);
    assert.throws(() => parseOptions(['--stdout', '--bmp280', 'corrupt']), /on, off, not "corrupt"/);
  });

  it('makes no link with --stdout', () => {
    const options = parseOptions(['--link', 'tty', '--stdout']);
    assert.ok(options !== 'help');
    assert.equal(options.link, undefined);
  });

  it('runs the committed firmware unless told otherwise', () => {
    const options = parseOptions(['--stdout']);
    assert.ok(options !== 'help');
    assert.equal(options.hex, path.join(__dirname, '..', '..', 'firmware', 'nodo.hex'));
  });

  for (const [args, complaint] of [
    [[], /--link PATH, --tcp PORT or --stdout is needed/],
    [['--stdout', '--humedad', 'wet'], /humedad must be a number from 0 to 100, not "wet"/],
    [['--stdout', '--seconds', '0'], /--seconds must be a number above 0, not "0"/],
    [['--stdout', '--humidity', '60'], /Unknown option '--humidity'/],
    [['--stdout', '--humedad'], /--humedad/],
    [['--stdout', 'tty'], /Unexpected argument 'tty'/],
    [['--stdout', '--sensor', 'dht12'], /--sensor must be one of dht11, dht22, not "dht12"/],
    [['--stdout', '--temperatura', '61'], /temperatura must be a number from -20 to 60, not "61"/],
    [['--stdout', '--flip', '2'], /flip must be a number from 0 to 1, not "2"/],
    [['--stdout', '--humedad', 'sine(60,5,20)'], /--humedad takes a number; .* --scenario/],
    [['--stdout', '--fleet', '0'], /--fleet must be a whole number from 1 to 500, not "0"/],
    [['--stdout', '--fleet', '3', '--eeprom', 'x'], /--eeprom is for one board/],
    [['--tcp', '70000'], /--tcp must be a whole number from 0 to 65535, not "70000"/],
    [['--stdout', '--speed', 'fast'], /--speed must be a number above 0, not "fast"/],
  ] as const) {
    it(`refuses "${args.join(' ')}" and says why`, () => {
      assert.throws(() => parseOptions([...args]), { name: 'BenchError', message: complaint });
    });
  }
});
