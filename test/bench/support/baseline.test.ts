import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { baselineFile, stepsBack } from '../../../bench/support/baseline';
import type { Report } from '../../../bench/support/report';

const DATABASES = ['SecantusDB', 'SecantusDB (Rust)'];

function recorded(database: string): Report {
  return JSON.parse(readFileSync(baselineFile(database), 'utf8')) as Report;
}

/** The same run, with all that a contender did slowed down to a part. */
function slowed(report: Report, name: string, part: number): Report {
  const rows = report.rows.map((row) => ({
    ...row,
    series: row.series.map((series) =>
      series.name === name ? { ...series, figures: series.figures.map((figure) => figure * part) } : series,
    ),
  }));
  return { ...report, rows };
}

describe('the check of the benchmarks', () => {
  for (const database of DATABASES) {
    it(`has a recorded run of rows 1, 2 and 5 with ${database}, and finds nothing wrong with it`, () => {
      const report = recorded(database);
      for (const row of [1, 2, 5]) assert.ok(report.rows.some((result) => result.row === row));
      assert.deepEqual(stepsBack(report), []);
    });
  }

  it('finds a ratio that has fallen by more than a third, and no other', () => {
    const report = recorded('SecantusDB');
    assert.deepEqual(stepsBack(slowed(report, 'kafka-producer, outbox on', 0.7)), []);
    const found = stepsBack(slowed(report, 'kafka-producer, outbox on', 0.6));
    assert.deepEqual(
      found.map(({ row, of }) => ({ row, of })),
      [{ row: 1, of: 'kafka-producer, outbox on' }],
    );
  });

  it('says when nothing is recorded for a database', () => {
    assert.throws(() => stepsBack({ ...recorded('SecantusDB'), database: 'another' }), /nothing is recorded/);
  });
});
