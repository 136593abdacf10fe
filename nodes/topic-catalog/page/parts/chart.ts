import type { PropertyValues } from 'lit';
import { property } from 'lit/decorators.js';
import uPlot from 'uplot';
import { element } from '../element';
import type { SeriesModel } from '../series-model';
import { drawNotes, onClick, textHeight } from './notes-on-chart';
import { FEW_POINTS, TRUTH_RANGE, rangeOf, standingAlone, stepOf, timeAxis, valueAxis, yRange } from './plot';
import { PlotElement, plotStyles } from './plot-element';

/** Unless its host gives it another one. */
const HEIGHT = 190;

/** What the crosshair points at. */
export interface Hover {
  time: number;
  mean: number | null;
  min: number | null;
  max: number | null;
}

/** A time that somebody has pointed at. */
export interface Moment {
  /** in milliseconds since 1970 */
  time: number;
  /** by a finger, which also points at a time to see what stood there */
  touched: boolean;
}

/**
 * One variable over time. Its crosshair is shared with the other charts of the page.
 * @fires zoom - a range was dragged; detail: {from, to} in milliseconds
 * @fires moment - a time was pointed at by a click or a touch; detail: Moment
 * @fires hover - the crosshair moved; detail: Hover, or null when it left
 */
@element('skm-chart')
export class Chart extends PlotElement {
  static override styles = plotStyles(HEIGHT);

  @property({ attribute: false }) model!: SeriesModel;
  @property() variable = '';
  /** CSS variable that holds the line's colour */
  @property() colour = '--accent';
  /** of the labels, in pixels */
  @property({ attribute: false }) textPx = 12;
  /** whether notes are shown with their texts: where no list of them stands below */
  @property({ attribute: false }) noteTexts = false;

  private banded = false;
  private stepped = false;

  protected override get plotHeight(): number {
    return this.clientHeight || HEIGHT;
  }

  protected override updated(changed: PropertyValues<this>): void {
    const banded = this.model.bucketMs > 0;
    // Only what a plot can't change in place makes a new one; data and range never do.
    if (
      !this.plot ||
      banded !== this.banded ||
      this.stepped !== this.isStepped() ||
      changed.has('theme') ||
      changed.has('colour') ||
      changed.has('textPx') ||
      changed.has('truth') ||
      changed.has('format')
    ) {
      this.make(banded);
    } else {
      this.redraw(this.plot);
    }
  }

  /** True and false hold from one reading to the next; the points of a long range are shares of time. */
  private isStepped(): boolean {
    return this.model.bucketMs === 0 && this.model.isBoolean(this.variable);
  }

  protected override data(): uPlot.AlignedData {
    const { times, mean, min, max } = this.model.drawn(this.variable);
    return this.banded ? [times, mean, min, max] : [times, mean];
  }

  protected override reach(): [first: number, last: number] | undefined {
    const { times } = this.model;
    return times.length === 0 ? undefined : [times[0]!, times.at(-1)!];
  }

  private make(banded: boolean): void {
    this.banded = banded;
    const stepped = this.isStepped();
    this.stepped = stepped;
    const ink = (name: string): string => this.ink(name);
    const line = ink(this.colour);
    const edge: uPlot.Series = { stroke: 'transparent', width: 0, points: { show: false } };
    const plot = this.replot({
      legend: { show: false },
      padding: [() => 8 + this.noteRow, 26, 0, 0],
      cursor: {
        sync: { key: 'serial-kafka-mongo', setSeries: false },
        drag: { x: true, y: false, setScale: false },
        points: { size: 8, fill: line, stroke: ink('--surface'), width: 2 },
      },
      scales: {
        x: { time: true, range: () => rangeOf(this.xRange()) },
        y: { range: (_plot, min, max) => (stepped ? TRUTH_RANGE : this.yRange(min, max)) },
      },
      axes: [
        timeAxis(this.format, ink('--muted'), this.textPx),
        {
          ...valueAxis(ink('--muted'), ink('--line'), this.textPx),
          values: (_plot, splits) => this.valueLabels(splits),
          ...(stepped ? { splits: () => [0, 1] } : {}),
        },
      ],
      series: [
        {},
        {
          stroke: line,
          width: 1.75,
          ...(stepped ? { paths: uPlot.paths.stepped!({ align: 1 }) } : {}),
          points: {
            size: 6,
            fill: line,
            stroke: line,
            show: (plot) => plot.data[0].length <= FEW_POINTS,
            filter: standingAlone,
          },
          spanGaps: false,
        },
        ...(banded ? [edge, edge] : []),
      ],
      ...(banded ? { bands: [{ series: [3, 2] as [number, number], fill: `${line}2e` }] } : {}),
      hooks: {
        setSelect: [(plot) => this.onSelect(plot)],
        draw: [(plot) => this.drawLimits(plot, ink('--warn')), (plot) => this.drawNotes(plot)],
        setCursor: [(plot) => this.onCursor(plot)],
      },
    });
    onClick(plot.over, (x, touched) => {
      const time = Math.round(plot.posToVal(x, 'x') * 1_000);
      this.dispatchEvent(new CustomEvent<Moment>('moment', { detail: { time, touched } }));
    });
  }

  /** With the limits that are near: one far away would make a flat line of what there is. */
  private yRange(min: number | null, max: number | null): uPlot.Range.MinMax {
    if (min === null || max === null) return yRange(min, max);
    const near = Math.max(max - min, Math.abs(max) * 0.1);
    const limits = this.model
      .limitsOf(this.variable)
      .filter((limit) => limit > min - near && limit < max + near);
    return yRange(Math.min(min, ...limits), Math.max(max, ...limits));
  }

  /** Room above the chart, in pixels. */
  private get noteRow(): number {
    return this.noteTexts && this.model.notes.length > 0 ? textHeight(this.textPx) : 0;
  }

  private drawNotes(plot: uPlot): void {
    const textPx = this.noteTexts ? this.textPx : undefined;
    drawNotes(plot, this.model.notes, { ink: this.ink('--accent'), paper: this.ink('--surface'), textPx });
  }

  private drawLimits(plot: uPlot, colour: string): void {
    const { ctx, bbox } = plot;
    ctx.save();
    ctx.strokeStyle = colour;
    ctx.lineWidth = devicePixelRatio;
    ctx.setLineDash([6 * devicePixelRatio, 4 * devicePixelRatio]);
    for (const limit of this.model.limitsOf(this.variable)) {
      // In the middle of a pixel, so that the line is as sharp as its colour.
      const y = Math.floor(plot.valToPos(limit, 'y', true)) + 0.5;
      if (y < bbox.top || y > bbox.top + bbox.height) continue;
      ctx.beginPath();
      ctx.moveTo(bbox.left, y);
      ctx.lineTo(bbox.left + bbox.width, y);
      ctx.stroke();
    }
    ctx.restore();
  }

  private valueLabels(splits: number[]): string[] {
    if (this.model.summary(this.variable).n === 0) return splits.map(() => '');
    if (this.model.isBoolean(this.variable)) return this.truthLabels(splits, this.banded);
    const step = stepOf(splits);
    return splits.map((value) => this.format.tick(value, step));
  }

  private onCursor(plot: uPlot): void {
    const { idx } = plot.cursor;
    const [times, mean, min, max] = plot.data;
    const hover: Hover | null =
      idx === null || idx === undefined
        ? null
        : {
            time: times[idx]! * 1_000,
            mean: mean?.[idx] ?? null,
            min: min?.[idx] ?? null,
            max: max?.[idx] ?? null,
          };
    this.dispatchEvent(new CustomEvent('hover', { detail: hover }));
  }
}
