import assert from 'node:assert/strict';
import { localClock } from '../../../../nodes/serial-json-in/lines/local-time';
import { readBoardTime } from '../../../../nodes/serial-json-in/mapping/board-time';

const ARRIVED = Date.UTC(2026, 2, 29, 12, 0, 0);
const MADRID = localClock('Europe/Madrid');

function read(value: unknown, clock = MADRID): string | undefined {
  const time = readBoardTime(value, ARRIVED, clock);
  return time === undefined ? undefined : new Date(time).toISOString();
}

describe("a board's own time", () => {
  it('is understood in seconds, milliseconds, microseconds and nanoseconds, as number or text', () => {
    const seconds = ARRIVED / 1000;
    const texts = [seconds, seconds * 1e3, seconds * 1e6].flatMap((value) => [value, String(value)]);
    for (const value of [...texts, `${seconds}000000000`, seconds + 0.25]) {
      assert.match(read(value) ?? '', /^2026-03-29T12:00:00/, String(value));
    }
  });

  it('is understood as ISO 8601, with the zone that it names', () => {
    for (const text of [
      '2026-03-29T11:30:00Z',
      '2026-03-29T13:30:00+02',
      '2026-03-29T13:30:00+0200',
      '2026-03-29 06:00:00.000-05:30',
      '2026-03-29t11:30:00z',
      '2026-03-29 11:30:00 UTC',
      '2026-03-29 11:30:00,000 +0000',
      '2026/03/29 11:30:00Z',
      '20260329T113000Z',
    ]) {
      assert.equal(read(text), '2026-03-29T11:30:00.000Z', text);
    }
  });

  it('is that of the clock on the wall where it names no zone, also where that clock was put forward', () => {
    assert.equal(read('2026-03-29T13:30:00'), '2026-03-29T11:30:00.000Z');
    assert.equal(read('2026-03-29T03:30:00'), '2026-03-29T01:30:00.000Z');
    assert.equal(read('2026-03-29T01:30:00'), '2026-03-29T00:30:00.000Z');
    assert.equal(read('2026-03-29 06:30', localClock('America/Bogota')), '2026-03-29T11:30:00.000Z');
  });

  it('is not believed far ahead or behind, nor on a day that there is not', () => {
    const times = [
      '2026-03-29T14:02:00',
      '1970-01-01T00:00:00Z',
      '2026-02-30T00:00:00Z',
      '12:30',
      '29/03/2026 12:00',
      '2026-03/29 12:00Z',
    ];
    for (const value of [0, 12, 1e9, NaN, null, ...times])
      assert.equal(read(value), undefined, String(value));
  });
});
