import type { Services } from './services';
import type { Span, Speed } from './rate';
import type { Workshop } from './workshop';

/** How much is measured. */
export interface Plan extends Span {
  rounds: number;
  /** whether other people's nodes are measured too */
  peers: boolean;
  /** everything, also what takes minutes */
  full: boolean;
  /** only the contenders whose names match this */
  only?: RegExp;
}

/** What a row's measurement has at hand. */
export interface Context {
  plan: Plan;
  services: Services;
  workshop: Workshop;
  say: (line: string) => void;
}

/** The figures of one contender, one a round. */
export interface Series {
  name: string;
  unit: string;
  figures: number[];
  /** what each cost the contender's process, in microseconds of a processor, one a round */
  cpu?: number[];
  /** the most memory of its process in each round, MB */
  memoryMB?: number[];
  /** how long its event loop was blocked at most in each round, ms, where Node.js runs it */
  loopMs?: number[];
  /** the longest single collection of garbage in each round, ms, likewise */
  gcMs?: number[];
}

/** A ratio of two contenders of a row and what it should be. */
export interface Goal {
  of: string;
  to: string;
  /** undefined: for the record */
  atLeast?: number;
}

/** A figure with a bound of its own. */
export interface Bound {
  of: string;
  /** in the series' unit */
  atMost: number;
}

/** A contender that could not be measured. */
export interface Failure {
  of: string;
  reason: string;
}

export interface RowResult {
  row: number;
  title: string;
  series: Series[];
  goals: Goal[];
  bounds?: Bound[];
  failures?: Failure[];
  /** what the figures do not say */
  notes: string[];
}

export interface Row {
  row: number;
  title: string;
  run(context: Context): Promise<RowResult>;
}

/** The round that is not counted: everything is still being compiled. */
const WARM_UP = -1;

/** Measures once. */
export type Measure = (round: number) => Promise<Speed>;

export function isWanted({ only }: Plan, contender: string): boolean {
  return only?.test(contender) ?? true;
}

/** Runs contenders turn by turn, each beginning as often as any other. @returns their figures, but of those that failed */
export async function inRounds(
  { plan, say }: Context,
  unit: string,
  contenders: Readonly<Record<string, Measure>>,
  failed: (contender: string, error: unknown) => void = (_, error) => {
    throw error;
  },
): Promise<Series[]> {
  const wanted = Object.entries(contenders).filter(([name]) => isWanted(plan, name));
  const all = wanted.map(([name, measure]) => {
    const series: Required<Series> = { name, unit, figures: [], cpu: [], memoryMB: [], loopMs: [], gcMs: [] };
    return { measure, series };
  });
  const gone = new Set<string>();
  const measured = async ({ measure, series: { name } }: (typeof all)[number], round: number) => {
    if (gone.has(name)) return undefined;
    try {
      return await measure(round);
    } catch (error) {
      failed(name, error);
      gone.add(name);
      return undefined;
    }
  };
  for (const contender of all) await measured(contender, WARM_UP);
  for (let round = 0; round < plan.rounds; round++) {
    const first = round % all.length;
    for (const contender of [...all.slice(first), ...all.slice(0, first)]) {
      const speed = await measured(contender, round);
      if (!speed) continue;
      const { series } = contender;
      const { rate, cpu, memoryMB, loopMs, gcMs } = speed;
      series.figures.push(rate);
      series.cpu.push(cpu);
      if (memoryMB !== undefined) series.memoryMB.push(memoryMB);
      if (loopMs !== undefined) series.loopMs.push(loopMs);
      if (gcMs !== undefined) series.gcMs.push(gcMs);
      say(
        `  round ${round + 1}  ${series.name.padEnd(48)} ${Math.round(rate).toString().padStart(9)} ${unit}  ${cpu.toFixed(1)} us${memoryMB === undefined ? '' : `  ${memoryMB.toFixed(0)} MB`}${loopMs === undefined ? '' : `  ${loopMs.toFixed(0)} ms, garbage ${(gcMs ?? 0).toFixed(0)}`}`,
      );
    }
  }
  return all.map(({ series }) => series).filter(({ name }) => !gone.has(name));
}
