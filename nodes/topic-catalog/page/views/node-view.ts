import { LitElement, css, html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { property, state } from 'lit/decorators.js';
import { element } from '../element';
import { repeat } from 'lit/directives/repeat.js';
import type { LiveReading, LiveUpdate, NodeRow, NodesAnswer, SeriesAnswer } from '../../answers';
import { LAST_10, NAMED_RANGES, rangeName, type Range } from '../address';
import type { App } from '../app';
import { Clock } from '../clock';
import { toCsv } from '../csv';
import { download } from '../download';
import { Live } from '../live';
import '../parts/chart-card';
import { icons } from '../parts/icons';
import { blank, noticeStyles, staleNotice, waiting } from '../parts/notices';
import { Query } from '../query';
import { SeriesModel } from '../series-model';
import { shared } from '../styles';

/** How often the node's newest time is asked for: it tells whether live readings were missed. */
const HEARTBEAT_MS = 5_000;
/** Live readings kept while an answer is under way. */
const KEPT_READINGS = 2_000;
const POINTS = 600;
/** A reading with hundreds of variables must not freeze the page. */
const SHOWN_CHARTS = 24;

/** One node: a chart for each variable it has sent, over a range that the address carries. */
@element('skm-node')
export class NodeView extends LitElement {
  static override styles = [
    shared,
    noticeStyles,
    css`
      .back {
        display: inline-flex;
        align-items: center;
        gap: 4px;
        margin-bottom: 10px;
        font-size: 14px;
      }
      .bar {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 10px;
        margin-bottom: 16px;
      }
      .ranges {
        display: flex;
        flex-wrap: wrap;
        gap: 2px;
        padding: 3px;
        margin: 0;
        border: 1px solid var(--line);
        border-radius: 10px;
        background: var(--surface);
      }
      .ranges label {
        position: relative;
      }
      .ranges input {
        position: absolute;
        opacity: 0;
        inset: 0;
        margin: 0;
        cursor: pointer;
      }
      .ranges span {
        display: block;
        padding: 5px 11px;
        border-radius: 7px;
        font-size: 14px;
        font-weight: 500;
        color: var(--muted);
      }
      .ranges input:checked + span {
        background: var(--accent-soft);
        color: var(--accent);
        font-weight: 600;
      }
      .ranges input:focus-visible + span {
        outline: 2px solid var(--accent);
      }
      .ranges label:hover span {
        color: var(--accent);
      }
      .grow {
        flex: 1;
      }
      form {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 8px 12px;
        padding: 12px 16px;
        margin-bottom: 16px;
        font-size: 14px;
      }
      form label {
        display: inline-flex;
        align-items: center;
        gap: 8px;
        color: var(--muted);
      }
      @media (max-width: 620px) {
        form {
          display: grid;
        }
        form label {
          display: grid;
          gap: 4px;
        }
        form button {
          justify-content: center;
          min-height: 38px;
        }
      }
      .charts {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(min(100%, 440px), 1fr));
        gap: 16px;
      }
      .charts {
        transition: opacity 0.15s;
      }
      .charts[aria-busy='true'] {
        opacity: 0.45;
      }
      .foot {
        margin-top: 12px;
        color: var(--muted);
        font-size: 13px;
      }
      /* A finger scrolls the page instead. */
      @media (hover: none) {
        .zoom-hint {
          display: none;
        }
      }
      dl {
        display: grid;
        grid-template-columns: auto 1fr;
        gap: 6px 16px;
        margin: 16px 0 0;
        padding: 14px 16px;
        font-size: 14px;
      }
      dt {
        color: var(--muted);
        overflow-wrap: anywhere;
      }
      dd {
        margin: 0;
        overflow-wrap: anywhere;
      }
      .more {
        display: flex;
        justify-content: center;
        margin-top: 16px;
      }
    `,
  ];

  @property({ attribute: false }) app!: App;
  @property() nodo = '';
  @state() private choosing = false;
  @state() private allCharts = false;
  @state() private version = 0;

  private model: SeriesModel | undefined;
  private arrived: LiveReading[] = [];
  private readonly series = new Query<SeriesAnswer>(
    this,
    () => this.app.client,
    (answer) => this.onSeries(answer),
  );
  private readonly about = new Query<NodesAnswer>(
    this,
    () => this.app.client,
    (answer) => this.onAbout(answer.nodes[0]),
  );

  constructor() {
    super();
    new Clock(this);
    new Live(
      this,
      () => this.app.client,
      (update) => this.onLive(update),
    );
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    const { nodo } = this;
    const before = changed.get('app')?.address;
    // Another node, or another range: what was being chosen was meant for the one before.
    if (before && before !== this.app.address) this.choosing = false;
    if (changed.has('nodo')) {
      this.arrived = [];
      this.allCharts = false;
    }
    this.about.set({ action: 'nodes', payload: { nodo }, every: HEARTBEAT_MS });
    // The model stays with the old range until the new answer is here, so that charts are not taken away.
    this.series.set(
      { action: 'series', payload: { nodo, ...rangeFields(this.range), points: POINTS } },
      true,
    );
    if (this.model && this.series.data?.nodo !== nodo) this.model = undefined;
  }

  private get range(): Range {
    return this.app.address.range;
  }

  private onSeries(answer: SeriesAnswer): void {
    if (answer.nodo !== this.nodo) return;
    this.model = new SeriesModel(answer, this.range);
    for (const reading of this.arrived) this.model.add(reading);
    this.version++;
  }

  private onLive({ readings, skipped }: LiveUpdate): void {
    const own = readings.filter(({ nodo }) => nodo === this.nodo);
    if (skipped > 0 || own.some(({ id }) => id === null)) this.series.again();
    if (own.length === 0) return;
    this.arrived = [...this.arrived, ...own].slice(-KEPT_READINGS);
    for (const reading of own) this.model?.add(reading);
    const row = this.about.data?.nodes[0];
    const last = own.at(-1)!;
    if (row && (row.ts ?? 0) < last.ts)
      Object.assign(row, { ...last, topic: last.topic ?? row.topic, state: 'live' });
    this.version++;
  }

  private onAbout(row: NodeRow | undefined): void {
    const newest = this.arrived.at(-1)?.ts ?? this.series.data?.last ?? null;
    if (row?.ts && newest !== null && row.ts > newest) this.series.refresh();
    // It was not there when the series was asked for.
    if (row && this.series.data && !this.series.data.known) this.series.refresh();
  }

  protected override render(): unknown {
    const { app, series } = this;
    const { texts } = app;
    const home = { view: 'nodes', range: LAST_10 } as const;
    if (this.range.kind === 'recent') this.model?.trim(app.client.now());
    return html`<a
        class="back"
        href=${app.link(home)}
        @click=${(event: MouseEvent) => {
          event.preventDefault();
          app.go(home);
        }}
        >${icons.back}${texts.node.back}</a
      >
      ${this.heading()} ${this.mixture()} ${this.rangeBar()} ${this.choosing ? this.rangeForm() : nothing}
      ${series.data ? staleNotice(app, series.trouble ? series : this.about) : nothing}
      ${series.data && this.model ? this.content(series.data, this.model) : waiting(app, series.trouble)}`;
  }

  private heading(): TemplateResult {
    const { texts, format, client } = this.app;
    const row = this.about.data?.nodes[0];
    return html`<div class="head">
      <div class="grow">
        <h1 dir="auto">${this.nodo}</h1>
        <p class="sub num">
          ${
            row
              ? html`<span class="state ${row.state}">${texts.state[row.state]}</span>
                  ${row.topic === null ? nothing : html`· ${row.topic}`}
                  ${row.ts === null ? nothing : html`· ${texts.node.last}: ${format.dateTime(row.ts)} (${format.ago(row.ts, client.now())})`}
                  ${row.interval === null ? nothing : html`· ${texts.node.every(format.duration(row.interval))}`}`
              : html`&nbsp;`
          }
        </p>
      </div>
    </div>`;
  }

  /** Why the values jump: two boards look like one whose sensor is broken. */
  private mixture(): TemplateResult | typeof nothing {
    const topics = this.about.data?.nodes[0]?.mixedTopics ?? [];
    if (topics.length === 0) return nothing;
    return html`<div class="notice" role="status">
      ${this.app.texts.nodes.mixedTopics(topics.join(', '))}
    </div>`;
  }

  private rangeBar(): TemplateResult {
    const { texts, format } = this.app;
    const { range } = this;
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
      <button ?disabled=${!this.model?.times.length} @click=${() => this.downloadCsv()}>
        ${icons.download} CSV<span class="visually-hidden">: ${texts.node.csv}</span>
      </button>
    </div>`;
  }

  private rangeForm(): TemplateResult {
    const { texts } = this.app;
    const { times } = this.model ?? { times: [] };
    const now = this.app.client.now();
    const from = this.range.kind === 'between' ? this.range.from : (times[0] ?? now - 3_600_000);
    const to = this.range.kind === 'between' ? this.range.to : (times.at(-1) ?? now);
    const submit = (event: SubmitEvent): void => {
      event.preventDefault();
      const [fromField, toField] = fieldsOf(event);
      const [chosenFrom, chosenTo] = [fromField, toField].map(({ value }) => new Date(value).getTime());
      if (chosenFrom! < chosenTo!) return this.choose({ kind: 'between', from: chosenFrom!, to: chosenTo! });
      toField.setCustomValidity(texts.node.toBeforeFrom);
      toField.reportValidity();
    };
    // The browser lets nobody submit a field that it holds for wrong.
    const edited = (event: Event): void => fieldsOf(event)[1].setCustomValidity('');
    return html`<form class="card" @submit=${submit} @input=${edited}>
      <label
        >${texts.node.from}
        <input type="datetime-local" name="from" step="1" required value=${localDateTime(from)}
      /></label>
      <label
        >${texts.node.to} <input type="datetime-local" name="to" step="1" required value=${localDateTime(to)}
      /></label>
      <button class="primary">${texts.node.apply}</button>
    </form>`;
  }

  private content(answer: SeriesAnswer, model: SeriesModel): TemplateResult {
    const { texts, format, variables } = this.app;
    const row = this.about.data?.nodes[0];
    if (!answer.known && !row) return blank(texts.node.unknown(this.nodo), texts.node.unknownText);
    const isText = (name: string): boolean =>
      typeof row?.valores[name] === 'string' || typeof row?.valores[name] === 'boolean';
    const names = variables.order(
      [...model.columns.keys()].filter((name) => !isText(name) || model.summary(name).n > 0),
    );
    const others = Object.keys(row?.valores ?? {}).filter((name) => isText(name) && !names.includes(name));
    if (model.times.length === 0) return blank(texts.node.empty, texts.node.emptyText);
    const shown = this.allCharts ? names : names.slice(0, SHOWN_CHARTS);
    const [from, to] = this.edges(model);
    return html`<div class="charts" aria-busy=${!this.series.settled}>
        ${repeat(
          shown,
          (name) => name,
          (name) =>
            html`<skm-chart-card
              .app=${this.app}
              .model=${model}
              .variable=${name}
              .latest=${this.latest(name, row)}
              .version=${this.version}
              .from=${from}
              .to=${to}
              .nodo=${this.nodo}
              @zoom=${(event: CustomEvent<{ from: number; to: number }>) => this.choose({ kind: 'between', ...event.detail })}
            ></skm-chart-card>`,
        )}
      </div>
      ${
        shown.length < names.length
          ? html`<div class="more">
              <button @click=${() => (this.allCharts = true)}>
                ${texts.node.more(names.length - shown.length)}
              </button>
            </div>`
          : nothing
      }
      ${
        others.length > 0
          ? html`<dl class="card">
              ${others.map(
                (name) =>
                  html`<dt>${variables.name(name, this.app.language)}</dt>
                    <dd>${String(row?.valores[name])}</dd>`,
              )}
            </dl>`
          : nothing
      }
      <p class="foot num">
        ${texts.node.readings(model.readings, format.count(model.readings))}${model.bucketMs > 0 ? html` · ${texts.node.bucket(format.duration(model.bucketMs))}` : nothing}
        <span class="zoom-hint">· ${texts.node.zoomHint}</span>
      </p>`;
  }

  /** What the charts show: the range, up to now where it moves; nothing fixed where the points themselves say it. */
  private edges({ range }: SeriesModel): [from: number | null, to: number | null] {
    switch (range.kind) {
      case 'between':
        return [range.from, range.to];
      case 'recent': {
        // In steps of the range's five-hundredth, about a pixel: a chart does not have to move more often than one can see.
        const step = Math.max(1_000, range.milliseconds / 500);
        const now = Math.ceil(this.app.client.now() / step) * step;
        return [now - range.milliseconds, now];
      }
      case 'last':
      case 'all':
        return [null, null];
    }
  }

  private latest(name: string, row: NodeRow | undefined): number | null | undefined {
    if (this.range.kind === 'between' || !row || !Object.hasOwn(row.valores, name)) return undefined;
    const value = row.valores[name];
    return typeof value === 'number' ? value : null;
  }

  private choose(range: Range): void {
    this.app.go({ view: 'node', nodo: this.nodo, range });
  }

  private downloadCsv(): void {
    if (!this.model) return;
    const { variables, language, format, texts } = this.app;
    const { mean, min, max } = texts.node;
    const locale = language === 'es' ? format.locale : undefined;
    const csv = toCsv(this.model, variables.order(this.model.columns.keys()), { locale, mean, min, max });
    download(`${this.nodo}.csv`, new Blob(['\uFEFF', csv], { type: 'text/csv;charset=utf-8' }));
  }
}

function rangeFields(range: Range): object {
  switch (range.kind) {
    case 'last':
      return { last: range.count };
    case 'recent':
      return { recent: range.milliseconds };
    case 'between':
      return { from: range.from, to: range.to };
    case 'all':
      return { all: true };
  }
}

/** A time as a datetime-local field has it: local, without a zone. */
function fieldsOf({ currentTarget }: Event): [from: HTMLInputElement, to: HTMLInputElement] {
  const { elements } = currentTarget as HTMLFormElement;
  return [elements.namedItem('from') as HTMLInputElement, elements.namedItem('to') as HTMLInputElement];
}

function localDateTime(time: number): string {
  const shifted = new Date(time - new Date(time).getTimezoneOffset() * 60_000);
  return shifted.toISOString().slice(0, 19);
}
