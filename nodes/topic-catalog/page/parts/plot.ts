import { css } from 'lit';
import uPlot from 'uplot';
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
const MINUTE = 60;
const DAY = 86_400;

/** The axis of time, below a chart. */
export function timeAxis(format: Format, ink: string, textPx = TEXT_PX): uPlot.Axis {
  return {
    ...lookOf(ink, textPx),
    grid: { show: false },
    size: 2.5 * textPx,
    space: (76 * textPx) / TEXT_PX,
    splits: (_plot, _axis, min, max, step) =>
      axisTimes(min * 1_000, max * 1_000, step * 1_000, format.zone).map((time) => time / 1_000),
    values: (_plot, splits) => timeLabels(format, splits),
  };
}

/** An axis of values, as wide as its labels need. */
export function valueAxis(ink: string, line: string, textPx = TEXT_PX): uPlot.Axis {
  return {
    ...lookOf(ink, textPx),
    grid: { stroke: line, width: 1 },
    size: (plot, labels: string[] | null) => axisWidth(plot, labels ?? [], textPx),
    space: (34 * textPx) / TEXT_PX,
  };
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

function timeLabels(format: Format, splits: number[]): string[] {
  const step = (splits[1] ?? 0) - (splits[0] ?? 0);
  return splits.map((split, index) => {
    const time = split * 1_000;
    if (step >= 28 * DAY) return format.month(time);
    if (step >= DAY) return format.day(time);
    const dayOf = (split: number): number => Math.floor(format.zone.wallOf(split * 1_000) / (DAY * 1_000));
    const isNewDay = index > 0 && dayOf(split) !== dayOf(splits[index - 1]!);
    if (isNewDay) return format.day(time);
    if (step > 0 && step < 1) return fineLabel(format, time, index);
    return step > 0 && step < MINUTE ? format.time(time) : format.timeToMinutes(time);
  });
}

/** Below a second: the whole time where a second begins, and at the left edge; what is added to it in between. */
function fineLabel(format: Format, time: number, index: number): string {
  const milliseconds = Math.round(time);
  if (milliseconds % 1_000 === 0) return format.time(milliseconds);
  return index === 0 ? format.fineTime(milliseconds) : format.fraction(milliseconds);
}
