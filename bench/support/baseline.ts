import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { ROOT } from '../../stack/paths';
import { ratiosOf, type Ratio, type Report } from './report';

const RESULTS = path.join(ROOT, 'bench/results');

/** A ratio may fall by this part of the recorded one before that counts as a step back. */
const TOLERANCE = 1 / 3;

/** From this part of its processors on a machine was busy with other things. */
const BUSY = 0.1;

/** @returns the file of what is recorded with this database */
export function baselineFile(database: string): string {
  return path.join(
    RESULTS,
    `baseline-${database
      .toLowerCase()
      .replace(/[^a-z]+/g, '-')
      .replace(/-$/, '')}.json`,
  );
}

/** A ratio that has fallen too far. */
export interface StepBack {
  row: number;
  of: string;
  to: string;
  /** for people */
  text: string;
}

/** @returns the files that the benchmarks' rows are recorded in, one a database */
export function recordedFiles(): string[] {
  return readdirSync(RESULTS)
    .filter((name) => /^baseline-.*\.json$/.test(name))
    .map((name) => path.join(RESULTS, name));
}

/** @returns what is recorded with this database; undefined: nothing */
export function recordedWith(database: string): Report | undefined {
  const file = baselineFile(database);
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Report) : undefined;
}

/**
 * Puts rows in the place of those that were recorded before, so that rows can be measured one after the other.
 * @throws when the others were recorded on another machine or with other versions
 */
export function combined(before: Report | undefined, report: Report): Report {
  const kept = (before?.rows ?? []).filter(({ row }) =>
    report.rows.every((measured) => measured.row !== row),
  );
  if (before && kept.length > 0 && !isDeepStrictEqual(before.machine, report.machine)) {
    const rows = kept.map(({ row }) => row).join(', ');
    throw new Error(
      `rows ${rows} were recorded on another machine or with other versions: record them as well`,
    );
  }
  return { ...report, rows: [...kept, ...report.rows].sort((a, b) => a.row - b.row) };
}

/**
 * A ratio counts as fallen by its speeds, in their median and in the best round, or by what each costs in processor time:
 * a database that is slower than the nodes hides from the speeds what they do. Where others used the machine meanwhile,
 * speeds side by side still hit one side harder than the other, and only both together count.
 * @returns the ratios that have become worse; none where all is well
 * @throws when nothing is recorded for the report's database
 */
export function stepsBack(report: Report): StepBack[] {
  const recorded = recordedWith(report.database)?.rows.flatMap(ratiosOf);
  if (!recorded) throw new Error(`nothing is recorded for ${report.database}: npm run bench -- --record`);
  return report.rows.flatMap((result) => {
    const isBusy = result.measured.others > BUSY;
    return ratiosOf(result).flatMap((now) => {
      const before = recorded.find(({ row, of, to }) => row === now.row && of === now.of && to === now.to);
      if (!before) return [];
      const slower = hasFallen(now.median, before.median) && hasFallen(now.best, before.best);
      const costlier = hasFallen(now.cpu ?? NaN, before.cpu ?? NaN);
      if (isBusy ? !(slower && costlier) : !(slower || costlier)) return [];
      return [{ row: now.row, of: now.of, to: now.to, text: textOf(now, before, slower) }];
    });
  });
}

function textOf(now: Ratio, before: Ratio, slower: boolean): string {
  const [is, was] = slower ? [now.median, before.median] : [now.cpu ?? NaN, before.cpu ?? NaN];
  return `row ${now.row}: ${now.of} / ${now.to}${slower ? '' : ', by CPU,'} is ${is.toFixed(2)}, was ${was.toFixed(2)}`;
}

function hasFallen(now: number, before: number): boolean {
  return now < before * (1 - TOLERANCE);
}
