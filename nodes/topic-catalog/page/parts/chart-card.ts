import { LitElement, html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { property, state } from 'lit/decorators.js';
import { drawnNumber } from '../../../shared/drawn-number';
import type { Values } from '../../contract';
import { element } from '../element';
import { COMPARE_TEXTS } from '../compare-texts';
import type { ViewContext } from '../view-context';
import { WALL_TEXTS } from '../wall-texts';
import { distinct } from '../address';
import type { SeriesModel } from '../series-model';
import { SETTINGS_TEXTS } from '../settings-texts';
import { shared } from '../styles';
import type { Variables } from '../variables';
import './chart';
import type { Chart, Hover, Moment } from './chart';
import { icons } from './icons';
import { link } from './link';
import { downloadPicture } from './picture';
import './state-strip';
import { truthInWords, truthOf } from './truth';
import './variable-dialog';
import { chartCardStyles } from './chart-card.styles';

type Value = Values[string];

/** Characters of a text that stand there as large as a number does. */
const SHORT = 16;

/**
 * A variable's card: its name, its newest value (or what the crosshair points at), least, mean and greatest, the chart.
 * @fires zoom - as of the chart
 * @fires note - a note is to be written; detail: its time in milliseconds since 1970
 */
@element('skm-chart-card')
export class ChartCard extends LitElement {
  static override styles = [shared, chartCardStyles];

  @property({ attribute: false }) app!: ViewContext;
  @property({ attribute: false }) model!: SeriesModel;
  @property() nodo = '';
  @property() variable = '';
  /** what the node's newest reading has of it: null when the sensor did not answer, undefined when it was not in it */
  @property({ attribute: false }) latest: Value | undefined;
  @property({ attribute: false }) version = 0;
  @property({ attribute: false }) from: number | null = null;
  @property({ attribute: false }) to: number | null = null;
  @state() private hover: Hover | null = null;
  @state() private settingsOpen = false;
  /** where a finger was last; it has left when a button is pressed */
  private touchedAt: number | undefined;

  protected override willUpdate(changed: PropertyValues<this>): void {
    const before = changed.get('app')?.address;
    // In another range the finger has been nowhere yet.
    if (before && before !== this.app.address) this.touchedAt = undefined;
  }

  private get variables(): Variables {
    return this.app.variables.of(this.nodo);
  }

  /** A value of this variable as a person reads it, without its unit. */
  private number(value: number): string {
    return this.app.format.number(value, this.variables.decimals(this.variable));
  }

  protected override render(): unknown {
    const { app, variable, variables } = this;
    const { language, texts } = app;
    const name = variables.name(variable, language);
    const colour = variables.colour(variable);
    return html`<section
      class="card"
      style="--line-colour: var(${colour})"
      aria-label=${this.description(name)}
    >
      <header>
        <div class="title">
          <h2 dir="auto" title=${variable}><span>${name}</span></h2>
          ${this.value()}
        </div>
        ${this.summary()}
        <div class="buttons">
          ${this.settingsButtons(name)} ${this.compareLink(name)} ${this.wallLink(name)}
          <button
            class="picture"
            title=${texts.node.png}
            aria-label="${texts.node.png}: ${name}"
            @click=${() => this.downloadPicture(name)}
          >
            ${icons.picture}
          </button>
        </div>
      </header>
      ${this.drawing(name, colour)}
      ${
        this.settingsOpen
          ? html`<skm-variable-dialog
              .app=${app}
              .nodo=${this.nodo}
              .variable=${variable}
              @closed=${() => (this.settingsOpen = false)}
            ></skm-variable-dialog>`
          : nothing
      }
    </section>`;
  }

  private settingsButtons(name: string): TemplateResult {
    const texts = SETTINGS_TEXTS[this.app.language];
    const [settings, note] = [texts.variable.open(name), texts.note.write(name)];
    return html`<button
        class="picture"
        title=${settings}
        aria-label=${settings}
        @click=${() => (this.settingsOpen = true)}
      >
        ${icons.settings}
      </button>
      <button
        class="picture"
        title=${note}
        aria-label=${note}
        @click=${() => this.askForNote(this.notedTime())}
      >
        ${icons.note}
      </button>`;
  }

  private notedTime(): number {
    return this.touchedAt ?? this.model.newest ?? this.app.client.now();
  }

  private onMoment({ time, touched }: Moment): void {
    // A finger points at a time to see what stood there: the button beside it writes.
    if (touched) this.touchedAt = time;
    // Who may not write has the button to be told why: a click on a chart may mean nothing.
    else if (this.app.settings.refused === null) this.askForNote(time);
  }

  private askForNote(time: number): void {
    this.dispatchEvent(new CustomEvent<number>('note', { detail: time }));
  }

  private compareLink(name: string): TemplateResult {
    const { app, nodo, variable } = this;
    const label = COMPARE_TEXTS[app.language].compareTitle(name);
    const address = { view: 'compare', series: [{ nodo, variable }], range: app.address.range } as const;
    return link(app, address, icons.compare, { class: 'button picture', label, title: label });
  }

  private wallLink(name: string): TemplateResult {
    const { app, nodo, variable } = this;
    const label = WALL_TEXTS[app.language].toWall(name);
    const { wall } = app;
    // The first chart brings its range along.
    const range = wall.series.length === 0 ? app.address.range : wall.range;
    const address = { ...wall, range, series: distinct([...wall.series, { nodo, variable }]) };
    return link(app, address, icons.wall, { class: 'button picture', label, title: label });
  }

  /** A line where there are numbers, a strip where there are texts; both where a variable says now one, now the other. */
  private drawing(name: string, colour: string): unknown {
    const { app, model, variable } = this;
    const hasNumbers = model.hasNumbers(variable);
    const hasStates = model.columns.get(variable)?.states !== undefined;
    const isText = (typeof this.latest === 'string' && drawnNumber(this.latest) === null) || this.mayBeText;
    return html`${
      hasNumbers || !(hasStates || isText)
        ? html`<skm-chart
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
            .truth=${truthOf(app)}
            @zoom=${(event: CustomEvent) => this.dispatchEvent(new CustomEvent('zoom', { detail: event.detail as unknown }))}
            @moment=${(event: CustomEvent<Moment>) => this.onMoment(event.detail)}
            @hover=${(event: CustomEvent<Hover | null>) => (this.hover = event.detail)}
          ></skm-chart>`
        : nothing
    }
    ${
      hasStates
        ? html`<skm-state-strip
            .model=${model}
            .format=${app.format}
            .variable=${variable}
            .version=${this.version}
            .from=${this.from}
            .to=${this.to}
          ></skm-state-strip>`
        : nothing
    }
    ${!hasNumbers && !hasStates && isText ? html`<p class="sub">${app.texts.node.statesTooLong}</p>` : nothing}`;
  }

  private value(): TemplateResult {
    const { texts, format } = this.app;
    const { hover, variables } = this;
    const { value, time } = this.shown();
    const at = time === null ? nothing : html`<span class="at">${format.moment(time)}</span>`;
    if (value === null) {
      return html`<div class="value num none">
        ${hover || this.mayBeText ? texts.node.noValue : texts.node.sensorError}${at}
      </div>`;
    }
    const number = drawnNumber(value);
    if (number === null || typeof value === 'boolean' || this.isBoolean) {
      const words = this.inWords(value);
      return html`<div class="value ${words.length > SHORT ? 'words' : ''}" dir="auto" title=${words}>
        ${words}${at}
      </div>`;
    }
    return html`<div class="value num" title=${String(value)}>
      ${this.number(number)} <small>${variables.unit(this.variable)}</small>${at}
    </div>`;
  }

  /** The large number: what the crosshair points at, else the newest value; with its time when that is not now. */
  private shown(): { value: Value; time: number | null } {
    const { hover, latest } = this;
    if (hover) return { value: hover.mean, time: hover.time };
    if (latest !== undefined) return { value: latest, time: null };
    const found = this.model.newestOf(this.variable);
    if (!found) return { value: null, time: null };
    return { value: found.value, time: found.time === this.model.newest ? null : found.time };
  }

  /** Of a long range that is over nothing but numbers is known: where there are none, there may have been texts. */
  private get mayBeText(): boolean {
    const { latest, model, variable } = this;
    return latest === undefined && model.bucketMs > 0 && !model.hasNumbers(variable);
  }

  private get isBoolean(): boolean {
    return this.model.isBoolean(this.variable);
  }

  /** A value that is no number, or stands for none. */
  private inWords(value: Value): string {
    if (value === null) return this.app.texts.node.noValue;
    // The mean of a point is a share of the time.
    return typeof value === 'boolean' || this.isBoolean
      ? truthInWords(Number(value), this.app)
      : String(value);
  }

  private summary(): TemplateResult | typeof nothing {
    const { texts } = this.app;
    const { hover } = this;
    const { min, mean, max } = hover && this.model.bucketMs > 0 ? hover : this.model.summary(this.variable);
    if (min === null || mean === null || max === null || this.isBoolean) return nothing;
    return html`<dl class="num">
      ${[
        [texts.node.max, max] as const,
        [texts.node.mean, mean] as const,
        [texts.node.min, min] as const,
      ].map(
        ([label, value]) =>
          html`<div>
            <dt>${label}</dt>
            <dd>${this.number(value)}</dd>
          </div>`,
      )}
    </dl>`;
  }

  /** The chart in words, for those who do not see it. */
  private description(name: string): string {
    const { texts } = this.app;
    const unit = this.variables.unit(this.variable);
    const say = (value: Value): string => {
      const number = drawnNumber(value);
      const isNumber = number !== null && typeof value !== 'boolean' && !this.isBoolean;
      return isNumber ? `${this.number(number)} ${unit}`.trim() : this.inWords(value);
    };
    if (!this.model.hasNumbers(this.variable)) return `${name}: ${say(this.shown().value)}`;
    const { min, mean, max } = this.model.summary(this.variable);
    return `${name}: ${say(this.shown().value)}. ${texts.node.min} ${say(min)}, ${texts.node.mean} ${say(mean)}, ${texts.node.max} ${say(max)}`;
  }

  private downloadPicture(name: string): void {
    const chart = this.renderRoot.querySelector<Chart>('skm-chart')?.picture();
    if (!chart) return;
    const unit = this.variables.unit(this.variable);
    const text = `${this.nodo} · ${name}${unit ? ` (${unit})` : ''}`;
    downloadPicture(`${this.nodo}-${this.variable}`, chart, [{ text }], this);
  }
}
