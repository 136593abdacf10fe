import assert from 'node:assert/strict';
import type { SerialJsonInDef } from '../../../../nodes/serial-json-in/types';
import { toldOf } from '../lines/told';

/** The lines of a reading as ArduinoJson prints it. */
const lines = (reading: object) => JSON.stringify(reading, undefined, 2).split('\n');
const [A, B] = [
  { nodo: 'a', t: 1, bme: { h: 2 } },
  { nodo: 'a', t: 2, bme: { h: 3 } },
];
const readings = (told: unknown[]) => told.filter((one) => typeof one === 'object');

describe('an object over several lines', () => {
  it('may have a label before it', () => {
    for (const label of ['Publishing: ', '12:03:05 -> ', '[INFO] ']) {
      const [first, ...rest] = lines(A);
      assert.deepEqual(toldOf([`${label}${first}`, ...rest]), ['not-json', A], label);
      const ignore = { ignore: label.trim() };
      assert.deepEqual(toldOf([`${label}${first}`, ...rest], ignore), [A], label);
    }
  });

  it('is read that comes after a reset, at whatever byte of the one before', () => {
    const before = `${lines(A).join('\r\n')}\r\n`;
    for (let at = 1; at < before.length; at++) {
      const stream = `${before}${before.slice(0, at)}${lines(B).join('\r\n')}\r\n${lines(A).join('\r\n')}`;
      const told = readings(toldOf(stream.split('\r\n')));
      const found = told.slice(1).map((one) => JSON.stringify(one));
      // The one that was cut may be whole: what is missing is its line end.
      const whole = found[0] === JSON.stringify(A) && found.length === 3 ? found.slice(1) : found;
      assert.deepEqual(
        whole,
        [B, A].map((one) => JSON.stringify(one)),
        JSON.stringify(before.slice(0, at)),
      );
    }
  });

  it('is read that comes behind the noise of a board that starts', () => {
    const noise = Buffer.from([0xff, 0xe0, 0x80, 0x7b]);
    const [, ...rest] = lines(A);
    assert.deepEqual(toldOf([noise, ...rest]), ['not-utf8', A]);
    const cut = Buffer.concat([Buffer.from('  "tempe'), noise]);
    assert.deepEqual(readings(toldOf([...lines(A), '{', '  "nodo": "a",', cut, ...rest])), [A, A]);
  });

  it('is none where a line is one of its own behind noise that ends in a bracket', () => {
    for (const end of [0x5b, 0x7b])
      for (const noise of [Buffer.from([0xff, 0x80, end]), Buffer.from([0xff, 0x22, 0x80, end])])
        assert.deepEqual(
          toldOf([JSON.stringify(A), noise, JSON.stringify(B), JSON.stringify(A)]).slice(1),
          ['not-utf8', B, A],
          String(noise),
        );
  });

  it('that was damaged is followed through long lines in no time', () => {
    const since = performance.now();
    for (const piece of ['\\"', '{"', '[{', '"a":{'])
      toldOf(['{', '"nodo":"a",', '"s" [', piece.repeat(250_000), `"${piece.repeat(1_000)}`]);
    assert.ok(performance.now() - since < 3000);
  });

  it('gives no other reading where one of its lines was damaged or lost', () => {
    const settings: Partial<SerialJsonInDef> = { defaultNode: 'd' };
    const nested = { nodo: 'a', s: [{ v: 1 }, { v: 2 }], m: { x: { y: 1 } } };
    const all = lines(nested);
    const inline = ['{', '"nodo": "a",', '"s": [', '{"v":1},', '{"v":2}', ']', '}'];
    for (const object of [all, inline]) {
      for (let damaged = 2; damaged < object.length - 1; damaged++) {
        for (const instead of [[], [object[damaged]!.replace(/["{[}\]]/, 'x')]]) {
          const told = toldOf(
            [...object.slice(0, damaged), ...instead, ...object.slice(damaged + 1), ...lines(A)],
            settings,
          );
          const foreign = readings(told).filter((one) => (one as { nodo: string }).nodo !== 'a');
          assert.deepEqual(foreign, [], `${object[damaged]} became ${instead[0] ?? 'nothing'}`);
        }
      }
    }
  });
});
