import { LitElement, html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { property, state } from 'lit/decorators.js';
import { element } from '../element';
import { repeat } from 'lit/directives/repeat.js';
import type { NodeRow, SeriesAnswer, Values } from '../../contract';
import { LAST_10, type Range } from '../address';
import type { ViewContext } from '../view-context';
import { Clock } from '../clock';
import { AnswerError } from '../client';
import { csvLocale, toCsv } from '../csv';
import { download } from '../download';
import { edgesOf, NodeFeed } from '../node-feed';
import '../parts/chart-card';
import '../parts/note-dialog';
import '../parts/note-list';
import { printedRange } from '../parts/printed';
import '../parts/range-bar';
import { icons } from '../parts/icons';
import { link } from '../parts/link';
import { blank, noticeStyles, staleNotice, waiting } from '../parts/notices';
import { exportReadings } from '../raw-export';
import type { SeriesModel } from '../series-model';
import { SETTINGS_TEXTS } from '../settings-texts';
import { shared } from '../styles';
import { nodeViewStyles } from './node-view.styles';

/** A reading with hundreds of variables must not freeze the page. */
const SHOWN_CHARTS = 24;

/** One node: a chart for each variable it has sent, over a range that the address carries. */
@element('skm-node')
export class NodeView extends LitElement {
  static override styles = [shared, noticeStyles, nodeViewStyles];

  @property({ attribute: false }) app!: ViewContext;
  @property() nodo = '';
  @state() private allCharts = false;
  /** of the note that is being written */
  @state() private notedTime: number | undefined;
  @state() private exported: { count: number; share: number; stop: AbortController } | undefined;

  private readonly feed = new NodeFeed(this, () => this.app.client);

  constructor() {
    super();
    new Clock(this);
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    const { nodo, range } = this;
    if (changed.has('nodo')) {
      this.allCharts = false;
      this.notedTime = undefined;
    }
    this.feed.set({ nodo, range, zone: this.app.zone });
  }

  private get range(): Range {
    return this.app.address.range;
  }

  private get model(): SeriesModel | undefined {
    return this.feed.model;
  }

  protected override render(): unknown {
    const { app, feed } = this;
    const { series, about, model } = feed;
    const { texts } = app;
    const home = { view: 'nodes', range: LAST_10 } as const;
    return html`${link(app, home, html`${icons.back}${texts.node.back}`, { class: 'back' })} ${this.heading()}
    ${this.mixture()} ${printedRange(app, model?.times ?? [])} ${this.rangeBar()}
    ${series.data ? staleNotice(app, series.problem ? series : about) : nothing}
    ${series.data && model ? this.content(series.data, model) : waiting(app, series.problem)}
    ${this.noteDialog()}`;
  }

  /** Beside the charts: what is being written outlives the points that it was opened at. */
  private noteDialog(): TemplateResult | typeof nothing {
    if (this.notedTime === undefined) return nothing;
    return html`<skm-note-dialog
      .app=${this.app}
      .nodo=${this.nodo}
      .time=${this.notedTime}
      @closed=${() => (this.notedTime = undefined)}
    ></skm-note-dialog>`;
  }

  private heading(): TemplateResult {
    const { texts, format, client } = this.app;
    const { row } = this.feed;
    return html`<div class="head">
      <div class="grow">
        <h1 dir="auto">${this.nodo}</h1>
        <p class="sub num">
          ${
            row
              ? html`<span class="state ${row.state}">${texts.state[row.state]}</span>
                  ${row.topic === null ? nothing : html`· ${row.topic}`}
                  ${row.ts === null ? nothing : html`· ${texts.node.last}: ${format.dateTime(row.ts)} (${format.ago(row.ts, client.now())})`}
                  ${row.ahead === undefined ? nothing : html`· <strong class="ahead">${texts.node.ahead(format.duration(row.ahead))}</strong>`}
                  ${row.interval === null ? nothing : html`· ${texts.node.every(format.duration(row.interval))}`}`
              : html`&nbsp;`
          }
        </p>
      </div>
    </div>`;
  }

  /** Why the values jump: two boards look like one whose sensor is broken. */
  private mixture(): TemplateResult | typeof nothing {
    const topics = this.feed.row?.mixedTopics ?? [];
    if (topics.length === 0) return nothing;
    return html`<div class="notice" role="status">
      ${this.app.texts.nodes.mixedTopics(topics.join(', '))}
    </div>`;
  }

  private rangeBar(): TemplateResult {
    const { texts } = this.app;
    return html`<skm-range-bar
      .app=${this.app}
      .times=${this.model?.times ?? []}
      @range=${(event: CustomEvent<Range>) => this.choose(event.detail)}
    >
      <button ?disabled=${!this.model?.times.length} @click=${() => this.downloadCsv()}>
        ${icons.download} CSV<span class="visually-hidden">: ${texts.node.csv}</span>
      </button>
      ${this.exportButton()}
    </skm-range-bar>`;
  }

  private content(answer: SeriesAnswer, model: SeriesModel): TemplateResult {
    const { texts, format } = this.app;
    const variables = this.app.variables.of(this.nodo);
    const { row } = this.feed;
    if (!answer.known && !row) return blank(texts.node.unknown(this.nodo), texts.node.unknownText);
    const names = variables.order(model.columns.keys());
    if (model.times.length === 0) {
      const ahead = row?.ahead ?? answer.ahead;
      const hint = ahead === undefined ? texts.node.emptyText : texts.node.emptyAhead(format.duration(ahead));
      return blank(texts.node.empty, hint);
    }
    const shown = this.allCharts ? names : names.slice(0, SHOWN_CHARTS);
    const [from, to] = edgesOf(model.range, this.app.client.now());
    return html`<div class="charts" aria-busy=${!this.feed.series.settled}>
        ${repeat(
          shown,
          (name) => name,
          (name) =>
            html`<skm-chart-card
              .app=${this.app}
              .model=${model}
              .variable=${name}
              .latest=${this.latest(name, row)}
              .version=${this.feed.version}
              .from=${from}
              .to=${to}
              .nodo=${this.nodo}
              @note=${(event: CustomEvent<number>) => (this.notedTime = event.detail)}
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
      <p class="foot num">
        ${texts.node.readings(model.readings, format.count(model.readings))}${model.isMore ? html` · ${texts.node.moreVariables}` : nothing}${model.bucketMs > 0 ? html` · ${texts.node.bucket(format.duration(model.bucketMs))}` : nothing}
        <span class="zoom-hint"
          >· ${texts.node.zoomHint}
          ${this.app.settings.refused === null ? SETTINGS_TEXTS[this.app.language].note.hint : nothing}</span
        >
      </p>
      <skm-note-list .app=${this.app} .notes=${model.notes}></skm-note-list>`;
  }

  private latest(name: string, row: NodeRow | undefined): Values[string] | undefined {
    if (this.range.kind === 'between' || !row || !Object.hasOwn(row.valores, name)) return undefined;
    return row.valores[name];
  }

  private choose(range: Range): void {
    this.app.go({ view: 'node', nodo: this.nodo, range });
  }

  /** All readings of the range; while they are on their way, how far they are, and a way to stop them. */
  private exportButton(): TemplateResult {
    const { texts, format } = this.app;
    const { exported } = this;
    if (!exported)
      return html`<button
        ?disabled=${!this.model?.times.length}
        title=${texts.node.csvAllTitle}
        @click=${() => void this.exportAll()}
      >
        ${icons.download} ${texts.node.csvAll}
      </button>`;
    const percent = `${Math.floor(100 * exported.share)} %`;
    return html`<span class="sub num" role="status"
        >${texts.node.exporting(format.count(exported.count), percent)}</span
      >
      <button @click=${() => exported.stop.abort()}>${texts.node.stopExport}</button>`;
  }

  private async exportAll(): Promise<void> {
    const { nodo, model } = this;
    const { series } = this.feed;
    if (!series.data || !model) return;
    const { client, variables, language, texts, zone } = this.app;
    const own = variables.of(nodo);
    const stop = new AbortController();
    const progress = (count: number, share: number): void => void (this.exported = { count, share, stop });
    progress(0, 0);
    try {
      const blob = await exportReadings(client, {
        nodo,
        from: series.data.from,
        // What has come since is shown too.
        to: Math.max(series.data.to, (model.newest ?? 0) + model.bucketMs) + 1,
        names: own.order(model.columns.keys()),
        heading: (name) => own.heading(name),
        locale: csvLocale(language, navigator.languages),
        zone,
        others: texts.node.otherVariables,
        onProgress: progress,
        signal: stop.signal,
      });
      download(`${nodo}-${texts.node.csvAll}.csv`, blob);
    } catch (error) {
      // Why there is no answer stands above the charts; who stopped it knows.
      if (!(error instanceof AnswerError) && !stop.signal.aborted) throw error;
    } finally {
      this.exported = undefined;
    }
  }

  private downloadCsv(): void {
    if (!this.model) return;
    const { variables, language, texts, zone } = this.app;
    const { mean, min, max } = texts.node;
    const locale = csvLocale(language, navigator.languages);
    const own = variables.of(this.nodo);
    const csv = toCsv(this.model, own.order(this.model.columns.keys()), {
      heading: (name) => own.heading(name),
      locale,
      mean,
      min,
      max,
      zone,
    });
    download(`${this.nodo}.csv`, new Blob(['\uFEFF', csv], { type: 'text/csv;charset=utf-8' }));
  }
}
