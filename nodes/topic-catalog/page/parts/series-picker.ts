import { LitElement, css, html } from 'lit';
import { property, state } from 'lit/decorators.js';
import type { NodesAnswer } from '../../contract';
import type { SeriesName } from '../address';
import { COMPARE_TEXTS } from '../compare-texts';
import { element } from '../element';
import { Query } from '../query';
import { shared } from '../styles';
import type { ViewContext } from '../view-context';

/** Nodes that are proposed; more are found by typing on. */
const PROPOSED = 20;

/**
 * A form that chooses a node and one of its variables.
 * @fires pick - one was chosen; detail: the SeriesName
 */
@element('skm-series-picker')
export class SeriesPicker extends LitElement {
  static override styles = [
    shared,
    css`
      form {
        display: flex;
        flex-wrap: wrap;
        align-items: end;
        gap: 10px 12px;
        padding: 12px 16px;
      }
      label {
        display: grid;
        flex: 1 1 200px;
        gap: 4px;
        min-width: 0;
        color: var(--muted);
        font-size: 13px;
      }
      input,
      select {
        width: 100%;
        color: var(--ink);
      }
      button {
        min-height: 36px;
      }
    `,
  ];

  @property({ attribute: false }) app!: ViewContext;
  @state() private nodo = '';
  @state() private variable = '';

  private readonly proposals = new Query<NodesAnswer>(this, () => this.app.client);
  private readonly chosen = new Query<NodesAnswer>(this, () => this.app.client);

  protected override willUpdate(): void {
    const { nodo } = this;
    this.proposals.set({ action: 'nodes', payload: { search: nodo, limit: PROPOSED } }, true);
    // Nothing is called by an empty name: an answer to that is as good as none.
    if (nodo !== '') this.chosen.set({ action: 'nodes', payload: { nodo } });
  }

  /** The variables that the node has sent lately: its last reading may be of some of them only. */
  private get names(): string[] {
    const row = this.nodo === '' ? undefined : this.chosen.data?.nodes[0];
    const names = [...Object.keys(row?.valores ?? {}), ...(row?.recent ?? []).map(({ name }) => name)];
    return this.app.variables.of(this.nodo).order(new Set(names));
  }

  protected override render(): unknown {
    const { language } = this.app;
    const variables = this.app.variables.of(this.nodo);
    const texts = COMPARE_TEXTS[language];
    const { names } = this;
    const chosen = names.includes(this.variable) ? this.variable : names[0];
    const submit = (event: SubmitEvent): void => {
      event.preventDefault();
      if (chosen === undefined) return;
      const detail: SeriesName = { nodo: this.nodo, variable: chosen };
      this.dispatchEvent(new CustomEvent<SeriesName>('pick', { detail }));
    };
    return html`<form class="card" @submit=${submit}>
      <label
        >${texts.nodo}
        <input
          type="search"
          name="nodo"
          list="nodos"
          autocomplete="off"
          required
          .value=${this.nodo}
          @input=${(event: Event) => (this.nodo = (event.target as HTMLInputElement).value)}
        />
        <datalist id="nodos">
          ${this.proposals.data?.nodes.map(({ nodo }) => html`<option value=${nodo}></option>`)}
        </datalist>
      </label>
      <label
        >${texts.variable}
        <select
          name="variable"
          ?disabled=${names.length === 0}
          @change=${(event: Event) => (this.variable = (event.target as HTMLSelectElement).value)}
        >
          ${
            names.length === 0
              ? html`<option>${texts.chooseNode}</option>`
              : names.map(
                  (name) =>
                    html`<option value=${name} ?selected=${name === chosen}>
                      ${variables.name(name, language)}
                    </option>`,
                )
          }
        </select>
      </label>
      <button class="primary" ?disabled=${names.length === 0}>${texts.add}</button>
    </form>`;
  }
}
