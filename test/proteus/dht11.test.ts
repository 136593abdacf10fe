import assert from 'node:assert/strict';
import { Dht } from '../../proteus/bench/dht';
import { DHT11, dht11Frame } from '../../proteus/bench/dht11';
import { DEFAULT_SURROUNDINGS, type Surroundings } from '../../proteus/bench/surroundings';

describe('the DHT11 model', () => {
  it('sends whole and tenths, the sign below zero, and the sum', () => {
    assert.deepEqual(dht11Frame(60, 26), [60, 0, 26, 0, 86]);
    assert.deepEqual(dht11Frame(45.5, 23.4), [45, 5, 23, 4, 77]);
    assert.deepEqual(dht11Frame(80, -10.1), [80, 0, 10, 0x81, (80 + 10 + 0x81) & 0xff]);
    assert.deepEqual(dht11Frame(0, -0.04), [0, 0, 0, 0, 0]);
  });

  /** A wire with a clock of its own, and what the sensor does on it: [level, µs]. */
  function wired(surroundings: Partial<Surroundings> = {}) {
    let time = 0;
    let due: { at: number; action: () => void }[] = [];
    const drives: [level: string, at: number][] = [];
    const sensor = new Dht(
      DHT11,
      {
        now: () => time,
        after: (micros, action) => due.push({ at: time + micros, action }),
        drive: (level) => drives.push([level, time]),
      },
      { ...DEFAULT_SURROUNDINGS, ...surroundings },
    );
    function pass(micros: number): void {
      const end = time + micros;
      for (;;) {
        const next = due.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
        if (!next) break;
        due = due.filter((item) => item !== next);
        time = next.at;
        next.action();
      }
      time = end;
    }
    /** Pulls the wire low for so long, then gives the sensor 10 ms. The levels after that, with their lengths. */
    function ask(lowMicros: number): [level: string, micros: number][] {
      sensor.hostPullsLow(true);
      pass(lowMicros);
      drives.length = 0;
      sensor.hostPullsLow(false);
      pass(10_000);
      return drives.map(([level, at], i) => [level, (drives[i + 1]?.[1] ?? Infinity) - at]);
    }
    return { sensor, pass, ask, drives };
  }

  it('answers a start of 18 ms: 80 µs low, 80 µs high, 40 bits of 50 + 26 or 70 µs, 50 µs low', () => {
    const pulses = wired({ humedad: 60, temperatura: 26 }).ask(18_000);
    assert.deepEqual(pulses.slice(0, 3), [
      ['released', 30],
      ['low', 80],
      ['released', 80],
    ]);
    const bits = pulses.slice(3, 83);
    assert.equal(bits.length, 80);
    assert.ok(
      bits.every(([level, micros], i) =>
        i % 2 === 0 ? level === 'low' && micros === 50 : level === 'released',
      ),
    );
    const highs = bits
      .filter((_, i) => i % 2 === 1)
      .map(([, micros]) => (micros === 70 ? '1' : micros === 26 ? '0' : '?'));
    assert.equal(parseInt(highs.join(''), 2), 60 * 2 ** 32 + 26 * 2 ** 16 + 86);
    assert.deepEqual(pulses.slice(83), [
      ['low', 50],
      ['released', Infinity],
    ]);
  });

  it('does not answer a start that is too short, nor when it is off', () => {
    assert.deepEqual(wired().ask(17_000), []);
    assert.deepEqual(wired({ dht: 'off' }).ask(18_000), []);
  });

  it('breaks off when the host pulls the wire low in the middle of the answer', () => {
    const { sensor, pass, drives } = wired();
    sensor.hostPullsLow(true);
    pass(18_000);
    sensor.hostPullsLow(false);
    pass(1000);
    sensor.hostPullsLow(true);
    drives.length = 0;
    pass(10_000);
    assert.deepEqual(drives, []);
  });
});
