import { globSync } from 'node:fs';
import path from 'node:path';
import { build } from 'esbuild';

const root = path.dirname(__dirname);

/** What starts Kafka or a database, which have clocks of their own. */
const SERVICES = /^(stack\/(kafka|database)|test\/support\/(services|node-red))/;

/** A time and a zone in which the tests have to pass as they do now. */
export interface Moment {
  at: string;
  zone: string;
}

/** Where days, hours and offsets change, and what only a leap year has. */
export const MOMENTS: readonly Moment[] = [
  { at: '2027-01-01T04:59:30Z', zone: 'America/Bogota' },
  { at: '2028-02-28T18:29:30Z', zone: 'Asia/Kolkata' },
  { at: '2027-10-31T00:30:00Z', zone: 'Europe/Madrid' },
  { at: '2027-06-15T23:59:50Z', zone: 'UTC' },
];

const ZONES = [
  'America/Bogota',
  'Asia/Kolkata',
  'Europe/Madrid',
  'Pacific/Chatham',
  'America/St_Johns',
  'UTC',
];

/** Seconds of the eight years that follow 2026. */
const YEARS = 8 * 366 * 86_400;

/** @returns a moment that the seed, a whole number, decides */
export function momentOf(seed: number): Moment {
  // Knuth's multiplier: seeds that follow each other lie far apart.
  const mixed = Math.imul(seed, 2654435761) >>> 0;
  const seconds = Math.floor((mixed / 2 ** 32) * YEARS);
  const at = new Date(Date.UTC(2027, 0, 1) + seconds * 1000).toISOString();
  return { at, zone: ZONES[seed % ZONES.length]! };
}

/** @returns the environment in which mocha lives at that moment */
export function environmentAt({ at, zone }: Moment): Record<string, string> {
  const clock = path.join(root, 'test', 'support', 'clock', 'shifted-clock.cjs');
  // In quotes and with its backslashes doubled: the path may have blanks.
  const options = `${process.env.NODE_OPTIONS ?? ''} --require ${JSON.stringify(clock)}`;
  return { NODE_OPTIONS: options.trim(), CLOCK_AT: at, TZ: zone };
}

/** @returns the tests of test/nodes that need nothing but this process, relative to the checkout */
export async function testsWithoutServices(): Promise<string[]> {
  const files = globSync('test/nodes/**/*.test.ts', { cwd: root }).sort();
  const alone = await Promise.all(files.map(async (file) => ((await needsServices(file)) ? [] : [file])));
  return alone.flat();
}

async function needsServices(file: string): Promise<boolean> {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: [file],
    bundle: true,
    write: false,
    metafile: true,
    packages: 'external',
    platform: 'node',
    logLevel: 'silent',
  });
  return Object.keys(metafile.inputs).some((input) => SERVICES.test(input));
}
