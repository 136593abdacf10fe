import { LitElement, css, html, nothing, type TemplateResult } from 'lit';
import { property, state } from 'lit/decorators.js';
import { element } from '../element';
import type { App } from '../app';
import { download } from '../download';
import type { SeriesModel } from '../series-model';
import { shared } from '../styles';
import './chart';
import type { Chart, Hover } from './chart';
import { icons } from './icons';

const PICTURE_MARGIN = 24;

/** A variable's card: its name, its newest value (or what the crosshair points at), least, mean and greatest, the chart. */
@element('skm-chart-card')
export class ChartCard extends LitElement {
  static override styles = [
    shared,
    css`
      :host {
        display: block;
        min-width: 0;
        container-type: inline-size;
      }
      .card {
        padding: 14px 16px 6px;
      }
      header {
        display: flex;
        align-items: flex-start;
        gap: 12px;
        min-height: 62px;
      }
      .title {
        flex: 1;
        min-width: 0;
      }
      h2 {
        display: flex;
        align-items: center;
        gap: 8px;
        font-size: 14px;
        color: var(--ink);
        overflow-wrap: anywhere;
      }
      h2::before {
        content: '';
        flex: none;
        width: 10px;
        height: 10px;
        border-radius: 3px;
        background: var(--line-colour);
      }
      .value {
        font-size: 26px;
        font-weight: 650;
        letter-spacing: -0.02em;
        line-height: 1.2;
        margin-top: 2px;
        white-space: nowrap;
      }
      .value small {
        font-size: 14px;
        font-weight: 500;
        color: var(--muted);
        letter-spacing: 0;
      }
      .value.none {
        font-size: 16px;
        font-weight: 600;
        color: var(--warn);
        line-height: 31px;
        letter-spacing: 0;
      }
      .at {
        color: var(--muted);
        font-size: 12.5px;
        font-weight: 500;
        letter-spacing: 0;
        margin-inline-start: 6px;
      }
      dl {
        margin: 0;
        font-size: 12.5px;
        line-height: 1.45;
      }
      dl div {
        display: flex;
        justify-content: space-between;
        gap: 10px;
        margin-bottom: 1px;
      }
      dt {
        color: var(--muted);
      }
      dd {
        margin: 0;
        text-align: end;
      }
      .picture {
        min-height: 28px;
        padding: 0 6px;
        border-color: transparent;
        background: none;
        color: var(--muted);
      }
      /* Where a long number would not fit beside them, least, mean and greatest stand in a row below it. */
      @container (max-width: 460px) {
        .card {
          padding: 12px 8px 4px;
        }
        header {
          flex-wrap: wrap;
          padding: 0 6px;
        }
        dl {
          order: 3;
          display: flex;
          flex-wrap: wrap;
          gap: 0 14px;
          flex-basis: 100%;
        }
        dl div {
          gap: 6px;
        }
        .value {
          white-space: normal;
        }
      }
    `,
  ];

  @property({ attribute: false }) app!: App;
  @property({ attribute: false }) model!: SeriesModel;
  @property() nodo = '';
  @property() variable = '';
  /** what the node's newest reading has of it: null when the sensor did not answer, undefined when it was not in it */
  @property({ attribute: false }) latest: number | null | undefined;
  @property({ attribute: false }) version = 0;
  @property({ attribute: false }) from: number | null = null;
  @property({ attribute: false }) to: number | null = null;
  @state() private hover: Hover | null = null;

  protected override render(): unknown {
    const { app, model, variable } = this;
    const { language, variables, texts } = app;
    const name = variables.name(variable, language);
    const colour = variables.colour(variable);
    return html`<section
      class="card"
      style="--line-colour: var(${colour})"
      aria-label=${this.description(name)}
    >
      <header>
        <div class="title">
          <h2 dir="auto" title=${variable}>${name}</h2>
          ${this.value()}
        </div>
        ${this.summary()}
        <button
          class="picture"
          title=${texts.node.png}
          aria-label="${texts.node.png}: ${name}"
          @click=${() => this.downloadPicture(name)}
        >
          ${icons.picture}
        </button>
      </header>
      <skm-chart
        role="img"
        aria-label=${this.description(name)}
        .model=${model}
        .format=${app.format}
        .variable=${variable}
        .version=${this.version}
        .colour=${colour}
        .from=${this.from}
        .to=${this.to}
        .theme=${app.theme}
        @zoom=${(event: CustomEvent) => this.dispatchEvent(new CustomEvent('zoom', { detail: event.detail as unknown }))}
        @hover=${(event: CustomEvent<Hover | null>) => (this.hover = event.detail)}
      ></skm-chart>
    </section>`;
  }

  private value(): TemplateResult {
    const { texts, format, variables } = this.app;
    const { hover } = this;
    const { value, time } = this.shown();
    const at = time === null ? nothing : html`<span class="at">${format.moment(time)}</span>`;
    if (value === null) {
      return html`<div class="value num none">
        ${hover ? texts.node.noValue : texts.node.sensorError}${at}
      </div>`;
    }
    return html`<div class="value num" title=${value}>
      ${format.number(value)} <small>${variables.unit(this.variable)}</small>${at}
    </div>`;
  }

  /** The large number: what the crosshair points at, else the newest value; with its time when that is not now. */
  private shown(): { value: number | null; time: number | null } {
    const { hover, latest } = this;
    if (hover) return { value: hover.mean, time: hover.time };
    if (latest !== undefined) return { value: latest, time: null };
    const found = this.model.latest(this.variable);
    if (!found) return { value: null, time: null };
    return { value: found.value, time: found.time === this.model.newest ? null : found.time };
  }

  private summary(): TemplateResult | typeof nothing {
    const { texts, format } = this.app;
    const { hover } = this;
    const { min, mean, max } = hover && this.model.bucketMs > 0 ? hover : this.model.summary(this.variable);
    if (min === null || mean === null || max === null) return nothing;
    return html`<dl class="num">
      ${[
        [texts.node.max, max] as const,
        [texts.node.mean, mean] as const,
        [texts.node.min, min] as const,
      ].map(
        ([label, value]) =>
          html`<div>
            <dt>${label}</dt>
            <dd>${format.number(value)}</dd>
          </div>`,
      )}
    </dl>`;
  }

  /** The chart in words, for those who do not see it. */
  private description(name: string): string {
    const { texts, format, variables } = this.app;
    const unit = variables.unit(this.variable);
    const say = (value: number | null): string =>
      value === null ? texts.node.noValue : `${format.number(value)} ${unit}`.trim();
    const { min, mean, max } = this.model.summary(this.variable);
    return `${name}: ${say(this.shown().value)}. ${texts.node.min} ${say(min)}, ${texts.node.mean} ${say(mean)}, ${texts.node.max} ${say(max)}`;
  }

  private downloadPicture(name: string): void {
    const chart = this.renderRoot.querySelector<Chart>('skm-chart')?.picture();
    if (!chart) return;
    const scale = devicePixelRatio;
    const canvas = document.createElement('canvas');
    canvas.width = chart.width + 2 * PICTURE_MARGIN * scale;
    canvas.height = chart.height + (2 * PICTURE_MARGIN + 28) * scale;
    const context = canvas.getContext('2d')!;
    const style = getComputedStyle(this);
    context.fillStyle = style.getPropertyValue('--surface');
    context.fillRect(0, 0, canvas.width, canvas.height);
    context.fillStyle = style.getPropertyValue('--ink');
    context.font = `600 ${15 * scale}px system-ui, sans-serif`;
    context.textBaseline = 'top';
    const unit = this.app.variables.unit(this.variable);
    context.fillText(
      `${this.nodo} · ${name}${unit ? ` (${unit})` : ''}`,
      PICTURE_MARGIN * scale,
      PICTURE_MARGIN * scale,
    );
    context.drawImage(chart, PICTURE_MARGIN * scale, (PICTURE_MARGIN + 28) * scale);
    canvas.toBlob((picture) => {
      if (picture) download(`${this.nodo}-${this.variable}.png`, picture);
    });
  }
}
