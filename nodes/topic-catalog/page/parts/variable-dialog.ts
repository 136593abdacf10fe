import { html, nothing, type TemplateResult } from 'lit';
import { property, state } from 'lit/decorators.js';
import { keyed } from 'lit/directives/keyed.js';
import { repeat } from 'lit/directives/repeat.js';
import type { PageLimit, VariableSetting } from '../../contract';
import { element } from '../element';
import { PageDialog } from './page-dialog';

const MOST_LIMITS = 4;
const COLOURS = [1, 2, 3, 4, 5, 6, 7, 8] as const;

interface Row {
  id: number;
  limit: PageLimit | undefined;
}

/** Sets how a variable is shown, and its limits, for all nodes or for the one whose chart it is opened at. */
@element('skm-variable-dialog')
export class VariableDialog extends PageDialog {
  @property() nodo = '';
  @property() variable = '';
  /** null: all nodes */
  @state() private scope: string | null = null;
  @state() private rows: Row[] = [];
  @state() private ownLimits = false;
  private nextRow = 0;

  override connectedCallback(): void {
    super.connectedCallback();
    this.look(this.app.variables.setting(this.nodo, this.variable) ? this.nodo : null);
  }

  protected override heading(): unknown {
    return html`<bdi>${this.texts.variable.title(this.variable)}</bdi>`;
  }

  private get setting(): VariableSetting | undefined {
    return this.app.variables.setting(this.scope, this.variable);
  }

  /** Shows what is set for one node or for all. */
  private look(scope: string | null): void {
    this.scope = scope;
    this.problem = '';
    const limits = this.setting?.limits;
    this.ownLimits = scope === null || limits !== undefined;
    this.rows = (limits ?? []).map((limit) => ({ id: this.nextRow++, limit }));
  }

  protected override content(): unknown {
    const texts = this.texts.variable;
    const disabled = !this.mayChange || this.busy;
    return html`<p>${texts.intro}</p>
      <form @submit=${(event: SubmitEvent) => void this.save(event)}>
        <fieldset ?disabled=${disabled}>
          <div class="fields">
            <fieldset class="whole">
              <legend>${texts.scope}</legend>
              <div class="choices">
                ${this.scopeChoice(null, texts.all)} ${this.scopeChoice(this.nodo, texts.only(this.nodo))}
              </div>
            </fieldset>
            ${keyed(this.scope, this.fields())}
          </div>
          ${keyed(this.scope, this.limits())}
        </fieldset>
        ${this.alert()}
        <div class="row">
          ${
            this.setting === undefined
              ? nothing
              : html`<button
                  class="start"
                  type="button"
                  ?disabled=${disabled}
                  @click=${() => void this.reset()}
                >
                  ${texts.reset}
                </button>`
          }
          <button type="button" @click=${() => this.close()}>${this.texts.cancel}</button>
          <button class="primary" ?disabled=${disabled}>
            ${this.busy ? this.texts.saving : this.texts.save}
          </button>
        </div>
      </form>`;
  }

  private scopeChoice(scope: string | null, label: string): TemplateResult {
    return html`<label
      ><input
        type="radio"
        name="scope"
        .checked=${this.scope === scope}
        @change=${() => this.look(scope)}
      /><bdi>${label}</bdi></label
    >`;
  }

  private fields(): TemplateResult {
    const texts = this.texts.variable;
    const { setting, variable } = this;
    const { variables, language } = this.app;
    const shown = this.scope === null ? variables : variables.of(this.scope);
    const inherited = setting?.name === undefined ? shown.name(variable, language) : '';
    return html`<label class="field"
        ><span>${texts.name}</span
        ><input
          type="text"
          name="name"
          maxlength="80"
          autocomplete="off"
          placeholder=${inherited}
          value=${setting?.name ?? ''}
      /></label>
      <label class="field"
        ><span>${texts.unit}</span
        ><input
          type="text"
          name="unit"
          maxlength="20"
          autocomplete="off"
          placeholder=${setting?.unit === undefined ? shown.unit(variable) : ''}
          value=${setting?.unit ?? ''}
      /></label>
      <label class="field"
        ><span>${texts.decimals}</span
        ><input
          type="number"
          name="decimals"
          min="0"
          max="6"
          step="1"
          placeholder=${texts.automatic}
          value=${setting?.decimals ?? ''}
      /></label>
      <label class="field"
        ><span>${texts.order}</span
        ><input
          type="number"
          name="order"
          min="1"
          max="999"
          step="1"
          aria-describedby="order-hint"
          value=${setting?.order ?? ''}
        /><small id="order-hint">${texts.orderHint}</small></label
      >
      <fieldset class="whole">
        <legend>${texts.colour}</legend>
        <div class="choices swatches">
          <label class="automatic"
            ><input
              type="radio"
              name="colour"
              value=""
              ?checked=${setting?.colour === undefined}
            />${texts.automatic}</label
          >
          ${COLOURS.map(
            (colour) =>
              html`<label title=${texts.colours[colour - 1]!}
                ><input
                  type="radio"
                  name="colour"
                  value=${colour}
                  ?checked=${setting?.colour === colour}
                /><span class="swatch" style="--colour: var(--series-${colour})"></span
                ><span class="visually-hidden">${texts.colours[colour - 1]}</span></label
              >`,
          )}
        </div>
      </fieldset>`;
  }

  private limits(): TemplateResult {
    const texts = this.texts.variable;
    return html`<fieldset style="margin-top: 16px">
      <legend>${texts.limits}</legend>
      <p class="hint">${texts.limitsHint}</p>
      ${
        this.scope === null
          ? nothing
          : html`<div class="choices">
              <label
                ><input
                  type="checkbox"
                  .checked=${this.ownLimits}
                  @change=${(event: Event) => (this.ownLimits = (event.target as HTMLInputElement).checked)}
                />${texts.ownLimits}</label
              >
            </div>`
      }
      ${
        this.ownLimits
          ? html`${repeat(
              this.rows,
              ({ id }) => id,
              (row, index) => this.limitRow(row, index + 1),
            )}
            ${
              this.rows.length < MOST_LIMITS
                ? html`<button
                    type="button"
                    style="margin-top: 10px"
                    @click=${() => (this.rows = [...this.rows, { id: this.nextRow++, limit: undefined }])}
                  >
                    ${texts.addLimit}
                  </button>`
                : nothing
            }`
          : nothing
      }
    </fieldset>`;
  }

  private limitRow({ id, limit }: Row, number: number): TemplateResult {
    const texts = this.texts.variable;
    return html`<div class="limit" role="group" aria-label=${texts.limit(number)}>
      <label class="field"
        ><span>${texts.limit(number)}</span
        ><select name="side">
          ${(['above', 'below'] as const).map(
            (side) =>
              html`<option value=${side} ?selected=${limit?.side === side}>${texts.sides[side]}</option>`,
          )}
        </select></label
      >
      <label class="field"
        ><span>${texts.value}</span
        ><input type="number" name="value" step="any" required value=${limit?.value ?? ''}
      /></label>
      <label class="field"
        ><span>${texts.seconds}</span
        ><input type="number" name="seconds" step="any" min="0" max="604800" value=${limit?.seconds ?? 0}
      /></label>
      <label class="field"
        ><span>${texts.hysteresis}</span
        ><input type="number" name="hysteresis" step="any" min="0" value=${limit?.hysteresis ?? 0}
      /></label>
      <button
        type="button"
        aria-label=${texts.removeLimit(number)}
        @click=${() => (this.rows = this.rows.filter((row) => row.id !== id))}
      >
        ${texts.removeLimit(number)}
      </button>
    </div>`;
  }

  private async save(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const form = new FormData(event.target as HTMLFormElement);
    const { scope: nodo, variable } = this;
    const limits = this.ownLimits ? limitsIn(form) : undefined;
    const setting: VariableSetting = {
      nodo,
      variable,
      ...textIn(form, 'name'),
      ...textIn(form, 'unit'),
      ...numberIn(form, 'decimals'),
      ...numberIn(form, 'colour'),
      ...numberIn(form, 'order'),
      // No limits at all say something of a node alone: that those of all are not its own.
      ...(limits && (nodo !== null || limits.length > 0) ? { limits } : {}),
    };
    if (await this.change('set-variable', setting)) this.close();
  }

  private async reset(): Promise<void> {
    const { scope: nodo, variable } = this;
    if (await this.change('set-variable', { nodo, variable })) this.close();
  }
}

function textOf(form: FormData, field: string): string {
  const value = form.get(field);
  return typeof value === 'string' ? value.trim() : '';
}

function textIn(form: FormData, field: 'name' | 'unit'): Partial<VariableSetting> {
  const text = textOf(form, field);
  return text === '' ? {} : { [field]: text };
}

function numberIn(form: FormData, field: 'decimals' | 'colour' | 'order'): Partial<VariableSetting> {
  const text = textOf(form, field);
  return text === '' ? {} : { [field]: Number(text) };
}

function limitsIn(form: FormData): PageLimit[] {
  const [sides, values, seconds, hysteresis] = ['side', 'value', 'seconds', 'hysteresis'].map((field) =>
    form.getAll(field).map(String),
  );
  return (sides ?? []).map((side, index) => ({
    side: side === 'below' ? 'below' : 'above',
    value: Number(values?.[index]),
    seconds: Number(seconds?.[index]),
    hysteresis: Number(hysteresis?.[index]),
  }));
}
