import { numberOf } from '../shared/stored-reading';
import { Stat, type Summary as StoredSummary } from '../shared/summary';
import type { SeriesColumn, Summary, Values } from './answers';

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

/** The numbers of one bucket, by variable. */
type Bucket = Map<string, Stat>;

/**
 * Folds any number of readings, in any order, into at most so many buckets of equal width. Memory depends on the number
 * of buckets alone.
 */
export class Buckets {
  private buckets = new Map<number, Bucket>();
  private readonly totals: Bucket = new Map();
  private readings = 0;
  private width: number;

  /**
   * @param points the greatest number of buckets
   * @param width in milliseconds; when it is not known yet, the least one, widened as readings come in
   */
  constructor(
    private readonly points: number,
    width = WIDTHS[0]!,
  ) {
    this.width = width;
  }

  add(time: number, values: Values): void {
    this.readings++;
    const bucket = this.bucketAt(time);
    for (const [name, value] of Object.entries(values)) {
      const number = numberOf(value);
      const [stat, total] = [statOf(bucket, name), statOf(this.totals, name)];
      if (number === null) continue;
      stat.add(number);
      total.add(number);
    }
    this.fit();
  }

  /** Takes what all readings of a stretch come to; the width has to be a multiple of that stretch. */
  addSummary(time: number, { readings, variables }: StoredSummary): void {
    this.readings += readings;
    const bucket = this.bucketAt(time);
    for (const [name, stat] of variables) {
      statOf(bucket, name).merge(stat);
      statOf(this.totals, name).merge(stat);
    }
    this.fit();
  }

  result(): { readings: number; bucketMs: number; times: number[]; columns: SeriesColumn[] } {
    const indexes = [...this.buckets.keys()].sort((a, b) => a - b);
    const columns = [...this.totals].map(([name, total]): SeriesColumn => {
      const cells = indexes.map((index) => summaryOf(this.buckets.get(index)?.get(name)));
      return {
        name,
        summary: summaryOf(total),
        mean: cells.map(({ mean }) => mean),
        min: cells.map(({ min }) => min),
        max: cells.map(({ max }) => max),
        n: cells.map(({ n }) => n),
      };
    });
    return {
      readings: this.readings,
      bucketMs: this.width,
      times: indexes.map((index) => index * this.width),
      columns,
    };
  }

  private fit(): void {
    while (this.buckets.size > this.points && this.widen());
  }

  private bucketAt(time: number): Bucket {
    const index = Math.floor(time / this.width);
    let bucket = this.buckets.get(index);
    if (!bucket) this.buckets.set(index, (bucket = new Map<string, Stat>()));
    return bucket;
  }

  /** @returns whether there was a next width. */
  private widen(): boolean {
    const next = WIDTHS.find((width) => width > this.width);
    if (next === undefined) return false;
    const old = this.buckets;
    const factor = next / this.width;
    this.buckets = new Map();
    this.width = next;
    for (const [index, bucket] of old) {
      const target = this.bucketAt(Math.floor(index / factor) * next);
      for (const [name, stat] of bucket) statOf(target, name).merge(stat);
    }
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
