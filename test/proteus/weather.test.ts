import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import type { Surroundings } from '../../proteus/bench/surroundings';
import { avrTools } from '../../tools/avr/avr';
import { FIRMWARE, NodeLines } from '../firmware/node-lines';
import { skip } from '../support/skip';

const HEX = path.join(__dirname, '..', '..', 'proteus', 'sketches', 'weather', 'weather.hex');

interface Weather {
  rom: string | null;
  temperatura: number | null;
  presion: number | null;
  interior: number | null;
}

function weather(
  around: Partial<Surroundings>,
  parts: ('ds18b20' | 'bmp280')[] = ['ds18b20', 'bmp280'],
): Weather {
  return JSON.parse(new NodeLines(around, { parts }, HEX).next().text) as Weather;
}

describe('a sketch for DS18B20 and BMP280, on the chip', () => {
  // Resolutions: a sixteenth of a degree; hundredths of a degree and of a hPa.
  for (const [temperatura, presion, sixteenths] of [
    [26, 1013.25, 26],
    [25.0625, 300, 25.0625],
    [-10.125, 1100, -10.125],
    [0.03, 700, 0],
    [-0.5, 1006.53, -0.5],
  ] as const) {
    it(`reads ${temperatura} °C and ${presion} hPa`, () => {
      const read = weather({ temperatura, presion });
      assert.equal(read.rom, '28154C6962610011');
      assert.equal(read.temperatura, sixteenths);
      assert.ok(Math.abs(read.presion! - presion) <= 0.02, String(read.presion));
      assert.ok(Math.abs(read.interior! - temperatura) <= 0.01, String(read.interior));
    });
  }

  it('tells what does not answer, or not rightly', () => {
    assert.deepEqual(weather({ ds18b20: 'corrupt' }).temperatura, null);
    assert.deepEqual(weather({ ds18b20: 'off', bmp280: 'off' }), weather({}, []));
    assert.equal(weather({}, ['bmp280']).rom, null);
    assert.equal(weather({}, ['ds18b20']).presion, null);
  });

  it('is, byte by byte, what its source builds', async function () {
    this.timeout(300_000);
    const tools = await avrTools(console.log);
    if ('missing' in tools) return skip(this, tools.missing);
    const args = ['-C', FIRMWARE, ...tools.settings, 'check-weather', 'BUILD=build/check-weather'];
    const { status, stdout, stderr } = spawnSync(tools.make, args, { encoding: 'utf8' });
    assert.equal(status, 0, `${stdout}\n${stderr}`);
  });
});
