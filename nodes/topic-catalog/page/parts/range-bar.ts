import { LitElement, html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { property, state } from 'lit/decorators.js';
import { HOUR_MS } from '../../../shared/durations';
import { LAST_10, NAMED_RANGES, rangeName, type Range } from '../address';
import { element } from '../element';
import { shared } from '../styles';
import type { ViewContext } from '../view-context';
import { DATE_TIMES } from './date-time';
import { icons } from './icons';
import { rangeBarStyles } from './range-bar.styles';

/**
 * The ranges that can be chosen, and a form for one from a time to a time; beside them what the view puts in.
 * @fires range - one was chosen; detail: the Range
 */
@element('skm-range-bar')
export class RangeBar extends LitElement {
  static override styles = [shared, rangeBarStyles];

  @property({ attribute: false }) app!: ViewContext;
  /** of the points that are shown: from where to where the form begins */
  @property({ attribute: false }) times: readonly number[] = [];
  @state() private choosing = false;

  protected override willUpdate(changed: PropertyValues<this>): void {
    const before = changed.get('app')?.address;
    // Another node, or another range: what was being chosen was meant for the one before.
    if (before && before !== this.app.address) this.choosing = false;
  }

  private choose(range: Range): void {
    this.dispatchEvent(new CustomEvent<Range>('range', { detail: range }));
  }

  protected override render(): unknown {
    const { texts, format } = this.app;
    const { range } = this.app.address;
    const chosen = rangeName(range);
    return html`<div class="bar">
        <fieldset class="ranges">
          <legend class="visually-hidden">${texts.node.range}</legend>
          ${NAMED_RANGES.map(
            ([name, named]) =>
              html`<label>
                <input
                  type="radio"
                  name="range"
                  value=${name}
                  .checked=${name === chosen}
                  @change=${() => this.choose(named)}
                />
                <span>${texts.node.ranges[name]}</span>
              </label>`,
          )}
        </fieldset>
        ${
          range.kind === 'between'
            ? html`<button
                class="primary num"
                title=${texts.node.leaveZoom}
                @click=${() => this.choose(LAST_10)}
              >
                ${format.between(range.from, range.to)} ${icons.close}
              </button>`
            : nothing
        }
        <button aria-expanded=${this.choosing} @click=${() => (this.choosing = !this.choosing)}>
          ${texts.node.custom}
        </button>
        <span class="grow"></span>
        <slot></slot>
      </div>
      ${this.choosing ? this.form(range) : nothing}`;
  }

  private form(range: Range): TemplateResult {
    const { texts } = this.app;
    const { times } = this;
    const now = this.app.client.now();
    const from = range.kind === 'between' ? range.from : (times[0] ?? now - HOUR_MS);
    const to = range.kind === 'between' ? range.to : (times.at(-1) ?? now);
    const submit = (event: SubmitEvent): void => {
      event.preventDefault();
      const [fromField, toField] = fieldsOf(event);
      const [chosenFrom, chosenTo] = [fromField, toField].map(({ value }) =>
        this.app.zone.timeOf(Date.parse(`${value}Z`)),
      );
      if (chosenFrom! < chosenTo!) return this.choose({ kind: 'between', from: chosenFrom!, to: chosenTo! });
      toField.setCustomValidity(texts.node.toBeforeFrom);
      toField.reportValidity();
    };
    // The browser lets nobody submit a field that it holds for wrong.
    const edited = (event: Event): void => fieldsOf(event)[1].setCustomValidity('');
    return html`<form class="card" @submit=${submit} @input=${edited}>
      <label
        >${texts.node.from}
        <input
          type="datetime-local"
          name="from"
          step="1"
          min=${DATE_TIMES.min}
          max=${DATE_TIMES.max}
          required
          value=${this.localDateTime(from)}
      /></label>
      <label
        >${texts.node.to}
        <input
          type="datetime-local"
          name="to"
          step="1"
          min=${DATE_TIMES.min}
          max=${DATE_TIMES.max}
          required
          value=${this.localDateTime(to)}
      /></label>
      <button class="primary">${texts.node.apply}</button>
    </form>`;
  }

  /** A time as a datetime-local field has it: local, without a zone. */
  private localDateTime(time: number): string {
    return new Date(this.app.zone.wallOf(time)).toISOString().slice(0, 19);
  }
}

function fieldsOf({ currentTarget }: Event): [from: HTMLInputElement, to: HTMLInputElement] {
  const { elements } = currentTarget as HTMLFormElement;
  return [elements.namedItem('from') as HTMLInputElement, elements.namedItem('to') as HTMLInputElement];
}
