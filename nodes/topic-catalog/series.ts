import type { SeriesAnswer, SeriesColumn } from './answers';
import { Buckets, bucketWidthFor } from './buckets';
import { Memo } from './memo';
import { endOf, type NodeIndex } from './nodes';
import type { Readings, StoredReading } from './readings';
import type { SeriesRange, SeriesRequest } from './requests';
import { asNumber } from './values';

/** An answer is shared by those who ask again within this time, or within the time it took. */
const SHARED_MS = 250;
const KEPT_ANSWERS = 50;
/** Readings carry their publisher's clock, which may be ahead of ours by this much. */
const CLOCK_SLACK_MS = 60_000;

/** Answers what a node's variables were over a range. */
export class Series {
  private readonly memo = new Memo<SeriesAnswer>(SHARED_MS, 1, KEPT_ANSWERS);

  constructor(
    private readonly readings: Readings,
    private readonly nodes: NodeIndex,
  ) {}

  /**
   * @returns each reading as a point, or, when there are more than `points`, minimum, mean and maximum per bucket
   * @throws CatalogError when the database does not answer
   */
  answer({ nodo, range, points }: SeriesRequest): Promise<SeriesAnswer> {
    return this.memo.get(JSON.stringify([nodo, range, points]), () => this.find(nodo, range, points));
  }

  private async find(nodo: string, range: SeriesRange, points: number): Promise<SeriesAnswer> {
    const node = await this.nodes.find(nodo);
    const now = Date.now();
    const [from, to] = borders(range, now);
    const about = {
      at: now,
      nodo,
      known: node !== undefined,
      topic: node?.topic ?? null,
      last: node?.ts ?? null,
    };
    if (!node) return { ...about, from, to, readings: 0, bucketMs: 0, times: [], columns: [] };

    if (range.kind === 'last') {
      const found = await this.readings.last(nodo, range.count, endOf(node) + CLOCK_SLACK_MS);
      const first = found[0]?.time ?? now;
      return {
        ...about,
        from: first,
        to: found.at(-1)?.time ?? now,
        readings: found.length,
        ...pointsOf(found),
      };
    }
    // Kept one by one until there are too many; folded into buckets from then on.
    const single: StoredReading[] = [];
    let buckets: Buckets | undefined;
    await this.readings.forEach(nodo, from, to, (reading) => {
      if (buckets) return buckets.add(reading.time, reading.values);
      single.push(reading);
      if (single.length <= points) return;
      buckets = new Buckets(points, range.kind === 'all' ? undefined : bucketWidthFor(to - from, points));
      for (const { time, values } of single.splice(0)) buckets.add(time, values);
    });
    const found = buckets?.result() ?? { ...pointsOf(sorted(single)), readings: single.length };
    return { ...about, from: range.kind === 'all' ? (found.times[0] ?? now) : from, to, ...found };
  }
}

function borders(range: SeriesRange, now: number): [from: number, to: number] {
  switch (range.kind) {
    case 'between':
      return [range.from, range.to];
    case 'recent':
      return [Math.max(0, now - range.milliseconds), now + CLOCK_SLACK_MS];
    case 'last':
    case 'all':
      return [0, now + CLOCK_SLACK_MS];
  }
}

function sorted(readings: StoredReading[]): StoredReading[] {
  return readings.sort((a, b) => a.time - b.time);
}

/** @returns one point a reading. */
function pointsOf(readings: StoredReading[]): { bucketMs: 0; times: number[]; columns: SeriesColumn[] } {
  const names = new Set(readings.flatMap(({ values }) => Object.keys(values)));
  return {
    bucketMs: 0,
    times: readings.map(({ time }) => time),
    columns: [...names].map((name) => {
      const mean = readings.map(({ values }) =>
        Object.hasOwn(values, name) ? asNumber(values[name]) : null,
      );
      return { name, mean, summary: summaryOf(mean) };
    }),
  };
}

function summaryOf(values: (number | null)[]): SeriesColumn['summary'] {
  const numbers = values.filter((value) => value !== null);
  const n = numbers.length;
  if (n === 0) return { n, min: null, mean: null, max: null };
  return {
    n,
    min: Math.min(...numbers),
    mean: numbers.reduce((sum, value) => sum + value, 0) / n,
    max: Math.max(...numbers),
  };
}
