import { css } from 'lit';
import uPlot from 'uplot';
import { DAY_MS, MINUTE_MS } from '../../../shared/durations';
import { axisTimes } from '../axis-times';
import type { Format } from '../format';

const TEXT_PX = 12;
/** Room for numbers as most are, so that charts beside each other begin at the same place; a longer one gets more. */
const AXIS_WIDTH = 54;
const AXIS_GAP = 12;
/** Up to here each point is marked: they may all lie within a pixel, where a line can't be seen. */
export const FEW_POINTS = 100;
/** In pixels: a chart is drawn so wide for paper, whose width nobody tells, and made as wide as that is. */
export const PAPER_WIDTH = 680;
/** Of the lines of a chart, all of which are black on paper, in their order. */
export const DASHES_ON_PAPER = [[], [8, 4], [2, 3], [12, 3, 2, 3], [4, 4], [16, 5]];
export const ON_PAPER = css`
  @media print {
    :host {
      height: auto !important;
    }
    .uplot,
    .u-wrap,
    .uplot canvas {
      width: 100% !important;
      height: auto !important;
    }
    .u-over,
    .u-under > :not(canvas) {
      display: none;
    }
    .u-under {
      position: static !important;
      width: 100% !important;
      height: auto !important;
      overflow: visible;
    }
  }
`;
const SECOND_MS = 1_000;

/** The axis of time, below a chart. */
export function timeAxis(format: Format, ink: string, textPx = TEXT_PX, now = Date.now): uPlot.Axis {
  return {
    ...lookOf(ink, textPx),
    grid: { show: false },
    // A second line stands below the first label.
    size: (_plot, labels: string[] | null) => (labels?.[0]?.includes('\n') ? 3.9 : 2.5) * textPx,
    space: (76 * textPx) / TEXT_PX,
    splits: (_plot, _axis, min, max, step) => timeSplits(min * 1_000, max * 1_000, step * 1_000, format),
    values: (_plot, splits) => timeLabels(format, splits, now()),
  };
}

/** An axis of values, as wide as its labels need. */
export function valueAxis(ink: string, line: string, textPx = TEXT_PX): uPlot.Axis {
  return {
    ...lookOf(ink, textPx),
    grid: { stroke: line, width: 1 },
    size: (plot, labels: string[] | null) => axisWidth(plot, labels ?? [], textPx),
    space: (34 * textPx) / TEXT_PX,
    incrs: (_plot, _axis, min, max) => stepsFor(max - min),
  };
}

/** @returns shares as percentages, with the decimals that tell one from the next */
export function percentLabels(format: Format, shares: readonly number[]): string[] {
  const step = 100 * stepOf(shares);
  return shares.map((share) => (share < 0 || share > 1 ? '' : `${format.tick(100 * share, step)} %`));
}

/** Booleans: a line at 0 or at 1 does not lie on the edge. */
export const TRUTH_RANGE: uPlot.Range.MinMax = [-0.1, 1.1];

/** @returns the steps that may part so wide a range, rising; uPlot's own end at 1e32 */
export function stepsFor(range: number): number[] {
  const power = Number.isFinite(range) && range > 0 ? Math.floor(Math.log10(range)) : 0;
  const powers = [-3, -2, -1, 0].map((less) => power + less);
  return powers.flatMap((exponent) => [1, 2, 2.5, 5].map((digit) => Number(`${digit}e${exponent}`)));
}

/** @returns how far labels stand from each other; of a single one, which a low chart has, 1 */
export function stepOf([first, second]: readonly number[]): number {
  return first === undefined || second === undefined ? 1 : second - first;
}

/** @param first in milliseconds, as is `last` @returns in seconds; a single point has no width of its own */
export function timeRange(first: number, last: number): { min: number; max: number } {
  return first < last
    ? { min: first / 1_000, max: last / 1_000 }
    : { min: first / 1_000 - 5, max: first / 1_000 + 5 };
}

/** A little air above and below; a line that is flat lies in the middle, and is not drawn on a scale from zero. */
export function yRange(min: number | null, max: number | null): uPlot.Range.MinMax {
  if (min === null || max === null) return [0, 1];
  if (min === max) {
    const air = Math.max(Math.abs(min) * 0.02, 0.5);
    return [min - air, max + air];
  }
  return uPlot.rangeNum(min, max, 0.08, false);
}

/**
 * Where points are not marked, those that no line leads to or from are all the same: else they could not be seen. Undefined
 * is the time of another line's point, over which a line is drawn on.
 */
export function standingAlone(plot: uPlot, series: number, marked: boolean): number[] | null {
  if (marked) return null;
  const values = plot.data[series]!;
  const own = Array.from(values.keys()).filter((index) => values[index] !== undefined);
  const isEmpty = (index: number | undefined): boolean => index === undefined || values[index] === null;
  return own.filter((index, place) => !isEmpty(index) && isEmpty(own[place - 1]) && isEmpty(own[place + 1]));
}

export function rangeOf({ min, max }: { min: number; max: number }): uPlot.Range.MinMax {
  return [min, max];
}

function lookOf(ink: string, textPx: number): uPlot.Axis {
  return { stroke: ink, font: fontOf(textPx), ticks: { show: false } };
}

function fontOf(px: number): string {
  return `${px}px system-ui, sans-serif`;
}

/** @returns what the longest label needs, in CSS pixels */
function axisWidth({ ctx }: uPlot, labels: string[], textPx: number): number {
  ctx.save();
  ctx.font = fontOf(textPx);
  const longest = Math.max(0, ...labels.map((label) => ctx.measureText(label).width));
  ctx.restore();
  return Math.max((AXIS_WIDTH * textPx) / TEXT_PX, Math.ceil(longest) + AXIS_GAP);
}

/** @returns in seconds; parts of a second only where no two whole ones are seen */
function timeSplits(min: number, max: number, step: number, { zone }: Format): number[] {
  const whole = step < SECOND_MS ? axisTimes(min, max, SECOND_MS, zone) : [];
  const times = whole.length > 1 ? whole : axisTimes(min, max, step, zone);
  return times.map((time) => time / SECOND_MS);
}

/**
 * Times of day, dates or months, each of which can be read without the others; below the first one what they leave open.
 * @param splits in seconds
 */
function timeLabels(format: Format, splits: readonly number[], now: number): string[] {
  const times = splits.map((split) => Math.round(split * SECOND_MS));
  const [first = 0, second = first] = times;
  const step = second - first;
  if (step >= 28 * DAY_MS) return times.map((time) => format.month(time));
  const dayOf = (time: number): number => Math.floor(format.zone.wallOf(time) / DAY_MS);
  const isDay = times.map(
    (time, index) => step >= DAY_MS || (index > 0 && dayOf(time) !== dayOf(times[index - 1]!)),
  );
  const hasSeconds = step === 0 || step < MINUTE_MS;
  const labels = times.map((time, index) => {
    if (isDay[index]) return format.day(time);
    return hasSeconds ? format.exactTime(time) : format.timeToMinutes(time);
  });
  const rest = format.rest(first, isDay.includes(true) ? 'day' : 'time', now);
  return labels.map((label, index) => (index === 0 && rest !== '' ? `${label}\n${rest}` : label));
}
