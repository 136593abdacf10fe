import { LitElement, css, html, unsafeCSS, type CSSResult } from 'lit';
import { property } from 'lit/decorators.js';
import uPlot from 'uplot';
import uPlotStyles from 'uplot/dist/uPlot.min.css';
import type { Format } from '../format';
import { ON_PAPER, PAPER_WIDTH, percentLabels, timeRange } from './plot';

const SECOND_MS = 1_000;

/** Of a chart whose host gives it no height of its own. @param height in pixels */
export function plotStyles(height: number): CSSResult[] {
  return [
    unsafeCSS(uPlotStyles),
    css`
      :host {
        display: block;
        height: ${height}px;
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
}

/**
 * What charts over time have in common: the plot, as wide as its element, and how it is kept and given up.
 * @fires zoom - a range was dragged; detail: {from, to} in milliseconds
 */
export abstract class PlotElement extends LitElement {
  @property({ attribute: false }) format!: Format;
  /** what is shown, in milliseconds; null: as far as the points reach */
  @property({ attribute: false }) from: number | null = null;
  @property({ attribute: false }) to: number | null = null;
  /** changes with every change inside a model */
  @property({ attribute: false }) version = 0;
  @property() theme = '';
  /** what false and true are called; the same words in another list are no change, which would make the plot anew */
  @property({ attribute: false, hasChanged: (now, before) => String(now) !== String(before) })
  truth: readonly [no: string, yes: string] = ['0', '1'];

  protected plot: uPlot | undefined;
  private resizer: ResizeObserver | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    this.resizer = new ResizeObserver(() => {
      if (this.clientWidth > 0 && this.theme !== 'print')
        this.plot?.setSize({ width: this.clientWidth, height: this.plotHeight });
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

  /** in pixels */
  protected abstract get plotHeight(): number;
  protected abstract data(): uPlot.AlignedData;
  /** @returns the first and the last time that there is a point of, in milliseconds; undefined where there is none */
  protected abstract reach(): [first: number, last: number] | undefined;

  protected override render(): unknown {
    return html`<div id="plot"></div>`;
  }

  /** Shows what the model has now; the plot stays. */
  protected redraw(plot: uPlot): void {
    plot.batch(() => {
      plot.setData(this.data(), false);
      plot.setScale('x', this.xRange());
      plot.redraw(true, true);
    });
  }

  /** Takes the place of the plot that there was. */
  protected replot(options: Omit<uPlot.Options, 'width' | 'height'>): uPlot {
    this.plot?.destroy();
    const width = this.theme === 'print' ? PAPER_WIDTH : Math.max(this.clientWidth, 100);
    const place = this.renderRoot.querySelector<HTMLElement>('#plot')!;
    return (this.plot = new uPlot({ ...options, width, height: this.plotHeight }, this.data(), place));
  }

  /** @returns the value of a CSS variable */
  protected ink(name: string): string {
    return getComputedStyle(this).getPropertyValue(name).trim();
  }

  protected xRange(): { min: number; max: number } {
    const [first, last] = this.reach() ?? [0, 0];
    const span = last - first;
    // A second or two begin and end with whole ones: else only parts of them could be written below.
    if (this.from === null && this.to === null && span >= SECOND_MS && span < 3 * SECOND_MS)
      return {
        min: Math.floor(first / SECOND_MS),
        max: Math.ceil(last / SECOND_MS),
      };
    return timeRange(this.from ?? first, this.to ?? last);
  }

  /** Of an axis of booleans: the words where lines hold one or the other, shares of time where a point is of many. */
  protected truthLabels(splits: readonly number[], areShares: boolean): string[] {
    return areShares
      ? percentLabels(this.format, splits)
      : splits.map((value) => (value === 0 || value === 1 ? this.truth[value] : ''));
  }

  protected onSelect(plot: uPlot): void {
    const { left, width } = plot.select;
    if (width < 4) return;
    const from = Math.round(plot.posToVal(left, 'x') * 1_000);
    const to = Math.round(plot.posToVal(left + width, 'x') * 1_000);
    plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
    this.dispatchEvent(new CustomEvent('zoom', { detail: { from, to } }));
  }
}
