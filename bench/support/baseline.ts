import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { ROOT } from '../../stack/paths';
import { ratiosOf, type Report } from './report';

const RESULTS = path.join(ROOT, 'bench/results');

/** A ratio may fall by this part of the recorded one before that counts as a step back. */
const TOLERANCE = 1 / 3;

/** @returns the file of the recorded run with this database */
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

/**
 * On a machine that was busy beforehand, speeds side by side still hit one side harder than the other: there a ratio has
 * fallen only if what each costs in processor time says so too.
 * @returns the ratios that have become worse; none where all is well
 * @throws when nothing is recorded for the report's database
 */
export function stepsBack(report: Report): StepBack[] {
  const file = baselineFile(report.database);
  if (!existsSync(file))
    throw new Error(`nothing is recorded for ${report.database}: npm run bench -- --record`);
  const recorded = (JSON.parse(readFileSync(file, 'utf8')) as Report).rows.flatMap(ratiosOf);
  const isBusy = report.load[0] > report.machine.cores;
  return report.rows.flatMap(ratiosOf).flatMap(({ row, of, to, median, cpu }) => {
    const before = recorded.find((ratio) => ratio.row === row && ratio.of === of && ratio.to === to);
    if (!before || !hasFallen(median, before.median)) return [];
    if (isBusy && cpu !== undefined && before.cpu !== undefined && !hasFallen(cpu, before.cpu)) return [];
    const text = `row ${row}: ${of} / ${to} is ${median.toFixed(2)}, was ${before.median.toFixed(2)}`;
    return [{ row, of, to, text }];
  });
}

function hasFallen(now: number, before: number): boolean {
  return now < before * (1 - TOLERANCE);
}
