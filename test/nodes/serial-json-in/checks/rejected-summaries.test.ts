import assert from 'node:assert/strict';
import { RejectedSummaries } from '../../../../nodes/serial-json-in/checks/rejected-summaries';

const MINUTE = 60_000;

describe('RejectedSummaries', () => {
  it('tells the first rejected line, and how many others there were ten minutes later', () => {
    const summaries = new RejectedSummaries();
    const told = [0, 1, 5, 9.9, 10, 11, 19, 31].map((minute) => summaries.rejected(minute * MINUTE));
    assert.deepEqual(told, [
      { lines: 1, since: 0 },
      undefined,
      undefined,
      undefined,
      { lines: 4, since: 0 },
      undefined,
      undefined,
      { lines: 3, since: 10 * MINUTE },
    ]);
  });
});
