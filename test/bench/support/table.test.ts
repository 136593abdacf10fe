import assert from 'node:assert/strict';
import { toMarkdown } from '../../../bench/support/table';
import type { Report } from '../../../bench/support/report';

const REPORT: Report = {
  machine: {
    processor: 'Some CPU',
    cores: 2,
    memoryGB: 24,
    system: 'Linux 6',
    versions: { node: 'v24.0.0', kafkajs: '2.2.4' },
  },
  database: 'a database',
  rows: [
    {
      row: 1,
      title: 'messages',
      series: [
        { name: 'ours', unit: 'messages/s', figures: [80_000, 60_000, 90_000] },
        { name: 'bare', unit: 'messages/s', figures: [100_000, 100_000, 90_000] },
        { name: 'late', unit: 'ms', figures: [51] },
        { name: 'start', unit: 's', figures: [7.25] },
      ],
      goals: [
        { of: 'ours', to: 'bare', atLeast: 0.9 },
        { of: 'ours', to: 'one that was not measured' },
      ],
      bounds: [{ of: 'late', atMost: 50 }],
      failures: [{ of: 'rival', reason: 'does not connect' }],
      notes: [],
      measured: { date: '2026-11-24T10:00:00.000Z', commit: 'abc1234', rounds: 3, others: 0.02 },
    },
  ],
};

describe('the table of the benchmarks', () => {
  it('gives medians, ratios of the rounds, goals, and what could not be measured', () => {
    assert.deepEqual(toMarkdown(REPORT).split('\n').slice(2), [
      '| row | measured | median | beside it | median | ratio, and its rounds | goal |',
      '|---|---|---|---|---|---|---|',
      '| 1 | ours | 80,000 messages/s | bare | 100,000 messages/s | 0.80 (0.60 to 1.00) | at least 0.9: **missed** |',
      '| 1 | late | 51.0 ms | | | | at most 50: **missed** |',
      '| 1 | start | 7.25 s | | | | |',
      '| 1 | rival | does not connect | | | | |',
    ]);
  });

  it('gives what each contender used, where that was measured', () => {
    const [row] = REPORT.rows;
    assert.ok(row);
    const series = [
      {
        name: 'ours',
        unit: 'messages/s',
        figures: [1, 2],
        cpu: [10, 12],
        memoryMB: [300, 450],
        loopMs: [7, 51],
        gcMs: [5, 30],
      },
      { name: 'theirs', unit: 'messages/s', figures: [1, 2], cpu: [3, 4], memoryMB: [45, 42], loopMs: [] },
      { name: 'late', unit: 'ms', figures: [51] },
    ];
    const lines = toMarkdown({ ...REPORT, rows: [{ ...row, series, goals: [] }] }).split('\n');
    assert.deepEqual(lines.slice(lines.lastIndexOf('') + 1), [
      '| row | contender | us of CPU each | most memory, MB | event loop blocked at most, ms | one collection of garbage at most, ms |',
      '|---|---|---|---|---|---|',
      '| 1 | ours | 11.0 | 450 | 51.0 | 30.0 |',
      '| 1 | theirs | 3.50 | 45.0 | | |',
    ]);
  });

  it('says on what, with what and of which code it was measured', () => {
    const [about] = toMarkdown(REPORT).split('\n');
    assert.equal(
      about,
      'With a database, on Some CPU (2 cores, 24 GB, Linux 6); node v24.0.0, kafkajs 2.2.4. ' +
        'row 1: 3 rounds, 2026-11-24, commit abc1234.',
    );
  });
});
