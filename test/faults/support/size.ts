/** CI runs fewer rounds of each case than `npm run faults` does by hand. */
const IN_CI = process.env.FAULTS_SIZE === 'ci';

/** @returns the first in a full run, the second in CI */
export function size(full: number, inCi: number): number {
  return IN_CI ? inCi : full;
}

/** Leaves out of CI what resembles other cases there. */
export function onlyInFullRun(register: () => void): void {
  if (!IN_CI) register();
}

/** The seed of everything random in this run: printed, and taken from FAULTS_SEED to repeat one. */
export const SEED = Number(process.env.FAULTS_SEED ?? Date.now() % 1_000_000);
