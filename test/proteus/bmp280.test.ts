import assert from 'node:assert/strict';
import { Bmp280, pressureOf, rawOf, temperatureOf } from '../../proteus/bench/bmp280';
import { DEFAULT_SURROUNDINGS } from '../../proteus/bench/surroundings';

describe('the BMP280 model', () => {
  it('computes the example of its data sheet', () => {
    // BST-BMP280-DS001, 3.12: 25.08 °C and 100653.27 Pa.
    assert.equal(temperatureOf(519888).toFixed(2), '25.08');
    assert.equal(pressureOf(415148, 519888).toFixed(2), '100653.27');
  });

  it('gives what a host computes the temperature and the pressure of, all over its range', () => {
    for (const celsius of [-40, -10.1, 0, 25.08, 85]) {
      for (const hectopascal of [300, 700, 1006.53, 1100]) {
        const { temperature, pressure } = rawOf(celsius, hectopascal);
        assert.ok(Math.abs(temperatureOf(temperature) - celsius) < 0.001, `${celsius} °C`);
        assert.ok(Math.abs(pressureOf(pressure, temperature) - hectopascal * 100) < 1, `${hectopascal} hPa`);
      }
    }
  });

  it('measures when it is told to, takes its time, and sleeps again', () => {
    let now = 0;
    const sensor = new Bmp280(() => now, DEFAULT_SURROUNDINGS);
    const read = (register: number, length = 1) => {
      sensor.begin();
      sensor.write(register);
      return Array.from({ length }, () => sensor.read());
    };
    assert.deepEqual(read(0xd0), [0x58]);
    assert.deepEqual(read(0xf7, 6), [0x80, 0, 0, 0x80, 0, 0]);
    sensor.begin();
    for (const byte of [0xf5, 0, 0xf4, 0b001_001_01]) sensor.write(byte);
    assert.deepEqual(read(0xf3), [8]);
    // 1 + 2 + 2.5 ms (3.8.1).
    now = 5499;
    assert.deepEqual(read(0xf3), [8]);
    now = 5500;
    assert.deepEqual(read(0xf3), [0]);
    assert.deepEqual(read(0xf4), [0b001_001_00]);
    const [high = 0, low = 0, least = 0] = read(0xfa, 3);
    assert.equal(least, 0, 'one measurement has 16 bits');
    assert.ok(Math.abs(temperatureOf((high << 12) | (low << 4)) - 26) < 0.01);
    sensor.begin();
    for (const byte of [0xe0, 0xb6]) sensor.write(byte);
    assert.deepEqual(read(0xf7, 3), [0x80, 0, 0]);
  });
});
