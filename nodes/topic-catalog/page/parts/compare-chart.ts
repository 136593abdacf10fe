import { LitElement, css, html, unsafeCSS, type PropertyValues } from 'lit';
import { property } from 'lit/decorators.js';
import uPlot from 'uplot';
import uPlotStyles from 'uplot/dist/uPlot.min.css';
import type { Compared } from '../compared';
import { element } from '../element';
import type { Format } from '../format';
import { joinTimes } from '../joined-times';
import type { SeriesModel } from '../series-model';
import {
  DASHES_ON_PAPER,
  FEW_POINTS,
  ON_PAPER,
  PAPER_WIDTH,
  rangeOf,
  standingAlone,
  stepOf,
  timeAxis,
  timeRange,
  valueAxis,
  yRange,
} from './plot';

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
export class CompareChart extends LitElement {
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
      ${ON_PAPER}
    `,
  ];

  @property({ attribute: false }) lines: readonly Line[] = [];
  /** what the left axis is called, and the right one where there is one */
  @property({ attribute: false }) axes: readonly string[] = [];
  @property({ attribute: false }) format!: Format;
  /** what is shown, in milliseconds; null: as far as the points reach */
  @property({ attribute: false }) from: number | null = null;
  @property({ attribute: false }) to: number | null = null;
  /** changes with every change inside the models */
  @property({ attribute: false }) version = 0;
  @property() theme = '';

  private plot: uPlot | undefined;
  private composition = '';
  private resizer: ResizeObserver | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    this.resizer = new ResizeObserver(() => {
      if (this.clientWidth > 0 && this.theme !== 'print')
        this.plot?.setSize({ width: this.clientWidth, height: HEIGHT });
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
    const lines = this.lines.map(({ nodo, variable, axis, colour }) => [nodo, variable, axis, colour]);
    const composition = JSON.stringify([lines, this.axes]);
    // Only what a plot can't change in place makes a new one; data and range never do.
    if (!this.plot || composition !== this.composition || changed.has('theme') || changed.has('format')) {
      this.composition = composition;
      this.make();
    } else {
      this.plot.batch(() => {
        this.plot!.setData(this.data(), false);
        this.plot!.setScale('x', this.xRange());
        this.plot!.redraw(true, true);
      });
    }
  }

  /** Where a line has no point at the time of another one's, undefined stands, over which it is drawn on; null is a gap. */
  private data(): uPlot.AlignedData {
    const drawn = this.lines.map(({ model, variable }) => model.drawn(variable));
    const { times, rows } = joinTimes(drawn.map((line) => line.times));
    const columns = drawn.map(({ mean }, place) =>
      rows.map((row) => (row[place] === undefined ? undefined : mean[row[place]])),
    );
    return [times, ...columns];
  }

  private xRange(): { min: number; max: number } {
    const times = this.lines.map(({ model }) => model.times).filter(({ length }) => length > 0);
    const first = times.map((list) => list[0]!);
    const last = times.map((list) => list.at(-1)!);
    const [from, to] = [Math.min(...first), Math.max(...last)];
    return times.length === 0
      ? timeRange(this.from ?? 0, this.to ?? 0)
      : timeRange(this.from ?? from, this.to ?? to);
  }

  private make(): void {
    this.plot?.destroy();
    // What the crosshair of the plot before pointed at were the values of its lines.
    if (this.plot) this.dispatchEvent(new CustomEvent('hover', { detail: null }));
    const style = getComputedStyle(this);
    const ink = (name: string): string => style.getPropertyValue(name).trim();
    const axis = (place: number): uPlot.Axis => ({
      ...valueAxis(ink('--muted'), ink('--line')),
      scale: scaleOf(place),
      side: place === 0 ? 3 : 1,
      label: this.axes[place]!,
      labelFont: LABEL_FONT,
      labelSize: 22,
      values: (_plot, splits) => this.valueLabels(place, splits),
      ...(place === 0 ? {} : { grid: { show: false } }),
    });
    const options: uPlot.Options = {
      width: this.theme === 'print' ? PAPER_WIDTH : Math.max(this.clientWidth, 100),
      height: HEIGHT,
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
            { range: (_plot: uPlot, min: number | null, max: number | null) => yRange(min, max) },
          ]),
        ),
      },
      axes: [timeAxis(this.format, ink('--muted')), ...this.axes.map((_name, place) => axis(place))],
      series: [
        {},
        ...this.lines.map(({ axis, colour }, place): uPlot.Series => ({
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
    };
    this.plot = new uPlot(options, this.data(), this.renderRoot.querySelector<HTMLElement>('#plot')!);
  }

  /** None on an axis whose lines have no values. */
  private valueLabels(place: number, splits: number[]): string[] {
    const used = this.lines.some(({ axis, model, variable }) => axis === place && model.hasNumbers(variable));
    const step = stepOf(splits);
    return splits.map((value) => (used ? this.format.tick(value, step) : ''));
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
    const [times, ...columns] = plot.data;
    const hover: CompareHover | null =
      idx === null || idx === undefined
        ? null
        : { time: times[idx]! * 1_000, values: columns.map((column) => heldAt(column, idx)) };
    this.dispatchEvent(new CustomEvent('hover', { detail: hover }));
  }
}

function scaleOf(axis: number): string {
  return `y${axis}`;
}

/** @returns the value at an index of a line, or before it where that is another line's point */
function heldAt(column: ArrayLike<number | null | undefined>, index: number): number | null | undefined {
  for (let at = index; at >= 0; at--) if (column[at] !== undefined) return column[at];
  return undefined;
}
