import assert from 'node:assert/strict';
import {
  baselineFile,
  combined,
  recordedFiles,
  recordedWith,
  stepsBack,
} from '../../../bench/support/baseline';
import { ratiosOf, type Report } from '../../../bench/support/report';

const DATABASES = ['SecantusDB', 'SecantusDB (Rust)'];
const BARE = 'bare kafkajs, batches of 500';
const ON = 'kafka-producer, outbox on';

function recorded(database = 'SecantusDB'): Report {
  const report = recordedWith(database);
  assert.ok(report, `nothing is recorded with ${database}`);
  return report;
}

interface Change {
  /** the part of a contender's speed that is left */
  speed?: number;
  /** how many times the processor time it costs */
  cost?: number;
  /** what others used of the machine meanwhile */
  others?: number;
}

/** The recorded run once more, with one contender changed. */
function changed(name: string, { speed = 1, cost = 1, others = 0 }: Change): Report {
  const report = recorded();
  const rows = report.rows.map((row) => ({
    ...row,
    measured: { ...row.measured, others },
    series: row.series.map((series) =>
      series.name === name
        ? {
            ...series,
            figures: series.figures.map((figure) => figure * speed),
            ...(series.cpu ? { cpu: series.cpu.map((cpu) => cpu * cost) } : {}),
          }
        : series,
    ),
  }));
  return { ...report, rows };
}

function found(report: Report): { of: string; to: string }[] {
  return stepsBack(report).map(({ of, to }) => ({ of, to }));
}

/** However many rivals were recorded beside it. */
const RATIOS_OF_ON = recorded()
  .rows.flatMap(ratiosOf)
  .filter(({ of }) => of === ON)
  .map(({ of, to }) => ({ of, to }));

describe('the check of the benchmarks', () => {
  for (const database of DATABASES) {
    it(`has a recorded run of rows 1, 2 and 5 with ${database}, and finds nothing wrong with it`, () => {
      const report = recorded(database);
      for (const row of [1, 2, 5]) assert.ok(report.rows.some((result) => result.row === row));
      assert.deepEqual(stepsBack(report), []);
    });
  }

  it('compares with the bare driver whatever else was recorded beside it', () => {
    assert.ok(RATIOS_OF_ON.some(({ to }) => to === BARE));
  });

  it('finds a ratio that has fallen by more than a third, and no other', () => {
    assert.deepEqual(found(changed(ON, { speed: 0.7 })), []);
    assert.deepEqual(found(changed(ON, { speed: 0.6 })), RATIOS_OF_ON);
  });

  it('finds what costs half as much again or more in processor time, though a slow database hides it from the speed', () => {
    assert.deepEqual(found(changed(ON, { cost: 1.4 })), []);
    assert.deepEqual(found(changed(ON, { cost: 1.6 })), RATIOS_OF_ON);
  });

  it('takes one good round for a sign that nothing is wrong with the speed', () => {
    const report = changed(ON, { speed: 0.6 });
    const fast = recorded()
      .rows.flatMap(({ series }) => series)
      .find(({ name }) => name === ON);
    for (const { series } of report.rows)
      for (const one of series) if (one.name === ON) one.figures[0] = Math.max(...(fast?.figures ?? []));
    assert.deepEqual(found(report), []);
  });

  it('believes a fall on a busy machine only where both speed and cost say so', () => {
    assert.deepEqual(found(changed(ON, { speed: 0.3, cost: 1.4, others: 0.5 })), []);
    assert.deepEqual(found(changed(ON, { speed: 0.9, cost: 1.6, others: 0.5 })), []);
    assert.deepEqual(found(changed(ON, { speed: 0.3, cost: 1.6, others: 0.5 })), RATIOS_OF_ON);
  });

  it('says when nothing is recorded for a database', () => {
    assert.throws(() => stepsBack({ ...recorded(), database: 'another' }), /nothing is recorded/);
  });
});

describe('what is recorded of the benchmarks', () => {
  it('is one file a database', () => {
    for (const database of DATABASES) assert.ok(recordedFiles().includes(baselineFile(database)));
  });

  it('takes in rows that were measured apart, in the place of older ones', () => {
    const report = recorded();
    const [first, ...others] = report.rows;
    assert.ok(first);
    const again = { ...first, title: 'measured again' };
    assert.deepEqual(combined(report, { ...report, rows: [again] }).rows, [again, ...others]);
    assert.deepEqual(combined(undefined, report), report);
  });

  it('does not mix machines', () => {
    const report = recorded();
    const elsewhere = { ...report, machine: { ...report.machine, cores: 64 } };
    assert.throws(
      () => combined(report, { ...elsewhere, rows: elsewhere.rows.slice(0, 1) }),
      /another machine/,
    );
    assert.deepEqual(combined(report, elsewhere), elsewhere);
  });
});
