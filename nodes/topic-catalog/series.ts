import type { SeriesAnswer, SeriesColumn } from './contract';
import { DAY_MS, HOUR_MS } from '../shared/durations';
import { MAX_DRAWN, stateOf } from '../shared/drawn-number';
import { leastIdAt, numberOf } from '../shared/stored-reading';
import { CLOCK_SLACK_MS } from '../shared/clock-ahead';
import { CELL_MS, hourOf, type Level } from '../shared/summary-chunks';
import type { Zone } from '../shared/zone';
import { Buckets, bucketWidthFor, bucketWidthOf } from './buckets';
import { Memo } from './memo';
import { placeOfLast, type NodeIndex } from './nodes';
import { byTime, type Readings, type StoredReading } from './readings';
import type { SeriesRange, SeriesRequest } from './requests';
import type { Summaries, Summarised } from './summaries';

/** An answer is shared by those who ask again within this time, or within the time it took. */
const SHARED_MS = 250;
const KEPT_ANSWERS = 50;

/** Up to this range the readings themselves are looked at; then the summaries of minutes, of hours, and of days. */
const READINGS_UP_TO_MS = 3 * HOUR_MS;
const MINUTES_UP_TO_MS = 48 * HOUR_MS;
const HOURS_UP_TO_MS = 120 * DAY_MS;
/** The days of a zone are put together from hours; beyond this range, in which a point is many days, from UTC's days. */
const HOURS_OF_ZONE_UP_TO_MS = 5 * 366 * DAY_MS;

type Found = Pick<
  SeriesAnswer,
  'readings' | 'newestId' | 'bucketMs' | 'times' | 'columns' | 'isMore' | 'zone'
>;

/** How a range is to be answered. */
interface Wanted {
  points: number;
  zone: Zone | undefined;
  /** whether the range is not what was asked for, so that its width says nothing about the buckets' */
  widen?: boolean;
}

type Cell = Summarised['cells'][number];

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
   *   ends of a long range are taken to whole minutes or hours, without a zone to whole days
   * @throws CatalogError when the database does not answer
   */
  answer({ nodo, range, points, zone }: SeriesRequest): Promise<SeriesAnswer> {
    const key = JSON.stringify([nodo, range, points, zone?.name]);
    return this.memo.get(key, () => this.find(nodo, range, { points, zone }));
  }

  private async find(nodo: string, range: SeriesRange, wanted: Wanted): Promise<SeriesAnswer> {
    const node = await this.nodes.find(nodo);
    const now = Date.now();
    const [from, to] = borders(range, now);
    const about = {
      at: now,
      nodo,
      known: node !== undefined,
      topic: node?.topic ?? null,
      last: node?.last ?? null,
      ...(node?.aheadBy === undefined ? {} : { ahead: node.aheadBy }),
    };
    if (!node) return { ...about, from, to, ...noPoints() };

    if (range.kind === 'last') {
      const { end, likely } = placeOfLast(node);
      const place = { end: Math.min(end, now) + CLOCK_SLACK_MS, ...(likely === undefined ? {} : { likely }) };
      const found = await this.readings.last(nodo, range.count, place);
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
        ? await this.everything(nodo, to, wanted)
        : await this.between(nodo, from, to, wanted);
    return { ...about, from: range.kind === 'all' ? (found.times[0] ?? now) : from, to, ...found };
  }

  /** What the summaries say of the days tells where the history begins, and so how finely it can be shown. */
  private async everything(nodo: string, to: number, wanted: Wanted): Promise<Found> {
    const days = await this.summaries.find(nodo, 'day', 0, ceil(to, DAY_MS));
    if (!days) return this.readOut(nodo, 0, to, wanted);
    const begins = [...days.cells.map(({ time }) => time), ...days.open];
    // Nothing was marked: either there is nothing, or somebody else stores it.
    if (begins.length === 0) return this.readOut(nodo, 0, to, wanted);
    const [first, last] = begins.reduce(([a, b], time) => [Math.min(a, time), Math.max(b, time)], [to, 0]);
    // A history that ended long ago, or a clock that stood at 1970, is shown as finely as it can be.
    return this.between(nodo, first, Math.min(to, ceil(last + 1, DAY_MS)), { ...wanted, widen: true });
  }

  private async between(nodo: string, from: number, to: number, wanted: Wanted): Promise<Found> {
    if (to - from <= READINGS_UP_TO_MS) {
      const found = await this.readOut(nodo, from, to, wanted);
      // Nothing may also mean that the readings have expired.
      if (found.readings > 0) return found;
    }
    const level = levelOf(to - from, wanted.zone);
    const [first, end] = [floor(from, CELL_MS[level]), ceil(to, CELL_MS[level])];
    const summarised = await this.summaries.find(nodo, level, first, end);
    if (!summarised) return this.readOut(nodo, from, to, wanted);
    const { points } = wanted;
    const { width, zone } = gridOf(summarised, level, to - from, wanted);
    const buckets = new Buckets(points, width, zone);
    const parted = zone ? summarised.cells.filter(({ time }) => isParted(time, level, width, zone)) : [];
    const split = new Set(parted.map(({ time }) => time));
    for (const { time, summary } of summarised.cells) if (!split.has(time)) buckets.addSummary(time, summary);
    const left = await this.addMinutes(buckets, nodo, parted, from, to);
    const coarse = [...summarised.coarse, ...left];
    // Of an hour that is parted, what is outside of the range would be a point of its own.
    const [readFrom, readTo] = parted.length > 0 ? [from, to] : [first, end];
    const read = await this.addOpen(buckets, nodo, { ...summarised, coarse }, readFrom, readTo);
    const newestId = later(read, lastIdIn(summarised, CELL_MS[level]));
    const found = { ...buckets.result(), newestId, ...(zone ? { zone: zone.name } : {}) };
    if (found.readings > points) return found;
    // So few that each can be a point, unless some have expired.
    const single = await this.readOut(nodo, first, end, wanted);
    return single.readings < found.readings ? found : this.readOut(nodo, from, to, wanted);
  }

  /**
   * Adds hours in the midst of which a bucket of the zone ends, by their minutes.
   * @returns those of which there are no minutes
   */
  private async addMinutes(
    buckets: Buckets,
    nodo: string,
    parted: readonly Cell[],
    from: number,
    to: number,
  ): Promise<Cell[]> {
    if (parted.length === 0) return [];
    const found = await this.summaries.minutes(
      nodo,
      parted.map(({ time }) => time),
    );
    const fine = new Set(found.map(({ time }) => hourOf(time)));
    for (const { time, summary } of found)
      if (time >= floor(from, CELL_MS.minute) && time < to) buckets.addSummary(time, summary);
    return parted.filter(({ time }) => !fine.has(time));
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
    { points, zone, widen = from === 0 }: Wanted,
  ): Promise<Found> {
    const single: StoredReading[] = [];
    let buckets: Buckets | undefined;
    let newestId: string | null = null;
    await this.readings.forEach(nodo, from, to, (reading) => {
      newestId = later(newestId, reading.id);
      if (buckets) return buckets.add(reading.time, reading.values);
      single.push(reading);
      if (single.length <= points) return;
      buckets = new Buckets(points, widen ? undefined : bucketWidthFor(to - from, points), zone);
      for (const { time, values } of single.splice(0)) buckets.add(time, values);
    });
    if (!buckets) return pointsOf(single.sort(byTime));
    return { ...buckets.result(), newestId, ...(zone ? { zone: zone.name } : {}) };
  }
}

function levelOf(rangeMs: number, zone: Zone | undefined): Level {
  if (rangeMs <= MINUTES_UP_TO_MS) return 'minute';
  return rangeMs <= (zone ? HOURS_OF_ZONE_UP_TO_MS : HOURS_UP_TO_MS) ? 'hour' : 'day';
}

/** How wide the buckets are that cells of a level are put into, and by whose clocks they begin. */
function gridOf(
  { cells, open, coarse }: Summarised,
  level: Level,
  rangeMs: number,
  { points, zone, widen }: Wanted,
): { width: number; zone: Zone | undefined } {
  const cellMs = CELL_MS[level];
  // A day of UTC is none of the zone's, and an hour of UTC, where the clocks are half an hour ahead, none of its hours.
  const isFree = level === 'minute' || level === 'hour';
  const times = [...cells, ...coarse].map(({ time }) => time).concat(open);
  const width = !widen
    ? Math.max(cellMs, bucketWidthFor(rangeMs, points))
    : zone && isFree
      ? bucketWidthOf(times, cellMs, points, zone)
      : cellMs;
  return { width, zone: isFree && width > (level === 'hour' ? HOUR_MS : 0) ? zone : undefined };
}

/** Whether a bucket of the zone ends within a cell. */
function isParted(time: number, level: Level, width: number, zone: Zone): boolean {
  return level === 'hour' && zone.startOf(time, width) !== zone.startOf(time + HOUR_MS - 1, width);
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

function kindOf(sent: readonly unknown[]): Pick<SeriesColumn, 'states' | 'isBoolean'> {
  const states = sent.map(stateOf);
  const said = sent.filter((value) => value !== null && value !== undefined);
  const isBoolean = said.length > 0 && said.every((value) => typeof value === 'boolean');
  return {
    ...(states.some((state) => state !== null) ? { states } : {}),
    ...(isBoolean ? { isBoolean } : {}),
  };
}

/** @param readings in the order of time @returns one point a reading. */
function pointsOf(readings: StoredReading[]): Found {
  const { names, isMore } = namesOf(readings);
  return {
    readings: readings.length,
    newestId: readings.reduce<string | null>((newest, { id }) => later(newest, id), null),
    bucketMs: 0,
    times: readings.map(({ time }) => time),
    ...(isMore ? { isMore: true as const } : {}),
    columns: names.map((name) => {
      const sent = readings.map(({ values }) => (Object.hasOwn(values, name) ? values[name] : null));
      const mean = sent.map(numberOf);
      return { name, mean, summary: summaryOf(mean), ...kindOf(sent) };
    }),
  };
}

/** @returns the variables that are drawn, as they appear: where there are too many, those that most readings have */
function namesOf(readings: readonly StoredReading[]): { names: string[]; isMore: boolean } {
  const counts = new Map<string, number>();
  for (const { values } of readings)
    for (const name of Object.keys(values)) counts.set(name, (counts.get(name) ?? 0) + 1);
  const all = [...counts.keys()];
  if (all.length <= MAX_DRAWN) return { names: all, isMore: false };
  const often = [...counts].sort(([, a], [, b]) => b - a).slice(0, MAX_DRAWN);
  const drawn = new Set(often.map(([name]) => name));
  return { names: all.filter((name) => drawn.has(name)), isMore: true };
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
