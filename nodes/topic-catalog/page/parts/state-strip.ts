import { LitElement, css, html, nothing } from 'lit';
import { property } from 'lit/decorators.js';
import { element } from '../element';
import type { Format } from '../format';
import type { SeriesModel, Stretch } from '../series-model';

/** More states than this are told apart by what stands on them alone. */
const COLOURS = 8;
const SHOWN_IN_LEGEND = 8;

/** A variable that says texts, such as OK and FALLA: which one when, as a strip of colours. */
@element('skm-state-strip')
export class StateStrip extends LitElement {
  static override styles = css`
    :host {
      display: block;
      padding: 4px 6px 14px;
    }
    .strip {
      position: relative;
      height: 34px;
      border-radius: 6px;
      background: var(--raised);
      overflow: hidden;
    }
    .strip span {
      position: absolute;
      inset-block: 0;
      min-width: 2px;
      padding: 0 6px;
      overflow: hidden;
      color: var(--surface);
      font:
        600 12px/34px system-ui,
        sans-serif;
      text-overflow: ellipsis;
      white-space: nowrap;
      box-sizing: border-box;
    }
    @media print {
      .strip span {
        border-inline-start: 1px solid #000000;
        color: #000000;
        background: none !important;
      }
    }
    .strip span.slim {
      padding: 0;
      text-indent: -999px;
    }
    .ends,
    ul {
      display: flex;
      flex-wrap: wrap;
      gap: 4px 14px;
      justify-content: space-between;
      margin: 6px 0 0;
      padding: 0;
      color: var(--muted);
      font-size: 12px;
      list-style: none;
    }
    ul {
      justify-content: flex-start;
      color: var(--ink);
    }
    li {
      overflow-wrap: anywhere;
    }
    li::before {
      content: '';
      display: inline-block;
      width: 10px;
      height: 10px;
      margin-inline-end: 6px;
      border-radius: 3px;
      background: var(--colour);
    }
  `;

  @property({ attribute: false }) model!: SeriesModel;
  @property({ attribute: false }) format!: Format;
  @property() variable = '';
  /** what is shown, in milliseconds; null: as far as the points reach */
  @property({ attribute: false }) from: number | null = null;
  @property({ attribute: false }) to: number | null = null;
  /** changes with every change inside the model */
  @property({ attribute: false }) version = 0;

  protected override render(): unknown {
    const { model, format } = this;
    const from = this.from ?? model.times[0] ?? 0;
    const to = Math.max(this.to ?? model.times.at(-1) ?? 0, from + 1);
    const stretches = model.stretches(this.variable);
    const names = [...new Set(stretches.map(({ state }) => state))];
    const colour = (state: string): string => `var(--series-${(names.indexOf(state) % COLOURS) + 1})`;
    return html`<div class="strip">
        ${stretches.map((stretch) => this.stretch(stretch, from, to, colour(stretch.state)))}
      </div>
      <div class="ends"><span>${format.moment(from)}</span><span>${format.moment(to)}</span></div>
      <ul>
        ${names.slice(0, SHOWN_IN_LEGEND).map((name) => html`<li style="--colour: ${colour(name)}">${name}</li>`)}
        ${names.length > SHOWN_IN_LEGEND ? html`…` : nothing}
      </ul>`;
  }

  private stretch({ state, from, to }: Stretch, start: number, end: number, colour: string): unknown {
    const share = (time: number): number =>
      (100 * (Math.min(Math.max(time, start), end) - start)) / (end - start);
    const width = share(to) - share(from);
    const { format } = this;
    return html`<span
      class=${width < 6 ? 'slim' : ''}
      style="left: min(${share(from)}%, 100% - 2px); width: ${width}%; background: ${colour}"
      title="${state}: ${format.moment(from)} – ${format.moment(to)}"
      >${state}</span
    >`;
  }
}
