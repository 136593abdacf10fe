import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** A CPU profile as V8 writes it: https://chromedevtools.github.io/devtools-protocol/tot/Profiler/#type-Profile */
interface CpuProfile {
  nodes: { id: number; callFrame: { functionName: string; url: string; lineNumber: number } }[];
  samples: number[];
  /** microseconds from one sample to the next */
  timeDeltas: number[];
}

/** What the processor did in the part of a program that has this name, itself, without what it called. */
interface Share {
  name: string;
  microseconds: number;
}

const IDLE = new Set(['(idle)', '(root)']);
const FUNCTIONS = 12;
/** What took less is left out. */
const LEAST_SHARE = 0.01;

/**
 * Tells where the processor's time went in each contender of a run with BENCH_PROFILE, first by package, then by function.
 * @param folder one folder a contender, each with V8's CPU profiles
 * @returns lines for people; shares are of the time in which the contender was not idle
 */
export function describeProfiles(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .flatMap(({ name }) => describe(name, path.join(folder, name)));
}

function describe(contender: string, folder: string): string[] {
  const times = readdirSync(folder)
    .filter((file) => file.endsWith('.cpuprofile'))
    .flatMap((file) => timesOf(JSON.parse(readFileSync(path.join(folder, file), 'utf8')) as CpuProfile));
  const busy = times.reduce((sum, { microseconds }) => sum + microseconds, 0);
  const by = (nameOf: (where: Where) => string): string[] =>
    summed(times.map(({ where, microseconds }) => ({ name: nameOf(where), microseconds })))
      .filter(({ microseconds }) => microseconds >= LEAST_SHARE * busy)
      .map(
        ({ name, microseconds }) => `  ${((100 * microseconds) / busy).toFixed(1).padStart(5)} %  ${name}`,
      );
  return [
    `\n${contender}: ${(busy / 1e6).toFixed(1)} s of CPU`,
    ...by(packageOf),
    '  of these, the most:',
    ...by(functionName).slice(0, FUNCTIONS),
  ];
}

type Where = CpuProfile['nodes'][number]['callFrame'];

function timesOf({ nodes, samples, timeDeltas }: CpuProfile): { where: Where; microseconds: number }[] {
  const self = new Map<number, number>();
  samples.forEach((id, i) => self.set(id, (self.get(id) ?? 0) + (timeDeltas[i] ?? 0)));
  return nodes
    .filter(({ callFrame }) => !IDLE.has(callFrame.functionName))
    .map(({ id, callFrame }) => ({ where: callFrame, microseconds: self.get(id) ?? 0 }));
}

/** @returns one share a name, the largest first */
function summed(shares: readonly Share[]): Share[] {
  const sums = new Map<string, number>();
  for (const { name, microseconds } of shares) sums.set(name, (sums.get(name) ?? 0) + microseconds);
  return [...sums]
    .map(([name, microseconds]) => ({ name, microseconds }))
    .sort((a, b) => b.microseconds - a.microseconds);
}

/** @returns the package that a source file belongs to; of this one, the folder of the node */
function packageOf({ url }: Where): string {
  const own = /\/dist\/nodes\/([^/]+)\//.exec(url);
  if (own) return `this package: ${own[1]}`;
  const parts = url.split('/node_modules/');
  if (parts.length > 1) return /^(@[^/]+\/)?[^/]+/.exec(parts.at(-1) ?? '')?.[0] ?? url;
  if (url.startsWith('node:')) return 'Node.js';
  return url === '' ? 'V8 (garbage collection, native code)' : `the program: ${path.basename(url)}`;
}

function functionName(where: Where): string {
  const { functionName: name, url, lineNumber } = where;
  const place = url === '' ? '' : ` ${packageOf(where)}, ${path.basename(url)}:${lineNumber + 1}`;
  return `${name === '' ? '(anonymous)' : name}${place}`;
}
