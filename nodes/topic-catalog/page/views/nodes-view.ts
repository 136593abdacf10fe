import { LitElement, css, html, nothing, type TemplateResult } from 'lit';
import { property, state } from 'lit/decorators.js';
import { element } from '../element';
import { repeat } from 'lit/directives/repeat.js';
import type { LiveUpdate, NodeRow, NodesAnswer } from '../../answers';
import { LAST_10 } from '../address';
import type { App } from '../app';
import { Clock } from '../clock';
import { Live } from '../live';
import { blank, noticeStyles, staleNotice, waiting } from '../parts/notices';
import { sparkline } from '../parts/sparkline';
import { Query } from '../query';
import { shared } from '../styles';

const PAGE = 50;
const POLL_MS = 5_000;
/** An unknown node is asked for at once, but not more often than this. */
const LOOK_AGAIN_MS = 1_000;
const RECENT = 30;
const SHOWN_VALUES = 4;

type Column = 'nodo' | 'topic' | 'ts' | 'state';

/** All nodes: Nodo, Fecha and Ver, as the original had them, with state, last values and sparklines. */
@element('skm-nodes')
export class NodesView extends LitElement {
  static override styles = [
    shared,
    noticeStyles,
    css`
      .name {
        font-weight: 600;
        overflow-wrap: anywhere;
      }
      @media (min-width: 761px) {
        table {
          table-layout: fixed;
          min-width: 720px;
        }
        th:nth-child(1) {
          width: 22%;
        }
        th:nth-child(2) {
          width: 190px;
        }
        th:nth-child(4) {
          width: 104px;
        }
      }
      td.nodo .name {
        display: -webkit-box;
        -webkit-box-orient: vertical;
        -webkit-line-clamp: 3;
        overflow: hidden;
      }
      .values {
        display: grid;
        grid-template-columns: repeat(auto-fill, minmax(140px, 1fr));
        gap: 6px 16px;
      }
      .narrow {
        grid-template-columns: repeat(auto-fill, minmax(128px, 1fr));
      }
      /* The name has the whole width: the number and its sparkline stand below it. */
      .value {
        display: grid;
        grid-template-columns: minmax(0, 1fr) auto;
        column-gap: 8px;
        align-content: start;
        min-width: 0;
      }
      .value .name {
        grid-column: 1 / -1;
      }
      .value b {
        font-weight: 600;
        white-space: nowrap;
        overflow: hidden;
        text-overflow: ellipsis;
      }
      .value .unit {
        color: var(--muted);
        font-weight: 400;
      }
      .value .name {
        display: block;
        font-size: 12px;
        font-weight: 400;
        color: var(--muted);
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
      }
      abbr {
        color: var(--warn);
        font-weight: 600;
      }
      .when small {
        display: block;
        color: var(--muted);
        font-size: 12.5px;
      }
      .when {
        white-space: nowrap;
      }
      .pages {
        display: flex;
        align-items: center;
        justify-content: flex-end;
        gap: 12px;
        margin-top: 12px;
      }
      .group th {
        padding-top: 16px;
        font-size: 13px;
        color: var(--ink);
        background: var(--raised);
        overflow-wrap: anywhere;
        white-space: normal;
      }
      .only-phone {
        display: none;
      }
      @media (max-width: 760px) {
        .only-wide {
          display: none;
        }
        .only-phone {
          display: inline-flex;
        }
        .head .grow {
          flex: 1 1 100%;
        }
        input[type='search'] {
          flex: 1 1 150px;
        }
        .values {
          grid-template-columns: repeat(auto-fill, minmax(120px, 1fr));
        }
        tr {
          display: grid !important;
          grid-template-columns: minmax(0, 1fr) auto;
          gap: 6px 12px;
        }
        td {
          min-width: 0;
        }
        td.values-cell {
          grid-column: 1 / -1;
        }
        td.actions {
          grid-row: 1;
          grid-column: 2;
        }
      }
    `,
  ];

  @property({ attribute: false }) app!: App;
  /** inside another view: only this topic's nodes, without title and search */
  @property() topic: string | undefined;
  @state() private search = '';
  @state() private sort: Column = 'nodo';
  @state() private descending = false;
  @state() private offset = 0;

  private readonly nodes = new Query<NodesAnswer>(this, () => this.app.client);
  private lookedAgain = 0;

  constructor() {
    super();
    new Clock(this);
    new Live(
      this,
      () => this.app.client,
      (update) => this.onLive(update),
    );
  }

  protected override willUpdate(): void {
    const { search, sort, descending, offset, topic } = this;
    const payload = {
      search,
      sort,
      descending,
      offset,
      limit: PAGE,
      ...(topic === undefined ? {} : { topic }),
    };
    this.nodes.set({ action: 'nodes', payload, every: POLL_MS }, true);
  }

  /** Rows that are shown take what has just been stored; a node that is not among them may be new. */
  private onLive({ readings }: LiveUpdate): void {
    const { data } = this.nodes;
    const rows = new Map(data?.nodes.map((row) => [row.nodo, row]));
    let changed = false;
    for (const { nodo, ts, fecha, hora, topic, valores } of readings) {
      const row = rows.get(nodo);
      if (!row && data && data.matching === data.nodes.length && this.search === '') this.lookAgain();
      if (!row || (row.ts !== null && ts <= row.ts)) continue;
      Object.assign(row, { ts, fecha, hora, topic: topic ?? row.topic, valores, state: 'live' });
      for (const [name, value] of Object.entries(valores)) {
        let recent = row.recent.find((known) => known.name === name);
        if (!recent) row.recent.push((recent = { name, values: [] }));
        recent.values.push(typeof value === 'number' ? value : null);
        if (recent.values.length > RECENT) recent.values.shift();
      }
      changed = true;
    }
    if (changed) this.requestUpdate();
  }

  private lookAgain(): void {
    const now = Date.now();
    if (now - this.lookedAgain < LOOK_AGAIN_MS) return;
    this.lookedAgain = now;
    this.nodes.refresh();
  }

  protected override render(): unknown {
    return html`${this.topic === undefined ? this.heading() : nothing} ${staleNotice(this.app, this.nodes)}
    ${this.nodes.data ? this.list(this.nodes.data) : waiting(this.app, this.nodes.trouble)}`;
  }

  private heading(): TemplateResult {
    const { texts } = this.app;
    const { data } = this.nodes;
    return html`<div class="head">
      <div class="grow">
        <h1>${texts.nodes.title}</h1>
        <p class="sub num">
          ${data ? texts.nodes.count(data.total) : html`&nbsp;`}
          ${data && data.silent > 0 ? html`· ${texts.nodes.silent(data.silent)}` : nothing}
        </p>
      </div>
      <label class="only-phone">
        <span class="visually-hidden">${texts.nodes.sort}</span>
        <select @change=${(event: Event) => this.sortBy((event.target as HTMLSelectElement).value as Column)}>
          ${(['nodo', 'topic', 'ts'] as const).map(
            (column) =>
              html`<option value=${column} ?selected=${column === this.sort}>
                ${texts.nodes.columns[column]}
              </option>`,
          )}
        </select>
      </label>
      <label class="check only-wide">
        <input
          type="checkbox"
          .checked=${this.sort === 'topic'}
          @change=${() => this.sortBy(this.sort === 'topic' ? 'nodo' : 'topic')}
        />
        ${texts.nodes.byTopic}
      </label>
      <input
        type="search"
        .value=${this.search}
        placeholder=${texts.nodes.search}
        aria-label=${texts.nodes.search}
        @input=${(event: Event) => {
          this.search = (event.target as HTMLInputElement).value;
          this.offset = 0;
        }}
      />
    </div>`;
  }

  private list(answer: NodesAnswer): TemplateResult {
    const { texts } = this.app;
    if (answer.nodes.length === 0) {
      if (this.topic !== undefined) return html`<p class="sub">${texts.topics.noNodes}</p>`;
      return this.search === ''
        ? blank(texts.nodes.none, texts.nodes.noneText)
        : blank(texts.nodes.noMatch(this.search), '');
    }
    return html`<div class="card scroll">
        <table class="stacked">
          <thead>
            <tr>
              ${this.header('nodo')} ${this.header('ts')}
              <th scope="col">${texts.nodes.columns.values}</th>
              <th scope="col" class="right">${texts.nodes.columns.actions}</th>
            </tr>
          </thead>
          ${repeat(
            this.groups(answer.nodes),
            ({ topic }) => topic,
            ({ topic, rows }) =>
              html`<tbody>
                ${
                  topic === undefined
                    ? nothing
                    : html`<tr class="group">
                        <th colspan="4" scope="rowgroup">${topic ?? texts.nodes.withoutTopic}</th>
                      </tr>`
                }
                ${repeat(
                  rows,
                  (row) => row.nodo,
                  (row) => this.row(row),
                )}
              </tbody>`,
          )}
        </table>
      </div>
      ${answer.matching > answer.nodes.length ? this.pages(answer) : nothing}`;
  }

  /** One for each topic where the list is in their order, else a single one without a topic. */
  private groups(nodes: NodeRow[]): { topic: string | null | undefined; rows: NodeRow[] }[] {
    if (!this.grouped) return [{ topic: undefined, rows: nodes }];
    const groups = new Map<string | null, NodeRow[]>();
    for (const row of nodes) groups.set(row.topic, [...(groups.get(row.topic) ?? []), row]);
    return Array.from(groups, ([topic, rows]) => ({ topic, rows }));
  }

  private get grouped(): boolean {
    return this.sort === 'topic' && this.topic === undefined;
  }

  private header(column: 'nodo' | 'ts'): TemplateResult {
    const sorted = this.sort === column;
    const arrow = !sorted ? nothing : this.descending ? '↓' : '↑';
    return html`<th scope="col" aria-sort=${!sorted ? 'none' : this.descending ? 'descending' : 'ascending'}>
      <button @click=${() => this.sortBy(column)}>
        ${this.app.texts.nodes.columns[column]} <span aria-hidden="true">${arrow}</span>
      </button>
    </th>`;
  }

  private sortBy(column: Column): void {
    // Dates are most of use with the newest on top.
    this.descending = this.sort === column ? !this.descending : column === 'ts';
    this.sort = column;
    this.offset = 0;
  }

  private row(row: NodeRow): TemplateResult {
    const { app } = this;
    const { texts } = app;
    const address = { view: 'node', nodo: row.nodo, range: LAST_10 } as const;
    const open = (event: MouseEvent): void => {
      if (event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
      event.preventDefault();
      app.go(address);
    };
    return html`<tr data-nodo=${row.nodo}>
      <td class="nodo">
        <a class="name" dir="auto" href=${app.link(address)} @click=${open}>${row.nodo}</a>
        <div class="sub">
          <span class="state ${row.state}">${texts.state[row.state]}</span>
          ${this.topicOf(row)}
        </div>
      </td>
      <td class="when num">${this.when(row)}</td>
      <td class="values-cell">
        <div class="values ${this.topic === undefined ? '' : 'narrow'}">${this.values(row)}</div>
      </td>
      <td class="actions right">
        <a
          class="button primary"
          href=${app.link(address)}
          aria-label=${texts.nodes.openNode(row.nodo)}
          @click=${open}
          >${texts.nodes.open}</a
        >
      </td>
    </tr>`;
  }

  private topicOf({ topic, mixedTopics }: NodeRow): TemplateResult | typeof nothing {
    const { texts } = this.app;
    if (mixedTopics.length > 0) {
      const topics = mixedTopics.join(', ');
      return html`· <abbr title=${texts.nodes.mixedTopics(topics)}>${topics}</abbr>`;
    }
    const isSaid = this.topic !== undefined || this.grouped;
    return isSaid ? nothing : html`· ${topic ?? texts.nodes.withoutTopic}`;
  }

  private when({ ts, fecha, hora }: NodeRow): TemplateResult {
    const { format, client } = this.app;
    if (ts === null) return html`${fecha ?? '–'} ${hora ?? ''}`;
    return html`${format.dateTime(ts)}<small>${format.ago(ts, client.now())}</small>`;
  }

  private values({ valores, recent }: NodeRow): TemplateResult {
    const { variables, language, format, texts } = this.app;
    const names = variables.order(Object.keys(valores));
    return html`${names.slice(0, SHOWN_VALUES).map((name) => {
      const value = valores[name];
      const history = recent.find((known) => known.name === name)?.values ?? [];
      return html`<span class="value num">
        <span class="name" title=${name}>${variables.name(name, language)}</span>
        <b title=${String(value)}
          >${
            typeof value === 'number'
              ? html`${format.brief(value)} <span class="unit">${variables.unit(name)}</span>`
              : value === null
                ? html`<span class="unit">${texts.nodes.noValue}</span>`
                : String(value)
          }</b
        >
        ${sparkline(history, variables.colour(name))}
      </span>`;
    })}${names.length > SHOWN_VALUES ? html`<span class="sub">${texts.nodes.moreValues(names.length - SHOWN_VALUES)}</span>` : nothing}`;
  }

  private pages({ offset, nodes, matching }: NodesAnswer): TemplateResult {
    const { texts } = this.app;
    return html`<nav class="pages num" aria-label=${texts.nodes.title}>
      <span class="sub">${texts.nodes.page(offset + 1, offset + nodes.length, matching)}</span>
      <button ?disabled=${offset === 0} @click=${() => (this.offset = Math.max(0, offset - PAGE))}>
        ${texts.nodes.previous}
      </button>
      <button ?disabled=${offset + nodes.length >= matching} @click=${() => (this.offset = offset + PAGE)}>
        ${texts.nodes.next}
      </button>
    </nav>`;
  }
}
