import { html, nothing, type TemplateResult } from 'lit';
import { property } from 'lit/decorators.js';
import { element } from '../element';
import { repeat } from 'lit/directives/repeat.js';
import { drawnNumber } from '../../../shared/drawn-number';
import type { LiveUpdate, NodeRow, NodesAnswer } from '../../contract';
import { LAST_10, LONGEST_NAME, type ListPlace, type NodeColumn } from '../address';
import { Clock } from '../clock';
import { COMPARE_TEXTS } from '../compare-texts';
import { icons } from '../parts/icons';
import { link } from '../parts/link';
import { blank, noticeStyles, staleNotice, waiting } from '../parts/notices';
import { sortableHeader, sortedBy, type Sorting } from '../parts/sortable-header';
import { sparkline } from '../parts/sparkline';
import { truthInWords } from '../parts/truth';
import { Query } from '../query';
import { shared } from '../styles';
import { WALL_TEXTS } from '../wall-texts';
import { HearingView } from './hearing-view';
import { nodesViewStyles } from './nodes-view.styles';

const PAGE = 50;
const POLL_MS = 5_000;
/** An unknown node is asked for at once, but not more often than this. */
const LOOK_AGAIN_MS = 1_000;
/** Of a long list, topic-catalog counts no farther from its beginning. */
const MOST_COUNTED = 5_000;
const RECENT = 30;
const SHOWN_VALUES = 4;

/**
 * All nodes: Nodo, Fecha and Ver, as the original had them, with state, last values and sparklines. Which of them, and in
 * what order, is in the address.
 */
@element('skm-nodes')
export class NodesView extends HearingView {
  static override styles = [shared, noticeStyles, nodesViewStyles];

  /** inside another view: only this topic's nodes, without title and search */
  @property() topic: string | undefined;

  private readonly nodes = new Query<NodesAnswer>(this, this.client, (answer) => this.onAnswer(answer));
  private lookedAgain = 0;
  /** in a long list: by the name before a page's first one, the name before the first one of the page before it */
  private readonly pagesBefore = new Map<string, string | undefined>();

  constructor() {
    super();
    new Clock(this);
  }

  protected override willUpdate(): void {
    const { topic, offset } = this;
    const { search = '', after } = this.place;
    const { column, descending } = this.sorting;
    const payload = {
      search,
      sort: column,
      descending,
      ...(after === undefined ? { offset } : { after }),
      limit: PAGE,
      ...(topic === undefined ? {} : { topic }),
    };
    this.nodes.set({ action: 'nodes', payload, every: POLL_MS }, true);
  }

  private get place(): ListPlace {
    return this.app.address.list ?? {};
  }

  private get sorting(): Sorting<NodeColumn> {
    const { sort = 'nodo', descending = false } = this.place;
    return { column: sort, descending };
  }

  /** number of nodes before the first one that is shown */
  private get offset(): number {
    return ((this.place.page ?? 1) - 1) * PAGE;
  }

  /** Only another page is a step in the browser's history. */
  private show(place: ListPlace, replace: boolean): void {
    this.app.go({ ...this.app.address, list: place }, replace);
  }

  /** Back to the first page, where there is none any more at this place, or pages are no longer told as they were. */
  private onAnswer({ nodes, next }: NodesAnswer): void {
    const { place } = this;
    const isOtherwise = next === undefined && place.after !== undefined;
    if (isOtherwise || (nodes.length === 0 && place.page !== undefined)) this.show(firstPage(place), true);
  }

  /** Rows that are shown take what has just been stored; a node that is not among them may be new. */
  protected override onLive({ readings }: LiveUpdate): void {
    const { data } = this.nodes;
    const rows = new Map(data?.nodes.map((row) => [row.nodo, row]));
    let changed = false;
    for (const { nodo, ts: sent, fecha, hora, topic, valores, ahead } of readings) {
      const row = rows.get(nodo);
      // What a clock that is ahead says is no time: it came now.
      const ts = ahead === undefined ? sent : this.app.client.now();
      if (!row && data && data.matching === data.nodes.length && !this.place.search) this.lookAgain();
      if (!row || (row.ts !== null && ts <= row.ts)) continue;
      Object.assign(row, { ts, ahead, fecha, hora, topic: topic ?? row.topic, valores, state: 'live' });
      for (const [name, value] of Object.entries(valores)) {
        let recent = row.recent.find((known) => known.name === name);
        if (!recent) row.recent.push((recent = { name, values: [] }));
        recent.values.push(drawnNumber(value));
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
    ${this.nodes.data ? this.list(this.nodes.data) : waiting(this.app, this.nodes.problem)}`;
  }

  private heading(): TemplateResult {
    const { texts } = this.app;
    const { data } = this.nodes;
    return html`<div class="head">
      <div class="grow">
        <h1>${texts.nodes.title}</h1>
        <p class="sub num">
          ${data ? (data.isMore ? texts.nodes.moreThan(this.app.format.number(data.total)) : texts.nodes.count(data.total)) : html`&nbsp;`}
          ${data?.silent ? html`· ${texts.nodes.silent(data.silent)}` : nothing}
          ${this.isLong ? html`· ${texts.nodes.long}` : nothing}
        </p>
        ${this.unlistable()}
      </div>
      ${this.isLong ? nothing : this.orders()}
      ${link(this.app, { view: 'compare', range: LAST_10 }, html`${icons.compare} ${COMPARE_TEXTS[this.app.language].compare}`, { class: 'button' })}
      ${link(this.app, this.app.wall, html`${icons.wall} ${WALL_TEXTS[this.app.language].title}`, { class: 'button' })}
      <input
        type="search"
        maxlength=${LONGEST_NAME}
        .value=${this.place.search ?? ''}
        placeholder=${texts.nodes.search}
        aria-label=${texts.nodes.search}
        @input=${(event: Event) => {
          const search = (event.target as HTMLInputElement).value;
          this.show(firstPage({ ...this.place, search }), true);
        }}
      />
    </div>`;
  }

  /** What another program has stored and no list can hold. */
  private unlistable(): TemplateResult | typeof nothing {
    const unlistable = this.nodes.data?.unlistable;
    if (!unlistable) return nothing;
    return html`<p class="sub">${this.app.texts.nodes.unlistable(unlistable.count, unlistable.isMore)}</p>`;
  }

  /** Whether the list is asked for page by page: then its only order is that of the names. */
  private get isLong(): boolean {
    return this.nodes.data?.next !== undefined;
  }

  private orders(): TemplateResult {
    const { texts } = this.app;
    return html`<label class="only-phone">
        <span class="visually-hidden">${texts.nodes.sort}</span>
        <select
          @change=${(event: Event) => this.sortBy((event.target as HTMLSelectElement).value as NodeColumn)}
        >
          ${(['nodo', 'topic', 'ts'] as const).map(
            (column) =>
              html`<option value=${column} ?selected=${column === this.sorting.column}>
                ${texts.nodes.columns[column]}
              </option>`,
          )}
        </select>
      </label>
      <label class="check only-wide">
        <input
          type="checkbox"
          .checked=${this.sorting.column === 'topic'}
          @change=${() => this.sortBy(this.sorting.column === 'topic' ? 'nodo' : 'topic')}
        />
        ${texts.nodes.byTopic}
      </label>`;
  }

  private list(answer: NodesAnswer): TemplateResult {
    const { texts } = this.app;
    if (answer.nodes.length === 0) {
      if (this.topic !== undefined) return html`<p class="sub">${texts.topics.noNodes}</p>`;
      const { search } = this.place;
      return search ? blank(texts.nodes.noMatch(search), '') : blank(texts.nodes.none, texts.nodes.noneText);
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
      ${this.hasPages(answer) ? this.pages(answer) : nothing}`;
  }

  /** One for each topic where the list is in their order, else a single one without a topic. */
  private groups(nodes: NodeRow[]): { topic: string | null | undefined; rows: NodeRow[] }[] {
    if (!this.grouped) return [{ topic: undefined, rows: nodes }];
    const groups = new Map<string | null, NodeRow[]>();
    for (const row of nodes) groups.set(row.topic, [...(groups.get(row.topic) ?? []), row]);
    return Array.from(groups, ([topic, rows]) => ({ topic, rows }));
  }

  private get grouped(): boolean {
    return this.sorting.column === 'topic' && this.topic === undefined && !this.isLong;
  }

  private header(column: 'nodo' | 'ts'): TemplateResult {
    const label = this.app.texts.nodes.columns[column];
    if (this.isLong) return html`<th scope="col">${label}</th>`;
    return sortableHeader(column, this.sorting, { label }, () => this.sortBy(column));
  }

  private sortBy(column: NodeColumn): void {
    // Dates are most of use with the newest on top.
    const { column: sort, descending } = sortedBy(column, this.sorting, column === 'ts');
    const { search } = this.place;
    this.show(
      firstPage({ ...(search ? { search } : {}), sort, ...(descending ? { descending } : {}) }),
      true,
    );
  }

  private row(row: NodeRow): TemplateResult {
    const { app } = this;
    const { texts } = app;
    const address = { view: 'node', nodo: row.nodo, range: LAST_10 } as const;
    return html`<tr data-nodo=${row.nodo}>
      <td class="nodo">
        ${link(app, address, row.nodo, { class: 'name', dir: 'auto' })}
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
        ${link(app, address, texts.nodes.open, { class: 'button primary', label: texts.nodes.openNode(row.nodo) })}
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

  private when({ ts, fecha, hora, ahead }: NodeRow): TemplateResult {
    const { format, client, texts } = this.app;
    if (ts === null) return html`${fecha ?? '–'} ${hora ?? ''}`;
    return html`${format.dateTime(ts)}<small>${format.ago(ts, client.now())}</small>${ahead === undefined ? nothing : html`<abbr>${texts.node.ahead(format.duration(ahead))}</abbr>`}`;
  }

  private values({ nodo, valores, recent }: NodeRow): TemplateResult {
    const { language, format, texts } = this.app;
    const variables = this.app.variables.of(nodo);
    const names = variables.order(Object.keys(valores));
    return html`${names.slice(0, SHOWN_VALUES).map((name) => {
      const value = valores[name];
      const number = drawnNumber(value);
      const history = recent.find((known) => known.name === name)?.values ?? [];
      return html`<span class="value num">
        <span class="name" title=${name}>${variables.name(name, language)}</span>
        <b title=${String(value)}
          >${
            typeof value === 'boolean'
              ? truthInWords(value, this.app)
              : number !== null
                ? html`${format.brief(number, variables.decimals(name))}
                    <span class="unit">${variables.unit(name)}</span>`
                : value === null
                  ? html`<span class="unit">${texts.nodes.noValue}</span>`
                  : String(value)
          }</b
        >
        ${sparkline(history, variables.colour(name))}
      </span>`;
    })}${names.length > SHOWN_VALUES ? html`<span class="sub">${texts.nodes.moreValues(names.length - SHOWN_VALUES)}</span>` : nothing}`;
  }

  private hasPages({ matching, nodes, next }: NodesAnswer): boolean {
    return next === undefined ? matching > nodes.length : next !== null || this.place.page !== undefined;
  }

  private pages({ nodes, matching, isMoreMatching, isMore, next }: NodesAnswer): TemplateResult {
    const { texts, format } = this.app;
    const isLong = next !== undefined;
    const { offset } = this;
    const { page = 1 } = this.place;
    const isOver = isMoreMatching === true || (isMore === true && matching <= offset + nodes.length);
    const of = isOver ? texts.nodes.over(format.number(matching)) : String(matching);
    return html`<nav class="pages num" aria-label=${texts.nodes.title}>
      <span class="sub">${texts.nodes.page(offset + 1, offset + nodes.length, of)}</span>
      <button ?disabled=${page === 1} @click=${() => this.turn(page - 1)}>${texts.nodes.previous}</button>
      <button
        ?disabled=${isLong ? next === null : offset + nodes.length >= matching}
        @click=${() => this.turn(page + 1, next ?? undefined)}
      >
        ${texts.nodes.next}
      </button>
    </nav>`;
  }

  /**
   * @param to from 1 on
   * @param next in a long list, the last name of this page; the way back is known, or counted from the beginning, or leads
   *   there where that is too far
   */
  private turn(to: number, next?: string): void {
    const { after: here } = this.place;
    if (next !== undefined) this.pagesBefore.set(next, here);
    const after = next ?? (here === undefined ? undefined : this.pagesBefore.get(here));
    const isTooFar = here !== undefined && after === undefined && (to - 1) * PAGE > MOST_COUNTED;
    const page = isTooFar ? 1 : to;
    const beyond = { page, ...(after === undefined ? {} : { after }) };
    this.show({ ...firstPage(this.place), ...(page > 1 ? beyond : {}) }, false);
  }
}

/** @returns where the list begins that is searched and ordered so */
function firstPage({ search, sort, descending }: ListPlace): ListPlace {
  return {
    ...(search ? { search } : {}),
    ...(sort && (sort !== 'nodo' || descending) ? { sort } : {}),
    ...(descending ? { descending } : {}),
  };
}
