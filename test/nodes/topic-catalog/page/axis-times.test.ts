import assert from 'node:assert/strict';
import { DAY_MS, HOUR_MS } from '../../../../nodes/shared/durations';
import { Zone } from '../../../../nodes/shared/zone';
import { axisTimes } from '../../../../nodes/topic-catalog/page/axis-times';

function labels(zone: string, from: string, to: string, step: number): string[] {
  return axisTimes(Date.parse(from), Date.parse(to), step, Zone.named(zone)!).map((time) =>
    new Date(time).toISOString().slice(5, 16),
  );
}

describe('labels of an axis of time', () => {
  it('stand at local midnights, on days of 23, 25, 23.5 and 24.5 hours too', () => {
    assert.deepEqual(labels('America/Bogota', '2026-11-01T06:00Z', '2026-11-04T00:00Z', DAY_MS), [
      '11-02T05:00',
      '11-03T05:00',
    ]);
    assert.deepEqual(labels('Asia/Kathmandu', '2026-11-01T00:00Z', '2026-11-02T20:00Z', DAY_MS), [
      '11-01T18:15',
      '11-02T18:15',
    ]);
    assert.deepEqual(labels('Europe/Madrid', '2026-10-24T00:00Z', '2026-10-27T00:00Z', DAY_MS), [
      '10-24T22:00',
      '10-25T23:00',
      '10-26T23:00',
    ]);
    assert.deepEqual(labels('Australia/Lord_Howe', '2026-04-04T12:00Z', '2026-04-06T00:00Z', DAY_MS), [
      '04-04T13:00',
      '04-05T13:30',
    ]);
  });

  it('stand at whole hours of the clock, and at each moment once', () => {
    assert.deepEqual(labels('Asia/Kolkata', '2026-11-01T00:00Z', '2026-11-01T10:00Z', 3 * HOUR_MS), [
      '11-01T00:30',
      '11-01T03:30',
      '11-01T06:30',
      '11-01T09:30',
    ]);
    assert.deepEqual(labels('Asia/Kolkata', '2026-11-01T00:00Z', '2026-11-01T02:00Z', HOUR_MS), [
      '11-01T00:30',
      '11-01T01:30',
    ]);
    const night = labels('Europe/Madrid', '2026-03-28T23:00Z', '2026-03-29T12:00Z', 2 * HOUR_MS);
    assert.equal(new Set(night).size, night.length);
    assert.deepEqual(night.slice(0, 3), ['03-28T23:00', '03-29T01:00', '03-29T02:00']);
  });

  it('stand at the beginning of months, and at whole parts of a second', () => {
    assert.deepEqual(labels('Asia/Kolkata', '2026-01-10T00:00Z', '2026-08-01T00:00Z', 91 * DAY_MS), [
      '03-31T18:30',
      '06-30T18:30',
    ]);
    assert.deepEqual(axisTimes(1_010, 1_600, 250, Zone.named('UTC')!), [1_250, 1_500]);
  });
});
