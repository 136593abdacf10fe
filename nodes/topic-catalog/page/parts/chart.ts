import { LitElement, css, html, unsafeCSS, type PropertyValues } from 'lit';
import { property } from 'lit/decorators.js';
import { element } from '../element';
import uPlot from 'uplot';
import uPlotStyles from 'uplot/dist/uPlot.min.css';
import type { Format } from '../format';
import type { SeriesModel } from '../series-model';
import { drawNotes, onClick } from './notes-on-chart';
import {
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
      ${ON_PAPER}
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
  /** of the labels, in pixels */
  @property({ attribute: false }) textPx = 12;

  private plot: uPlot | undefined;
  private banded = false;
  private stepped = false;
  private resizer: ResizeObserver | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    this.resizer = new ResizeObserver(() => {
      if (this.clientWidth > 0 && this.theme !== 'print')
        this.plot?.setSize({ width: this.clientWidth, height: this.height });
    });
    this.resizer.observe(this);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.resizer?.disconnect();
    this.plot?.destroy();
    this.plot = undefined;
  }

  private get height(): number {
    return this.clientHeight || HEIGHT;
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
      this.stepped !== this.isStepped() ||
      changed.has('theme') ||
      changed.has('colour') ||
      changed.has('textPx') ||
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

  /** True and false hold from one reading to the next; the points of a long range are shares of time. */
  private isStepped(): boolean {
    return this.model.bucketMs === 0 && (this.model.columns.get(this.variable)?.isBoolean ?? false);
  }

  private data(): uPlot.AlignedData {
    const { times, mean, min, max } = this.model.drawn(this.variable);
    return this.banded ? [times, mean, min, max] : [times, mean];
  }

  private xRange(): { min: number; max: number } {
    const { times } = this.model;
    return timeRange(this.from ?? times[0] ?? 0, this.to ?? times.at(-1) ?? 0);
  }

  private make(banded: boolean): void {
    this.plot?.destroy();
    this.banded = banded;
    const stepped = this.isStepped();
    this.stepped = stepped;
    const style = getComputedStyle(this);
    const ink = (name: string): string => style.getPropertyValue(name).trim();
    const line = ink(this.colour);
    const edge: uPlot.Series = { stroke: 'transparent', width: 0, points: { show: false } };
    const options: uPlot.Options = {
      width: this.theme === 'print' ? PAPER_WIDTH : Math.max(this.clientWidth, 100),
      height: this.height,
      legend: { show: false },
      padding: [8, 26, 0, 0],
      cursor: {
        sync: { key: 'serial-kafka-mongo', setSeries: false },
        drag: { x: true, y: false, setScale: false },
        points: { size: 8, fill: line, stroke: ink('--surface'), width: 2 },
      },
      scales: {
        x: { time: true, range: () => rangeOf(this.xRange()) },
        y: { range: (_plot, min, max) => (stepped ? [-0.1, 1.1] : this.yRange(min, max)) },
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
        draw: [
          (plot) => this.drawLimits(plot, ink('--warn')),
          (plot) => drawNotes(plot, this.model.notes, { ink: ink('--accent'), paper: ink('--surface') }),
        ],
        setCursor: [(plot) => this.onCursor(plot)],
      },
    };
    const plot = new uPlot(options, this.data(), this.renderRoot.querySelector<HTMLElement>('#plot')!);
    this.plot = plot;
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
    const step = stepOf(splits);
    return splits.map((value) => this.format.tick(value, step));
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
