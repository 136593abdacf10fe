import { formatNumber } from '../support/report';
import { summarize } from '../support/statistics';

/** What was measured of one number of names. */
export interface CrowdFigures {
  names: number;
  /** readings a second while each name came for the first time */
  newRate: number;
  turns: Turn[];
  /** of processes; with all numbers of names, since these are the same processes */
  memoryMB: Record<string, number>;
}

interface Turn {
  /** readings a second */
  rate: number;
  /** microseconds of a processor for a reading, by process; of the instances all together */
  cpu: Record<string, number>;
  /** of all instances, how long one's event loop was blocked at most, and by one collection of garbage */
  loopMs: number;
  gcMs: number;
  /** bytes on the disk for a reading, by process */
  disk: Record<string, number>;
}

/** A million sensors at one reading a minute. */
export const WANTED = { sensors: 1_000_000, perSecond: 1_000_000 / 60 };
const DAY_S = 86_400;

/** @returns what was measured, and what the last number of names comes to at WANTED, as Markdown */
export function toTables(all: readonly CrowdFigures[], instances: number): string {
  const [base] = all;
  const last = all.at(-1);
  if (!base || !last) return '';
  const head = [
    '',
    ...all.map(({ names }) => `${names.toLocaleString('en-US')} names`),
    'ratio, and its rounds',
  ];
  const ratio = (of: (turn: Turn) => number): string =>
    last === base ? '' : spread(last.turns.map((turn, i) => of(turn) / of(base.turns[i] ?? turn)));
  const row = (what: string, of: (turn: Turn) => number): string =>
    line(what, ...all.map(({ turns }) => spread(turns.map(of))), ratio(of));
  const parts = Object.keys(last.turns[0]?.cpu ?? {});
  const stores = Object.keys(last.turns[0]?.disk ?? {});
  return [
    '',
    line(...head),
    line(...head.map(() => '---')),
    line('each name for the first time, readings/s', ...all.map(({ newRate }) => formatNumber(newRate)), ''),
    row(`readings/s, ${instances} instances`, ({ rate }) => rate),
    ...parts.map((part) => row(`us of CPU for a reading, ${part}`, ({ cpu }) => cpu[part] ?? NaN)),
    ...stores.map((part) => row(`bytes on disk for a reading, ${part}`, ({ disk }) => disk[part] ?? NaN)),
    row('event loop blocked at most, ms', ({ loopMs }) => loopMs),
    row('one collection of garbage at most, ms', ({ gcMs }) => gcMs),
    '',
    `memory at most, MB: ${Object.entries(last.memoryMB)
      .map(([name, mb]) => `${name} ${formatNumber(mb)}`)
      .join(', ')}`,
    '',
    ...extrapolated(last, parts, stores),
  ].join('\n');
}

/** Nothing but multiples of what was measured with that number of names. */
function extrapolated({ names, turns, newRate }: CrowdFigures, parts: string[], stores: string[]): string[] {
  const median = (of: (turn: Turn) => number): number => summarize(turns.map(of)).median;
  const cores = parts.map(
    (part) => `${part} ${formatNumber((median(({ cpu }) => cpu[part] ?? NaN) * WANTED.perSecond) / 1e6)}`,
  );
  const disks = stores.map(
    (part) =>
      `${part} ${formatNumber((median(({ disk }) => disk[part] ?? NaN) * WANTED.perSecond * DAY_S) / 1e9)}`,
  );
  const share = median(({ rate }) => rate) / WANTED.perSecond;
  return [
    `${WANTED.sensors.toLocaleString('en-US')} sensors at one reading a minute are ${formatNumber(WANTED.perSecond)} readings/s: ${formatNumber(share)} times that was carried with ${names.toLocaleString('en-US')} names.`,
    `Of a processor like these they take: ${cores.join(', ')}.`,
    `On the disk, GB a day: ${disks.join(', ')}.`,
    `So many new names take ${formatNumber(WANTED.sensors / newRate)} s.`,
  ];
}

function spread(figures: readonly number[]): string {
  const { median, min, max } = summarize(figures);
  return `${formatNumber(median)} (${formatNumber(min)} to ${formatNumber(max)})`;
}

function line(...cells: string[]): string {
  return `| ${cells.join(' | ')} |`;
}
