import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { baselineFile, stepsBack } from '../../../bench/support/baseline';
import type { Report } from '../../../bench/support/report';

const DATABASES = ['SecantusDB', 'SecantusDB (Rust)'];

function recorded(database: string): Report {
  return JSON.parse(readFileSync(baselineFile(database), 'utf8')) as Report;
}

/** The same run on an idle machine, with a contender slowed down to a part, and perhaps costing more as well. */
function slowed(report: Report, name: string, part: number, cost = 1): Report {
  const rows = report.rows.map((row) => ({
    ...row,
    series: row.series.map((series) =>
      series.name === name
        ? {
            ...series,
            figures: series.figures.map((figure) => figure * part),
            ...(series.cpu ? { cpu: series.cpu.map((cpu) => cpu * cost) } : {}),
          }
        : series,
    ),
  }));
  return { ...report, rows, load: [0, report.machine.cores] };
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

  it('believes a fall on a busy machine only where the cost in processor time has risen too', () => {
    const busy = (part: number, cost: number): Report => {
      const report = slowed(recorded('SecantusDB'), 'kafka-producer, outbox on', part, cost);
      return { ...report, load: [report.machine.cores + 1, 9] };
    };
    assert.deepEqual(stepsBack(busy(0.3, 1.4)), []);
    assert.equal(stepsBack(busy(0.3, 1.6)).length, 1);
    assert.deepEqual(stepsBack(busy(0.9, 1.6)), []);
  });

  it('says when nothing is recorded for a database', () => {
    assert.throws(() => stepsBack({ ...recorded('SecantusDB'), database: 'another' }), /nothing is recorded/);
  });
});
