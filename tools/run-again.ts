import type { Outcome, Outcomes } from './mocha-run';

/** @returns the test files in which something failed, or undefined where mocha failed outside of them */
export function failedFiles({ code, outcomes }: Outcome): string[] | undefined {
  const files = Object.keys(outcomes).filter((file) => outcomes[file]!.failed.length > 0);
  const outside = code !== 0 && files.length === 0;
  return outside || files.some((file) => !file.endsWith('.test.ts')) ? undefined : files;
}

/**
 * What two runs of a test file say together: a test has failed that passed in neither. (In the second one another test of
 * the file may meet with the accident for which it is run again.)
 * @returns how each test ended, and the titles of those that failed in one of both
 */
export function together(first: Outcomes, second: Outcomes): { outcomes: Outcomes; unsteady: string[] } {
  const outcomes = { ...first };
  const unsteady: string[] = [];
  for (const [file, again] of Object.entries(second)) {
    const before = first[file] ?? { passed: [], failed: [], skipped: [] };
    const passed = [...new Set([...before.passed, ...again.passed])];
    outcomes[file] = {
      passed,
      failed: again.failed.filter((title) => !passed.includes(title)),
      skipped: again.skipped,
    };
    unsteady.push(...new Set([...before.failed, ...again.failed].filter((title) => passed.includes(title))));
  }
  return { outcomes, unsteady };
}

/** @returns the last lines of a run: why something was skipped, and how many tests ended how */
export function summary(outcomes: Outcomes): string[] {
  const titles = (how: 'passed' | 'failed' | 'skipped'): string[] =>
    Object.values(outcomes).flatMap((file) => file[how]);
  const skipped = titles('skipped');
  const counted = `${titles('passed').length} passed, ${titles('failed').length} failed`;
  return [
    ...skipped.map((title) => `skipped: ${title}`),
    skipped.length > 0 ? `${counted}, ${skipped.length} skipped` : counted,
  ];
}

/** @returns the files that took longest, so many, as "94 s test/x.test.ts" */
export function slowest(outcomes: Outcomes, count: number): string[] {
  return Object.entries(outcomes)
    .map(([file, { ms = 0 }]) => ({ file, ms }))
    .sort((a, b) => b.ms - a.ms)
    .slice(0, count)
    .map(({ file, ms }) => `${Math.round(ms / 1000)} s ${file}`);
}
