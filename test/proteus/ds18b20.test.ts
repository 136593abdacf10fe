import assert from 'node:assert/strict';
import { temperatureRegister } from '../../proteus/bench/ds18b20';
import { romOf, withCrc8 } from '../../proteus/bench/one-wire';

describe('the DS18B20 model', () => {
  // Maxim 19-7487, table 1.
  for (const [celsius, register] of [
    [125, 0x07d0],
    [85, 0x0550],
    [25.0625, 0x0191],
    [10.125, 0x00a2],
    [0.5, 0x0008],
    [0, 0x0000],
    [-0.5, 0xfff8],
    [-10.125, 0xff5e],
    [-25.0625, 0xfe6f],
    [-55, 0xfc90],
  ] as const) {
    it(`has ${celsius} °C in its register as the data sheet has it`, () => {
      assert.equal(temperatureRegister(celsius), register);
    });
  }

  it('leaves out the lower bits where it is set to fewer, and what it cannot measure', () => {
    assert.equal(temperatureRegister(25.0625, 9), 0x0190);
    assert.equal(temperatureRegister(-0.0625, 11), 0xfffe);
    assert.equal(temperatureRegister(200), 0x07d0);
  });

  it('checks its number and its memory as the data sheet does', () => {
    // The example of Maxim's application note 27.
    assert.deepEqual(withCrc8([0x02, 0x1c, 0xb8, 0x01, 0, 0, 0]).at(-1), 0xa2);
    assert.deepEqual(withCrc8(romOf(0x28, [1, 2, 3, 4, 5, 6])).at(-1), 0);
  });
});
