import assert from 'node:assert/strict';
import fc from 'fast-check';
import { DAY_MS, HOUR_MS } from '../../../nodes/shared/durations';
import { Zone } from '../../../nodes/shared/zone';

const ZONES = [
  'America/Bogota',
  'Asia/Kolkata',
  'Asia/Kathmandu',
  'Europe/Madrid',
  'Australia/Lord_Howe',
  'America/Havana',
  'America/Santiago',
  'Asia/Beirut',
  'Africa/Cairo',
  'Pacific/Chatham',
  'UTC',
];

function zone(name: string): Zone {
  return Zone.named(name)!;
}

function days(name: string, from: string, count: number): [begin: string, hours: number][] {
  let begin = zone(name).startOfDays(Date.parse(from));
  return Array.from({ length: count }, () => {
    const next = zone(name).startOfDays(begin + 26.5 * HOUR_MS);
    const day = [new Date(begin).toISOString().slice(0, 16), (next - begin) / HOUR_MS] as [string, number];
    begin = next;
    return day;
  });
}

describe('days of a time zone', () => {
  it('begin at midnight in Bogota, Kolkata and Kathmandu', () => {
    assert.deepEqual(days('America/Bogota', '2026-11-29T06:00Z', 1), [['2026-11-29T05:00', 24]]);
    assert.deepEqual(days('Asia/Kolkata', '2026-11-29T06:00Z', 1), [['2026-11-28T18:30', 24]]);
    assert.deepEqual(days('Asia/Kathmandu', '2026-11-29T06:00Z', 1), [['2026-11-28T18:15', 24]]);
  });

  it('have 23 and 25 hours in Madrid, 23.5 and 24.5 on Lord Howe, where the clocks are changed', () => {
    assert.deepEqual(days('Europe/Madrid', '2026-03-28T12:00Z', 3), [
      ['2026-03-27T23:00', 24],
      ['2026-03-28T23:00', 23],
      ['2026-03-29T22:00', 24],
    ]);
    assert.deepEqual(days('Europe/Madrid', '2026-10-25T12:00Z', 2), [
      ['2026-10-24T22:00', 25],
      ['2026-10-25T23:00', 24],
    ]);
    assert.deepEqual(days('Australia/Lord_Howe', '2026-04-04T20:00Z', 2), [
      ['2026-04-04T13:00', 24.5],
      ['2026-04-05T13:30', 24],
    ]);
    assert.deepEqual(days('Australia/Lord_Howe', '2026-10-03T20:00Z', 1), [['2026-10-03T13:30', 23.5]]);
  });

  it('begin with their first moment where midnight is skipped or comes twice', () => {
    assert.deepEqual(days('America/Havana', '2026-03-08T12:00Z', 1), [['2026-03-08T05:00', 23]]);
    assert.deepEqual(days('America/Havana', '2026-11-01T12:00Z', 1), [['2026-11-01T04:00', 25]]);
    assert.deepEqual(days('Asia/Beirut', '2026-03-29T12:00Z', 1), [['2026-03-28T22:00', 23]]);
    assert.deepEqual(days('America/Santiago', '2026-04-04T12:00Z', 1), [['2026-04-04T03:00', 25]]);
  });

  it('hold every time once, whatever the zone and the width', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...ZONES),
        fc.integer({ min: 0, max: Date.UTC(2040, 0) }),
        fc.constantFrom(3, 6, 12, 24, 48, 96, 192),
        (name, time, hours) => {
          const width = hours * HOUR_MS;
          const start = zone(name).startOf(time, width);
          assert.ok(start <= time && time - start < width + 2 * HOUR_MS, new Date(start).toISOString());
          assert.equal(zone(name).startOf(start, width), start, 'its beginning is in it');
          assert.ok(zone(name).startOf(start - 1, width) < start, 'what is before it is not');
        },
      ),
    );
  });

  it('know the time of what a clock shows, in the hour that comes twice the first one', () => {
    const madrid = zone('Europe/Madrid');
    assert.equal(madrid.timeOf(Date.UTC(2026, 9, 25, 2, 30)), Date.UTC(2026, 9, 25, 0, 30));
    assert.equal(madrid.timeOf(Date.UTC(2026, 2, 29, 2, 30)), Date.UTC(2026, 2, 29, 1, 30));
    assert.equal(madrid.timeOf(Date.UTC(2026, 6, 1, 12)), Date.UTC(2026, 6, 1, 10));
  });

  it('are those of known zones alone', () => {
    for (const name of ['', 'Mars/Olympus', '__proto__', 'x'.repeat(100), '../../etc'])
      assert.equal(Zone.named(name), undefined, name);
    assert.equal(zone('UTC').startOfDays(1.5 * DAY_MS), DAY_MS);
  });
});

describe('the clocks of a zone at the ends of all times', () => {
  for (const name of ['Asia/Kolkata', 'America/Bogota', 'Europe/Madrid']) {
    it(`show one that a date holds: ${name}`, () => {
      for (const time of [8.64e15, 8.64e15 - 1, -8.64e15, -8.64e15 + 1]) {
        const wall = zone(name).wallOf(time);
        assert.ok(Math.abs(wall - time) <= 8 * HOUR_MS, `${wall} at ${time}`);
        assert.equal(typeof new Date(wall).toISOString(), 'string');
        assert.ok(zone(name).startOfDays(time) <= time);
      }
      assert.ok(Number.isNaN(zone(name).wallOf(NaN)));
      assert.ok(Number.isNaN(zone(name).timeOf(NaN)));
    });
  }
});

describe('hours of a zone', () => {
  it('of which the clocks are changed by half begin with the change, and lie one behind the other', () => {
    const howe = zone('Australia/Lord_Howe');
    const hourOf = (time: string): string => new Date(howe.startOf(Date.parse(time), HOUR_MS)).toISOString();
    assert.equal(hourOf('2026-04-04T14:59:59Z'), '2026-04-04T14:00:00.000Z');
    assert.equal(hourOf('2026-04-04T15:10:00Z'), '2026-04-04T15:00:00.000Z');
    assert.equal(hourOf('2026-04-04T15:30:00Z'), '2026-04-04T15:30:00.000Z');
    assert.equal(hourOf('2026-10-03T15:20:00Z'), '2026-10-03T14:30:00.000Z');
    assert.equal(hourOf('2026-10-03T15:40:00Z'), '2026-10-03T15:30:00.000Z');
    for (const begin of ['2026-04-04T12:00Z', '2026-10-03T12:00Z']) {
      let before = -Infinity;
      for (let time = Date.parse(begin); time < Date.parse(begin) + 8 * HOUR_MS; time += 61_000) {
        const start = howe.startOf(time, HOUR_MS);
        assert.ok(start <= time && start >= before, new Date(time).toISOString());
        assert.equal(howe.startOf(start, HOUR_MS), start);
        before = start;
      }
    }
  });
});
