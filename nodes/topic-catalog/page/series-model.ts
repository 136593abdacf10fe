import { MAX_DRAWN, drawnNumber, stateOf } from '../../shared/drawn-number';
import { Zone } from '../../shared/zone';
import type { Limit, LiveReading, Note, SeriesAnswer, Summary } from '../contract';
import type { Range } from './address';

/** A variable's points; `min`, `max` and `n` only where a point stands for a bucket. */
export interface Column {
  name: string;
  mean: (number | null)[];
  min: (number | null)[];
  max: (number | null)[];
  n: number[];
  /** texts that are no numbers; absent where there has been none */
  states?: (string | null)[];
  isBoolean: boolean;
}

/** A time in which a variable had one state. */
export interface Stretch {
  state: string;
  from: number;
  to: number;
  /** when it was last said */
  seen: number;
}

/** A pause this many times longer than usual between two points is drawn as a gap. */
const GAP_FACTOR = 5;

/**
 * The points of a node over a range: what topic-catalog answered, and the readings that have come since. New readings
 * are added in place, so that a chart that shows them moves on without being made again.
 */
export class SeriesModel {
  readonly times: number[];
  readonly columns: Map<string, Column>;
  readonly bucketMs: number;
  /** those of the range, the oldest first */
  readonly notes: readonly Note[];
  /** whether there are more variables than those that are drawn */
  isMore: boolean;
  private readonly limits: readonly Limit[];
  private readonly zone: Zone | undefined;
  private folded: number;
  /** the newest reading behind the points: what is not above it is among them, or was late */
  private newestId: string;

  constructor(
    answer: SeriesAnswer,
    readonly range: Range,
  ) {
    this.bucketMs = answer.bucketMs;
    this.isMore = answer.isMore ?? false;
    this.limits = answer.limits ?? [];
    this.notes = answer.notes ?? [];
    this.zone = answer.zone === undefined ? undefined : Zone.named(answer.zone);
    this.folded = answer.readings;
    this.newestId = answer.newestId ?? '';
    this.times = [...answer.times];
    this.columns = new Map(
      answer.columns.map(({ name, mean, min, max, n, states, isBoolean }) => [
        name,
        {
          name,
          mean: [...mean],
          min: [...(min ?? mean)],
          max: [...(max ?? mean)],
          n: n ? [...n] : mean.map((value) => (value === null ? 0 : 1)),
          ...(states ? { states: [...states] } : {}),
          isBoolean: isBoolean ?? false,
        },
      ]),
    );
  }

  /** Number of readings behind the points. */
  get readings(): number {
    return this.bucketMs === 0 ? this.times.length : this.folded;
  }

  /** @returns the time of the newest point (of a bucket: its start) */
  get newest(): number | undefined {
    return this.times.at(-1);
  }

  /**
   * Takes a live reading.
   * @returns whether it changed anything: one that is there already, came late, or can't be told from those that are
   *   there does not, and is left to the next answer
   */
  add({ id, ts, valores }: LiveReading): boolean {
    if (id === null || id <= this.newestId) return false;
    if (this.range.kind === 'between' && (ts < this.range.from || ts >= this.range.to)) return false;
    const time = this.startOf(ts);
    const newest = this.newest ?? -Infinity;
    // A late one belongs between points that are drawn already: the next answer has it in its place.
    if (time < newest) return false;
    this.newestId = id;
    if (time > newest || this.bucketMs === 0) this.addPoint(time);
    for (const [name, value] of Object.entries(valores)) {
      if (this.columns.size >= MAX_DRAWN && !this.columns.has(name)) {
        this.isMore = true;
        continue;
      }
      const column = this.columnOf(name);
      const number = drawnNumber(value);
      if (number !== null) this.addValue(column, number);
      const state = stateOf(value);
      if (state !== null) this.addState(column, state);
      if (value !== null) column.isBoolean &&= typeof value === 'boolean';
    }
    this.folded++;
    if (this.range.kind === 'last') this.drop(this.times.length - this.range.count);
    return true;
  }

  /** @returns the time of the point that a reading belongs to */
  private startOf(time: number): number {
    const { bucketMs, zone } = this;
    if (bucketMs === 0) return time;
    return zone?.startOf(time, bucketMs) ?? Math.floor(time / bucketMs) * bucketMs;
  }

  /** Forgets the points that the range has left behind. */
  trim(now: number): void {
    if (this.range.kind !== 'recent') return;
    const start = now - this.range.milliseconds - this.bucketMs;
    const keep = this.times.findIndex((time) => time >= start);
    this.drop(keep < 0 ? this.times.length : keep);
  }

  /** @returns a variable's newest value and its time, however many points without one have come since */
  latest(name: string): { value: number; time: number } | null {
    const mean = this.columns.get(name)?.mean ?? [];
    const index = mean.findLastIndex((value) => value !== null);
    return index < 0 ? null : { value: mean[index]!, time: this.times[index]! };
  }

  /** @returns a variable's newest text and its time */
  latestState(name: string): { value: string; time: number } | null {
    const states = this.columns.get(name)?.states ?? [];
    const index = states.findLastIndex((state) => state !== null);
    return index < 0 ? null : { value: states[index]!, time: this.times[index]! };
  }

  /** @returns what a variable has said last, be it a number or a text, and when */
  newestOf(name: string): { value: number | string; time: number } | null {
    const [number, state] = [this.latest(name), this.latestState(name)];
    return state && (!number || number.time < state.time) ? state : number;
  }

  /** @returns the limits of a variable, each once */
  limitsOf(name: string): number[] {
    return [...new Set(this.limits.filter(({ variable }) => variable === name).map(({ value }) => value))];
  }

  /** @returns whether there is a number to draw of a variable; else it may have states */
  hasNumbers(name: string): boolean {
    return this.columns.get(name)?.n.some((n) => n > 0) ?? false;
  }

  /** @returns whether all that a variable has said is true or false */
  isBoolean(name: string): boolean {
    return (this.columns.get(name)?.isBoolean ?? false) && this.hasNumbers(name);
  }

  /** @returns a variable's states as stretches of time, each from its first point to the next one of another state */
  stretches(name: string): Stretch[] {
    const stretches: Stretch[] = [];
    const pause = this.longestStep();
    for (const [index, state] of this.columns.get(name)?.states?.entries() ?? []) {
      if (state === null) continue;
      const from = this.times[index]!;
      const last = stretches.at(-1);
      if (last) last.to = Math.min(from, last.seen + pause);
      if (last?.state === state && last.to === from) last.seen = from;
      else stretches.push({ state, from, to: from, seen: from });
    }
    const last = stretches.at(-1);
    if (last) last.to = last.seen + this.bucketMs;
    return stretches;
  }

  /** @returns number, least, mean and greatest of what is shown of a variable */
  summary(name: string): Summary {
    const column = this.columns.get(name);
    let [n, sum, min, max] = [0, 0, Infinity, -Infinity];
    for (const [index, mean] of column?.mean.entries() ?? []) {
      if (mean === null) continue;
      const count = column!.n[index]!;
      n += count;
      sum += mean * count;
      min = Math.min(min, column!.min[index] ?? mean);
      max = Math.max(max, column!.max[index] ?? mean);
    }
    return n === 0 ? { n, min: null, mean: null, max: null } : { n, min, mean: sum / n, max };
  }

  /**
   * A variable as a chart draws it: times in seconds, with an empty point in the middle of each pause, so that the line
   * does not run on through a silence.
   */
  drawn(name: string): {
    times: number[];
    mean: (number | null)[];
    min: (number | null)[];
    max: (number | null)[];
  } {
    const column = this.columns.get(name);
    const result = {
      times: [] as number[],
      mean: [] as (number | null)[],
      min: [] as (number | null)[],
      max: [] as (number | null)[],
    };
    const pause = this.longestStep();
    for (const [index, time] of this.times.entries()) {
      const previous = this.times[index - 1];
      if (previous !== undefined && time - previous > pause) {
        result.times.push((previous + time) / 2_000);
        result.mean.push(null);
        result.min.push(null);
        result.max.push(null);
      }
      result.times.push(time / 1_000);
      result.mean.push(column?.mean[index] ?? null);
      result.min.push(column?.min[index] ?? null);
      result.max.push(column?.max[index] ?? null);
    }
    return result;
  }

  /** The longest step between two points that is not a pause. */
  private longestStep(): number {
    const steps = this.times
      .slice(1)
      .map((time, index) => time - this.times[index]!)
      .filter((step) => step > 0);
    const usual = steps.sort((a, b) => a - b)[steps.length >> 1] ?? Infinity;
    // The day on which the clocks are put back is an hour longer.
    return Math.max(usual * GAP_FACTOR, this.bucketMs * 1.25);
  }

  private addPoint(time: number): void {
    this.times.push(time);
    for (const column of this.columns.values()) {
      column.mean.push(null);
      column.min.push(null);
      column.max.push(null);
      column.n.push(0);
      column.states?.push(null);
    }
  }

  private addState(column: Column, state: string): void {
    column.states ??= this.times.map(() => null);
    column.states[this.times.length - 1] = state;
  }

  private addValue(column: Column, value: number): void {
    const at = this.times.length - 1;
    const n = column.n[at]!;
    column.mean[at] = ((column.mean[at] ?? 0) * n + value) / (n + 1);
    column.min[at] = Math.min(column.min[at] ?? value, value);
    column.max[at] = Math.max(column.max[at] ?? value, value);
    column.n[at] = n + 1;
  }

  private columnOf(name: string): Column {
    let column = this.columns.get(name);
    if (!column) {
      const empty = (): null[] => this.times.map(() => null);
      column = {
        name,
        mean: empty(),
        min: empty(),
        max: empty(),
        n: this.times.map(() => 0),
        // Until something else is seen.
        isBoolean: true,
      };
      this.columns.set(name, column);
    }
    return column;
  }

  private drop(count: number): void {
    if (count <= 0) return;
    this.times.splice(0, count);
    for (const { mean, min, max, n, states } of this.columns.values()) {
      for (const list of [mean, min, max, n, states ?? []]) list.splice(0, count);
    }
  }
}
