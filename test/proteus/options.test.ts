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
      scenario: 'day',
      seconds: 9,
    });
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
    [[], /--link PATH or --stdout is needed/],
    [['--stdout', '--humedad', 'wet'], /humedad must be a number from 0 to 100, not "wet"/],
    [['--stdout', '--seconds', '0'], /--seconds must be a number above 0, not "0"/],
    [['--stdout', '--humidity', '60'], /Unknown option '--humidity'/],
    [['--stdout', '--humedad'], /--humedad/],
    [['--stdout', 'tty'], /Unexpected argument 'tty'/],
  ] as const) {
    it(`refuses "${args.join(' ')}" and says why`, () => {
      assert.throws(() => parseOptions([...args]), { name: 'BenchError', message: complaint });
    });
  }
});
