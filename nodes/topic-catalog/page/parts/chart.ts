import { LitElement, css, html, unsafeCSS, type PropertyValues } from 'lit';
import { property } from 'lit/decorators.js';
import { element } from '../element';
import uPlot from 'uplot';
import uPlotStyles from 'uplot/dist/uPlot.min.css';
import type { Format } from '../format';
import type { SeriesModel } from '../series-model';

const HEIGHT = 190;
const FONT = '12px system-ui, sans-serif';
/** Room for numbers as most are, so that charts beside each other begin at the same place; a longer one gets more. */
const AXIS_WIDTH = 54;
const AXIS_GAP = 12;
/** Up to here each point is marked: they may all lie within a pixel, where a line can't be seen. */
const FEW_POINTS = 100;
const MINUTE = 60;
const DAY = 86_400;

/** What the crosshair points at. */
export interface Hover {
  time: number;
  mean: number | null;
  min: number | null;
  max: number | null;
}

/**
 * One variable over time. Its crosshair is shared with the other charts of the page.
 * @fires zoom - a range was dragged; detail: {from, to} in milliseconds
 * @fires hover - the crosshair moved; detail: Hover, or null when it left
 */
@element('skm-chart')
export class Chart extends LitElement {
  static override styles = [
    unsafeCSS(uPlotStyles),
    css`
      :host {
        display: block;
        height: ${HEIGHT}px;
      }
      .u-select {
        background: var(--accent);
        opacity: 0.15;
      }
      .u-cursor-x {
        border-right: 1px solid var(--muted) !important;
      }
      .u-cursor-y {
        display: none;
      }
    `,
  ];

  @property({ attribute: false }) model!: SeriesModel;
  @property({ attribute: false }) format!: Format;
  @property() variable = '';
  /** CSS variable that holds the line's colour */
  @property() colour = '--accent';
  /** what is shown, in milliseconds; null: as far as the points reach */
  @property({ attribute: false }) from: number | null = null;
  @property({ attribute: false }) to: number | null = null;
  /** changes with every change inside the model */
  @property({ attribute: false }) version = 0;
  @property() theme = '';

  private plot: uPlot | undefined;
  private banded = false;
  private resizer: ResizeObserver | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    this.resizer = new ResizeObserver(() => {
      if (this.clientWidth > 0) this.plot?.setSize({ width: this.clientWidth, height: HEIGHT });
    });
    this.resizer.observe(this);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.resizer?.disconnect();
    this.plot?.destroy();
    this.plot = undefined;
  }

  /** The chart as a picture, on a canvas of its own. */
  picture(): HTMLCanvasElement | undefined {
    return this.plot?.ctx.canvas;
  }

  protected override render(): unknown {
    return html`<div id="plot"></div>`;
  }

  protected override updated(changed: PropertyValues<this>): void {
    const banded = this.model.bucketMs > 0;
    // Only what a plot can't change in place makes a new one; data and range never do.
    if (
      !this.plot ||
      banded !== this.banded ||
      changed.has('theme') ||
      changed.has('colour') ||
      changed.has('format')
    ) {
      this.make(banded);
    } else {
      this.plot.batch(() => {
        this.plot!.setData(this.data(), false);
        this.plot!.setScale('x', this.xRange());
        this.plot!.redraw(true, true);
      });
    }
  }

  private data(): uPlot.AlignedData {
    const { times, mean, min, max } = this.model.drawn(this.variable);
    return this.banded ? [times, mean, min, max] : [times, mean];
  }

  private xRange(): { min: number; max: number } {
    const { times } = this.model;
    const first = this.from ?? times[0] ?? 0;
    const last = this.to ?? times.at(-1) ?? 0;
    // A single point has no width of its own.
    return first < last
      ? { min: first / 1_000, max: last / 1_000 }
      : { min: first / 1_000 - 5, max: first / 1_000 + 5 };
  }

  private make(banded: boolean): void {
    this.plot?.destroy();
    this.banded = banded;
    const style = getComputedStyle(this);
    const ink = (name: string): string => style.getPropertyValue(name).trim();
    const line = ink(this.colour);
    const axis = { stroke: ink('--muted'), font: FONT, ticks: { show: false } };
    const grid = { stroke: ink('--line'), width: 1 };
    const edge: uPlot.Series = { stroke: 'transparent', width: 0, points: { show: false } };
    const options: uPlot.Options = {
      width: Math.max(this.clientWidth, 100),
      height: HEIGHT,
      legend: { show: false },
      padding: [8, 26, 0, 0],
      cursor: {
        sync: { key: 'serial-kafka-mongo', setSeries: false },
        drag: { x: true, y: false, setScale: false },
        points: { size: 8, fill: line, stroke: ink('--surface'), width: 2 },
      },
      scales: {
        x: { time: true, range: () => rangeOf(this.xRange()) },
        y: { range: (_plot, min, max) => yRange(min, max) },
      },
      axes: [
        {
          ...axis,
          grid: { show: false },
          size: 30,
          space: 76,
          values: (_plot, splits) => this.timeLabels(splits),
        },
        {
          ...axis,
          grid,
          size: (plot, labels: string[] | null) => axisWidth(plot, labels ?? []),
          space: 34,
          values: (_plot, splits) => this.valueLabels(splits),
        },
      ],
      series: [
        {},
        {
          stroke: line,
          width: 1.75,
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
        setCursor: [(plot) => this.onCursor(plot)],
      },
    };
    this.plot = new uPlot(options, this.data(), this.renderRoot.querySelector<HTMLElement>('#plot')!);
  }

  private valueLabels(splits: number[]): string[] {
    if (this.model.summary(this.variable).n === 0) return splits.map(() => '');
    const step = (splits[1] ?? 1) - (splits[0] ?? 0);
    return splits.map((value) => this.format.tick(value, step));
  }

  private timeLabels(splits: number[]): string[] {
    const step = (splits[1] ?? 0) - (splits[0] ?? 0);
    return splits.map((split, index) => {
      const time = split * 1_000;
      if (step >= 28 * DAY) return this.format.month(time);
      if (step >= DAY) return this.format.day(time);
      const isNewDay =
        index > 0 && new Date(time).getDate() !== new Date(splits[index - 1]! * 1_000).getDate();
      if (isNewDay) return this.format.day(time);
      if (step > 0 && step < 1) return this.fineLabel(time, index);
      return step > 0 && step < MINUTE ? this.format.time(time) : this.format.timeToMinutes(time);
    });
  }

  /** Below a second: the whole time where a second begins, and at the left edge; what is added to it in between. */
  private fineLabel(time: number, index: number): string {
    const milliseconds = Math.round(time);
    if (milliseconds % 1_000 === 0) return this.format.time(milliseconds);
    return index === 0 ? this.format.fineTime(milliseconds) : this.format.fraction(milliseconds);
  }

  private onSelect(plot: uPlot): void {
    const { left, width } = plot.select;
    if (width < 4) return;
    const from = Math.round(plot.posToVal(left, 'x') * 1_000);
    const to = Math.round(plot.posToVal(left + width, 'x') * 1_000);
    plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
    this.dispatchEvent(new CustomEvent('zoom', { detail: { from, to } }));
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

/** @returns what the longest label needs, in CSS pixels */
function axisWidth({ ctx }: uPlot, labels: string[]): number {
  ctx.save();
  ctx.font = FONT;
  const longest = Math.max(0, ...labels.map((label) => ctx.measureText(label).width));
  ctx.restore();
  return Math.max(AXIS_WIDTH, Math.ceil(longest) + AXIS_GAP);
}

/** A little air above and below; a line that is flat lies in the middle, and is not drawn on a scale from zero. */
function yRange(min: number | null, max: number | null): uPlot.Range.MinMax {
  if (min === null || max === null) return [0, 1];
  if (min === max) {
    const air = Math.max(Math.abs(min) * 0.02, 0.5);
    return [min - air, max + air];
  }
  return uPlot.rangeNum(min, max, 0.08, false);
}

/** Where points are not marked, those that no line leads to or from are all the same: else they could not be seen. */
function standingAlone(plot: uPlot, series: number, marked: boolean): number[] | null {
  if (marked) return null;
  const values = plot.data[series]!;
  const isEmpty = (index: number): boolean => values[index] === null || values[index] === undefined;
  return Array.from(values.keys()).filter(
    (index) => !isEmpty(index) && isEmpty(index - 1) && isEmpty(index + 1),
  );
}

function rangeOf({ min, max }: { min: number; max: number }): uPlot.Range.MinMax {
  return [min, max];
}
