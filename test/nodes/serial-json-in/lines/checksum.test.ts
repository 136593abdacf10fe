import assert from 'node:assert/strict';
import { crc16, withChecksum } from '../../../../nodes/serial-json-in/lines/checksum';
import { SerialReader } from '../../../../nodes/serial-json-in/port/serial-reader';
import type { ReadingMessage, RejectedMessage } from '../../../../nodes/serial-json-in/types';
import { rulesOf } from './rules';

/** The firmware's own line, and the one that it prints with a number. */
const LINES = [
  '{"nodo":"comuna_15","humedad":60,"temperatura":26,"sensacion":26.92732,"radiacion":1997.07}',
  '{"nodo":"comuna_15","humedad":88,"temperatura":-1.5,"sensacion":null,"radiacion":590.8203,"seq":4711}',
];
const BEFORE = '{"nodo":"before"}\r\n';
const AFTER = '{"nodo":"after"}\r\n';

/** What a port's reader makes of a line, damaged or not, among others. */
function readAmongOthers(bytes: Buffer, checksum: string): { readings: unknown[]; rejected: number } {
  const readings: ReadingMessage[] = [];
  const rejected: RejectedMessage[] = [];
  const reader = new SerialReader(
    {
      port: 'board',
      maxLineLength: 4096,
      rules: rulesOf({ checksum }),
      clock: () => ({ fecha: 'f', hora: 'h' }),
      explain: (reason) => reason,
    },
    { reading: (message) => readings.push(message), rejected: (message) => rejected.push(message) },
  );
  const [before, after] = [BEFORE, AFTER].map((line) => `${withChecksum(line.trim())}\r\n`);
  reader.bytes(Buffer.concat([Buffer.from(before!), bytes, Buffer.from(after!)]));
  const others = readings.filter(({ key }) => key === 'before' || key === 'after');
  assert.ok(others.length > 0);
  return {
    readings: readings.filter(({ key }) => key !== 'before' && key !== 'after').map(({ payload }) => payload),
    rejected: rejected.length,
  };
}

/** Every way in which one byte can be lost, one doubled, one bit be flipped, and two bytes change places. */
function* damaged(line: Buffer): Generator<[string, Buffer]> {
  for (let i = 0; i < line.length; i++) {
    yield [`loss of byte ${i}`, Buffer.concat([line.subarray(0, i), line.subarray(i + 1)])];
    yield [`byte ${i} twice`, Buffer.concat([line.subarray(0, i + 1), line.subarray(i)])];
    for (let bit = 0; bit < 8; bit++) {
      const flipped = Buffer.from(line);
      flipped[i]! ^= 1 << bit;
      yield [`flip of bit ${bit} of byte ${i}`, flipped];
    }
    for (let j = i + 1; j < line.length; j++) {
      if (line[i] === line[j]) continue;
      const swapped = Buffer.from(line);
      swapped[i] = line[j]!;
      swapped[j] = line[i]!;
      yield [`swap of bytes ${i} and ${j}`, swapped];
    }
  }
}

describe('the checksum at the end of a line', () => {
  it('is CRC-16/IBM-3740', () => {
    assert.equal(crc16(Buffer.from('123456789')), 0x29b1);
    assert.equal(withChecksum('123456789'), '123456789*29B1');
  });

  for (const line of LINES) {
    for (const checksum of ['optional', 'required']) {
      it(`(${checksum}) finds every single loss, doubling, flip and swap in ${line}`, function () {
        this.timeout(120_000);
        const whole = Buffer.from(`${withChecksum(line)}\r\n`);
        const { readings: expected } = readAmongOthers(whole, checksum);
        assert.equal(expected.length, 1);
        let cases = 0;
        for (const [damage, bytes] of damaged(whole)) {
          cases += 1;
          const { readings } = readAmongOthers(bytes, checksum);
          // The line may be lost, or be read rightly, as where its CR alone is damaged: nothing is made up.
          for (const reading of readings) assert.deepEqual(reading, expected[0], damage);
          assert.ok(readings.length <= 1, damage);
        }
        assert.ok(cases > 5000, `${cases} cases`);
      });
    }
  }

  it('is not asked of a line where it is optional, and is where it is required', () => {
    const line = Buffer.from(`${LINES[0]}\r\n`);
    assert.equal(readAmongOthers(line, 'optional').readings.length, 1);
    assert.deepEqual(readAmongOthers(line, 'required'), { readings: [], rejected: 1 });
  });

  it('may be written with small letters, and stand behind each of several objects', () => {
    const [a, b] = ['{"nodo":"a"}', '{"nodo":"b"}'].map(withChecksum);
    assert.equal(
      readAmongOthers(Buffer.from(`${a?.replace(/\*.*/, (sum) => sum.toLowerCase())}\n`), 'required').readings
        .length,
      1,
    );
    assert.equal(readAmongOthers(Buffer.from(`${a}${b}\n`), 'required').readings.length, 2);
  });
});
