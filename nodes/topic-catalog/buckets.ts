import { MAX_DRAWN, stateOf } from '../shared/drawn-number';
import { numberOf } from '../shared/stored-reading';
import { Stat, type Summary as StoredSummary } from '../shared/summary';
import type { Zone } from '../shared/zone';
import type { SeriesColumn, Summary, Values } from './contract';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Widths that people read as whole units; each divides the next, so that buckets can be put together to wider ones. */
const WIDTHS: readonly number[] = [
  ...[1, 5, 15, 30].map((seconds) => seconds * SECOND),
  ...[1, 5, 15, 30].map((minutes) => minutes * MINUTE),
  ...[1, 3, 6, 12].map((hours) => hours * HOUR),
  ...[1, 2, 4, 8, 16, 32, 64, 128].map((days) => days * DAY),
];

/** @returns the least width with which a range takes no more than this many buckets. */
export function bucketWidthFor(rangeMs: number, points: number): number {
  return WIDTHS.find((width) => rangeMs / width <= points) ?? WIDTHS.at(-1)!;
}

/** @returns the least width with which these times lie in no more than this many buckets of the zone. */
export function bucketWidthOf(times: readonly number[], least: number, points: number, zone: Zone): number {
  const widths = WIDTHS.filter((width) => width >= least);
  return (
    widths.find((width) => new Set(times.map((time) => zone.startOf(time, width))).size <= points) ??
    WIDTHS.at(-1)!
  );
}

/** The numbers of one bucket, by variable. */
type Bucket = Map<string, Stat>;

/** The last text of a variable in a stretch of time. */
interface State {
  time: number;
  text: string;
}

/**
 * Folds any number of readings, in any order, into at most so many buckets of equal width. Memory depends on the number
 * of buckets alone, of names of variables so many are kept.
 */
export class Buckets {
  /** by their beginning, as are the states */
  private buckets = new Map<number, Bucket>();
  private readonly totals: Bucket = new Map();
  /** by variable; few variables are texts */
  private states = new Map<string, Map<number, State>>();
  /** variables of which something else than true and false was seen */
  private readonly notBoolean = new Set<string>();
  private readings = 0;
  private isMore = false;
  private width: number;

  /**
   * @param points the greatest number of buckets
   * @param width in milliseconds; when it is not known yet, the least one, widened as readings come in
   * @param zone by whose clocks the buckets begin; without it, UTC's
   */
  constructor(
    private readonly points: number,
    width = WIDTHS[0]!,
    private readonly zone?: Zone,
  ) {
    this.width = width;
  }

  add(time: number, values: Values): void {
    this.readings++;
    const bucket = this.bucketAt(time);
    for (const [name, value] of Object.entries(values)) {
      if (!this.hasRoomFor(name)) continue;
      const number = numberOf(value);
      const [stat, total] = [statOf(bucket, name), statOf(this.totals, name)];
      if (value !== null && typeof value !== 'boolean') this.notBoolean.add(name);
      const text = stateOf(value);
      if (text !== null) this.putState(name, this.startOf(time), { time, text });
      if (number === null) continue;
      stat.add(number);
      total.add(number);
    }
    this.fit();
  }

  /** Takes what all readings of a stretch come to, which has to lie in one bucket. */
  addSummary(time: number, { readings, variables }: StoredSummary): void {
    this.readings += readings;
    const bucket = this.bucketAt(time);
    for (const [name, stat] of variables) {
      if (!this.hasRoomFor(name)) continue;
      statOf(bucket, name).merge(stat);
      statOf(this.totals, name).merge(stat);
      // A summary does not say what its numbers were made of.
      this.notBoolean.add(name);
    }
    this.fit();
  }

  result(): { readings: number; bucketMs: number; times: number[]; columns: SeriesColumn[]; isMore?: true } {
    const times = [...this.buckets.keys()].sort((a, b) => a - b);
    const columns = [...this.totals].map(([name, total]): SeriesColumn => {
      const cells = times.map((start) => summaryOf(this.buckets.get(start)?.get(name)));
      return {
        name,
        summary: summaryOf(total),
        mean: cells.map(({ mean }) => mean),
        min: cells.map(({ min }) => min),
        max: cells.map(({ max }) => max),
        n: cells.map(({ n }) => n),
        ...this.kindOf(name, total, times),
      };
    });
    return {
      readings: this.readings,
      bucketMs: this.width,
      times,
      columns,
      ...(this.isMore ? { isMore: true } : {}),
    };
  }

  private hasRoomFor(name: string): boolean {
    const hasRoom = this.totals.size < MAX_DRAWN || this.totals.has(name);
    if (!hasRoom) this.isMore = true;
    return hasRoom;
  }

  private kindOf(
    name: string,
    { n }: Stat,
    times: readonly number[],
  ): Pick<SeriesColumn, 'states' | 'isBoolean'> {
    const states = this.states.get(name);
    return {
      ...(states ? { states: times.map((start) => states.get(start)?.text ?? null) } : {}),
      ...(n > 0 && !this.notBoolean.has(name) ? { isBoolean: true } : {}),
    };
  }

  private putState(name: string, start: number, state: State): void {
    let states = this.states.get(name);
    if (!states) this.states.set(name, (states = new Map<number, State>()));
    const before = states.get(start);
    if (!before || before.time <= state.time) states.set(start, state);
  }

  private fit(): void {
    while (this.buckets.size > this.points && this.widen());
  }

  private startOf(time: number): number {
    return this.zone?.startOf(time, this.width) ?? Math.floor(time / this.width) * this.width;
  }

  private bucketAt(time: number): Bucket {
    const start = this.startOf(time);
    let bucket = this.buckets.get(start);
    if (!bucket) this.buckets.set(start, (bucket = new Map<string, Stat>()));
    return bucket;
  }

  /** @returns whether there was a next width. */
  private widen(): boolean {
    const next = WIDTHS.find((width) => width > this.width);
    if (next === undefined) return false;
    const old = this.buckets;
    this.buckets = new Map();
    this.width = next;
    for (const [start, bucket] of old) {
      const target = this.bucketAt(start);
      for (const [name, stat] of bucket) statOf(target, name).merge(stat);
    }
    const states = this.states;
    this.states = new Map();
    for (const [name, byStart] of states)
      for (const [start, state] of byStart) this.putState(name, this.startOf(start), state);
    return true;
  }
}

function statOf(bucket: Bucket, name: string): Stat {
  let stat = bucket.get(name);
  if (!stat) bucket.set(name, (stat = new Stat()));
  return stat;
}

function summaryOf({ n, sum, min, max } = new Stat()): Summary {
  return n === 0 ? { n, min: null, mean: null, max: null } : { n, min, mean: sum / n, max };
}
