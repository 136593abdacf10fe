import type { PropertyValues } from 'lit';
import { property } from 'lit/decorators.js';
import uPlot from 'uplot';
import type { Compared } from '../compared';
import { element } from '../element';
import { joinTimes } from '../joined-times';
import type { SeriesModel } from '../series-model';
import {
  DASHES_ON_PAPER,
  FEW_POINTS,
  TRUTH_RANGE,
  rangeOf,
  standingAlone,
  stepOf,
  timeAxis,
  valueAxis,
  yRange,
} from './plot';
import { PlotElement, plotStyles } from './plot-element';

const HEIGHT = 340;
const LABEL_FONT = '600 12px system-ui, sans-serif';
/** Lines of the right axis, which who sees no colours tells apart by that. */
const DASHES = [7, 4];

/** A line of the chart. */
export interface Line extends Compared {
  model: SeriesModel;
  axis: number;
}

/** What the crosshair points at: of each line the value that held there, undefined where it has none yet. */
export interface CompareHover {
  time: number;
  values: (number | null | undefined)[];
}

/**
 * Several variables over time, of one node or of several, on one axis or two.
 * @fires zoom - a range was dragged; detail: {from, to} in milliseconds
 * @fires hover - the crosshair moved; detail: CompareHover, or null when it left
 */
@element('skm-compare-chart')
export class CompareChart extends PlotElement {
  static override styles = plotStyles(HEIGHT);

  @property({ attribute: false }) lines: readonly Line[] = [];
  /** what the left axis is called, and the right one where there is one */
  @property({ attribute: false }) axes: readonly string[] = [];

  private composition = '';

  protected override readonly plotHeight = HEIGHT;

  protected override updated(changed: PropertyValues<this>): void {
    const lines = this.lines.map(({ nodo, variable, axis, colour, model }) => [
      nodo,
      variable,
      axis,
      colour,
      isStepped(model, variable),
    ]);
    const composition = JSON.stringify([lines, this.axes, this.truth]);
    // Only what a plot can't change in place makes a new one; data and range never do.
    if (!this.plot || composition !== this.composition || changed.has('theme') || changed.has('format')) {
      this.composition = composition;
      this.make();
    } else {
      this.redraw(this.plot);
    }
  }

  /** Where a line has no point at the time of another one's, undefined stands, over which it is drawn on; null is a gap. */
  protected override data(): uPlot.AlignedData {
    const drawn = this.lines.map(({ model, variable }) => model.drawn(variable));
    const { times, rows } = joinTimes(drawn.map((line) => line.times));
    const columns = drawn.map(({ mean }, place) =>
      rows.map((row) => (row[place] === undefined ? undefined : mean[row[place]])),
    );
    return [times, ...columns];
  }

  protected override reach(): [first: number, last: number] | undefined {
    const times = this.lines.map(({ model }) => model.times).filter(({ length }) => length > 0);
    if (times.length === 0) return undefined;
    return [Math.min(...times.map((list) => list[0]!)), Math.max(...times.map((list) => list.at(-1)!))];
  }

  private make(): void {
    // What the crosshair of the plot before pointed at were the values of its lines.
    if (this.plot) this.dispatchEvent(new CustomEvent('hover', { detail: null }));
    const ink = (name: string): string => this.ink(name);
    const axis = (place: number): uPlot.Axis => ({
      ...valueAxis(ink('--muted'), ink('--line')),
      scale: scaleOf(place),
      side: place === 0 ? 3 : 1,
      label: this.axes[place]!,
      labelFont: LABEL_FONT,
      labelSize: 22,
      values: (_plot, splits) => this.valueLabels(place, splits),
      ...(this.holdsTruth(place) ? { splits: () => [0, 1] } : {}),
      ...(place === 0 ? {} : { grid: { show: false } }),
    });
    this.replot({
      legend: { show: false },
      padding: [8, this.axes.length > 1 ? 0 : 26, 0, 0],
      cursor: {
        drag: { x: true, y: false, setScale: false },
        points: { size: 8, width: 2 },
      },
      scales: {
        x: { time: true, range: () => rangeOf(this.xRange()) },
        ...Object.fromEntries(
          this.axes.map((_name, place) => [
            scaleOf(place),
            {
              range: (_plot: uPlot, min: number | null, max: number | null) =>
                this.holdsTruth(place) ? TRUTH_RANGE : yRange(min, max),
            },
          ]),
        ),
      },
      axes: [timeAxis(this.format, ink('--muted')), ...this.axes.map((_name, place) => axis(place))],
      series: [
        {},
        ...this.lines.map(({ axis, colour, model, variable }, place): uPlot.Series => ({
          ...(isStepped(model, variable) ? { paths: uPlot.paths.stepped!({ align: 1 }) } : {}),
          scale: scaleOf(axis),
          stroke: ink(colour),
          width: 1.75,
          dash: this.theme === 'print' ? DASHES_ON_PAPER[place]! : axis === 0 ? [] : DASHES,
          points: {
            size: 6,
            fill: ink(colour),
            stroke: ink(colour),
            // The model is another one with each answer, the plot is not.
            show: () => (this.lines[place]?.model.times.length ?? 0) <= FEW_POINTS,
            filter: standingAlone,
          },
          spanGaps: false,
        })),
      ],
      hooks: {
        setSelect: [(plot) => this.onSelect(plot)],
        setCursor: [(plot) => this.onCursor(plot)],
      },
    });
  }

  private isTruth(axis: number): boolean {
    const own = this.lines.filter((line) => line.axis === axis);
    return own.length > 0 && own.every(({ model, variable }) => model.isBoolean(variable));
  }

  /** Whether the lines of an axis only know yes and no, and not shares of time. */
  private holdsTruth(axis: number): boolean {
    return this.isTruth(axis) && this.lines.every((line) => line.axis !== axis || line.model.bucketMs === 0);
  }

  /** None on an axis whose lines have no values. */
  private valueLabels(place: number, splits: number[]): string[] {
    const used = this.lines.some(({ axis, model, variable }) => axis === place && model.hasNumbers(variable));
    const step = stepOf(splits);
    if (used && this.isTruth(place)) return this.truthLabels(splits, !this.holdsTruth(place));
    return splits.map((value) => (used ? this.format.tick(value, step) : ''));
  }

  private onCursor(plot: uPlot): void {
    const { idx } = plot.cursor;
    const [times, ...columns] = plot.data;
    const hover: CompareHover | null =
      idx === null || idx === undefined
        ? null
        : { time: times[idx]! * 1_000, values: columns.map((column) => heldAt(column, idx)) };
    this.dispatchEvent(new CustomEvent('hover', { detail: hover }));
  }
}

/** True and false hold from one reading to the next; the points of a long range are shares of time. */
function isStepped(model: SeriesModel, variable: string): boolean {
  return model.bucketMs === 0 && model.isBoolean(variable);
}

function scaleOf(axis: number): string {
  return `y${axis}`;
}

/** @returns the value at an index of a line, or before it where that is another line's point */
function heldAt(column: ArrayLike<number | null | undefined>, index: number): number | null | undefined {
  for (let at = index; at >= 0; at--) if (column[at] !== undefined) return column[at];
  return undefined;
}
