import type { SeriesAnswer, SeriesColumn } from './answers';
import { leastIdAt, numberOf } from '../shared/stored-reading';
import { CELL_MS, DAY_MS, HOUR_MS, hourOf, type Level } from '../shared/summary-chunks';
import { Buckets, bucketWidthFor } from './buckets';
import { Memo } from './memo';
import { endOf, type NodeIndex } from './nodes';
import { byTime, type Readings, type StoredReading } from './readings';
import type { SeriesRange, SeriesRequest } from './requests';
import type { Summaries, Summarised } from './summaries';

/** An answer is shared by those who ask again within this time, or within the time it took. */
const SHARED_MS = 250;
const KEPT_ANSWERS = 50;
/** Readings carry their publisher's clock, which may be ahead of ours by this much. */
const CLOCK_SLACK_MS = 60_000;

/** Up to this range the readings themselves are looked at; then the summaries of minutes, of hours, and of days. */
const READINGS_UP_TO_MS = 3 * HOUR_MS;
const MINUTES_UP_TO_MS = 48 * HOUR_MS;
const HOURS_UP_TO_MS = 120 * DAY_MS;

type Found = Pick<SeriesAnswer, 'readings' | 'newestId' | 'bucketMs' | 'times' | 'columns'>;

/** Answers what a node's variables were over a range. */
export class Series {
  private readonly memo = new Memo<SeriesAnswer>(SHARED_MS, 1, KEPT_ANSWERS);

  constructor(
    private readonly readings: Readings,
    private readonly nodes: NodeIndex,
    private readonly summaries: Summaries,
  ) {}

  /**
   * @returns each reading as a point, or, when there are more than `points`, minimum, mean and maximum per bucket. The
   *   ends of a long range are taken to whole minutes, hours or days
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
    if (!node) return { ...about, from, to, ...noPoints() };

    if (range.kind === 'last') {
      const found = await this.readings.last(nodo, range.count, endOf(node) + CLOCK_SLACK_MS);
      const first = found[0]?.time ?? now;
      return {
        ...about,
        from: first,
        to: found.at(-1)?.time ?? now,
        ...pointsOf(found),
      };
    }
    const found =
      range.kind === 'all'
        ? await this.everything(nodo, to, points)
        : await this.between(nodo, from, to, points);
    return { ...about, from: range.kind === 'all' ? (found.times[0] ?? now) : from, to, ...found };
  }

  /** What the summaries say of the days tells where the history begins, and so how finely it can be shown. */
  private async everything(nodo: string, to: number, points: number): Promise<Found> {
    const days = await this.summaries.find(nodo, 'day', 0, ceil(to, DAY_MS));
    if (!days) return this.readOut(nodo, 0, to, points);
    const begins = [...days.cells.map(({ time }) => time), ...days.open];
    if (begins.length === 0) return noPoints();
    return this.between(nodo, Math.min(...begins), to, points, true);
  }

  /** @param widen whether the range is not what was asked for, so that its width says nothing about the buckets' */
  private async between(
    nodo: string,
    from: number,
    to: number,
    points: number,
    widen = false,
  ): Promise<Found> {
    if (to - from <= READINGS_UP_TO_MS) {
      const found = await this.readOut(nodo, from, to, points, widen);
      // Nothing may also mean that the readings have expired.
      if (found.readings > 0) return found;
    }
    const level = levelOf(to - from);
    const [first, end] = [floor(from, CELL_MS[level]), ceil(to, CELL_MS[level])];
    const summarised = await this.summaries.find(nodo, level, first, end);
    if (!summarised) return this.readOut(nodo, from, to, points, widen);
    const width = widen ? CELL_MS[level] : Math.max(CELL_MS[level], bucketWidthFor(to - from, points));
    const buckets = new Buckets(points, width);
    for (const { time, summary } of summarised.cells) buckets.addSummary(time, summary);
    const read = await this.addOpen(buckets, nodo, summarised, first, end);
    const newestId = later(read, lastIdIn(summarised, CELL_MS[level]));
    const found = { ...buckets.result(), newestId };
    if (found.readings > points) return found;
    // So few that each can be a point, unless some have expired.
    const single = await this.readOut(nodo, first, end, points);
    return single.readings < found.readings ? found : this.readOut(nodo, from, to, points);
  }

  /**
   * Adds what is in no summary, or in a coarse one only: from the readings, where they are still there.
   * @returns the greatest id of a reading that was read
   */
  private async addOpen(
    buckets: Buckets,
    nodo: string,
    { open, coarse }: Summarised,
    from: number,
    to: number,
  ): Promise<string | null> {
    let newestId: string | null = null;
    const missing = new Set(coarse.map(({ time }) => time));
    const hours = [...open, ...missing].sort((a, b) => a - b);
    for (const [begin, end] of stretchesOf(hours)) {
      await this.readings.forEach(nodo, Math.max(begin, from), Math.min(end, to), ({ id, time, values }) => {
        buckets.add(time, values);
        newestId = later(newestId, id);
        missing.delete(floor(time, HOUR_MS));
      });
    }
    for (const { time, summary } of coarse) if (missing.has(time)) buckets.addSummary(time, summary);
    return newestId;
  }

  /** Reads all readings of a range: kept one by one until there are too many, folded into buckets from then on. */
  private async readOut(
    nodo: string,
    from: number,
    to: number,
    points: number,
    widen = from === 0,
  ): Promise<Found> {
    const single: StoredReading[] = [];
    let buckets: Buckets | undefined;
    let newestId: string | null = null;
    await this.readings.forEach(nodo, from, to, (reading) => {
      newestId = later(newestId, reading.id);
      if (buckets) return buckets.add(reading.time, reading.values);
      single.push(reading);
      if (single.length <= points) return;
      buckets = new Buckets(points, widen ? undefined : bucketWidthFor(to - from, points));
      for (const { time, values } of single.splice(0)) buckets.add(time, values);
    });
    return buckets ? { ...buckets.result(), newestId } : pointsOf(single.sort(byTime));
  }
}

function levelOf(rangeMs: number): Level {
  if (rangeMs <= MINUTES_UP_TO_MS) return 'minute';
  return rangeMs <= HOURS_UP_TO_MS ? 'hour' : 'day';
}

/** @returns hours that follow each other as one stretch of time */
function stretchesOf(hours: readonly number[]): [from: number, to: number][] {
  const stretches: [number, number][] = [];
  for (const hour of hours) {
    const last = stretches.at(-1);
    if (last?.[1] === hour) last[1] += HOUR_MS;
    else stretches.push([hour, hour + HOUR_MS]);
  }
  return stretches;
}

function floor(time: number, width: number): number {
  return Math.floor(time / width) * width;
}

function ceil(time: number, width: number): number {
  return Math.ceil(time / width) * width;
}

function noPoints(): Found {
  return { readings: 0, newestId: null, bucketMs: 0, times: [], columns: [] };
}

function later(a: string | null, b: string | null): string | null {
  return a === null || (b !== null && b > a) ? b : a;
}

/** An id above those of all readings in the summaries. The hour that is not over is in none, however wide their cells. */
function lastIdIn({ cells, coarse }: Summarised, width: number): string | null {
  if (cells.length + coarse.length === 0) return null;
  const newest = [...cells, ...coarse].reduce((latest, { time }) => Math.max(latest, time), 0);
  return String(leastIdAt(Math.min(newest + width, hourOf(Date.now()))));
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

/** @param readings in the order of time @returns one point a reading. */
function pointsOf(readings: StoredReading[]): Found {
  const names = new Set(readings.flatMap(({ values }) => Object.keys(values)));
  return {
    readings: readings.length,
    newestId: readings.reduce<string | null>((newest, { id }) => later(newest, id), null),
    bucketMs: 0,
    times: readings.map(({ time }) => time),
    columns: [...names].map((name) => {
      const mean = readings.map(({ values }) =>
        Object.hasOwn(values, name) ? numberOf(values[name]) : null,
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
