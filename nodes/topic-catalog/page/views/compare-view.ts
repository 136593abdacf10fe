import { LitElement, html, nothing, type TemplateResult } from 'lit';
import { property, state } from 'lit/decorators.js';
import { drawnNumber } from '../../../shared/drawn-number';
import type { Values } from '../../contract';
import { distinct, keyOf, LAST_10, type Range, type SeriesName } from '../address';
import { Clock } from '../clock';
import { COMPARE_TEXTS, type CompareTexts } from '../compare-texts';
import { compared, MOST_COMPARED, type Compared } from '../compared';
import { csvLocale, joinedCsv } from '../csv';
import { download } from '../download';
import { element } from '../element';
import { edgesOf, NodeFeeds } from '../node-feed';
import '../parts/compare-chart';
import type { CompareChart, CompareHover, Line } from '../parts/compare-chart';
import { icons } from '../parts/icons';
import { link } from '../parts/link';
import { blank, noticeStyles, staleNotice, waiting } from '../parts/notices';
import { downloadPicture } from '../parts/picture';
import { DASHES_ON_PAPER } from '../parts/plot';
import { printedRange } from '../parts/printed';
import '../parts/range-bar';
import '../parts/series-picker';
import { truthInWords, truthOf } from '../parts/truth';
import { shared } from '../styles';
import type { ViewContext } from '../view-context';
import { compareViewStyles } from './compare-view.styles';

/** Variables of one node or of several in one chart; which ones, and over what range, is in the address. */
@element('skm-compare')
export class CompareView extends LitElement {
  static override styles = [shared, noticeStyles, compareViewStyles];

  @property({ attribute: false }) app!: ViewContext;
  @state() private hover: CompareHover | null = null;

  private readonly feeds = new NodeFeeds(this, () => this.app.client);

  constructor() {
    super();
    new Clock(this);
  }

  private get texts(): CompareTexts {
    return COMPARE_TEXTS[this.app.language];
  }

  private get series(): readonly SeriesName[] {
    return this.app.address.series ?? [];
  }

  protected override willUpdate(): void {
    const { range } = this.app.address;
    const nodos = this.series.slice(0, MOST_COMPARED).map(({ nodo }) => nodo);
    this.feeds.set(nodos, { range, zone: this.app.zone });
  }

  private show(series: readonly SeriesName[], range: Range = this.app.address.range): void {
    this.app.go({ view: 'compare', series: distinct(series), range });
  }

  protected override render(): unknown {
    const { app, texts, series } = this;
    const measureOf = (one: SeriesName): string => {
      if (this.isBoolean(one)) return truthOf(app).join(' / ');
      const variables = app.variables.of(one.nodo);
      return variables.unit(one.variable) || variables.name(one.variable, app.language);
    };
    const all = compared(series, measureOf, (one) => this.whyEmpty(one) !== undefined);
    const lines = all.drawn.flatMap((one) => this.lineOf(one));
    const home = { view: 'nodes', range: LAST_10 } as const;
    // The series are asked for once: that nobody answers any more is seen by what is asked of the node.
    const stale = this.feeds.all
      .flatMap(({ series, about }) => [series, about])
      .find(({ problem }) => problem);
    return html`${link(app, home, html`${icons.back}${app.texts.node.back}`, { class: 'back' })}
      <div class="head"><h1 class="grow">${texts.title}</h1></div>
      ${printedRange(app, reachOf(lines))} ${this.rangeBar(lines)}
      ${stale ? staleNotice(app, stale) : nothing} ${this.notices(all)}
      ${series.length === 0 ? blank(texts.empty, texts.emptyText) : this.card(all.drawn, lines, all.axes)}
      ${
        series.length < MOST_COMPARED
          ? html`<skm-series-picker
              .app=${app}
              @pick=${(event: CustomEvent<SeriesName>) => this.show([...series, event.detail])}
            ></skm-series-picker>`
          : html`<p class="foot">${texts.full(MOST_COMPARED)}</p>`
      }`;
  }

  /** @returns nothing for what can't be drawn, or whose points are not here yet */
  private lineOf(one: Compared): Line[] {
    const model = this.feeds.get(one.nodo)?.model;
    return !model || one.axis === null ? [] : [{ ...one, axis: one.axis, model }];
  }

  private rangeBar(lines: readonly Line[]): TemplateResult {
    const { app } = this;
    const isEmpty = !lines.some(({ model }) => model.times.length > 0);
    return html`<skm-range-bar
      .app=${app}
      .times=${reachOf(lines)}
      @range=${(event: CustomEvent<Range>) => this.show(this.series, event.detail)}
    >
      <button ?disabled=${isEmpty} @click=${() => this.downloadCsv(lines)}>
        ${icons.download} CSV<span class="visually-hidden">: ${app.texts.node.csv}</span>
      </button>
      <button ?disabled=${isEmpty} @click=${() => this.downloadPicture(lines)}>
        ${icons.picture} PNG<span class="visually-hidden">: ${app.texts.node.png}</span>
      </button>
    </skm-range-bar>`;
  }

  /** Why what the address names is not drawn. */
  private notices({ drawn, left, axes }: ReturnType<typeof compared>): TemplateResult[] {
    const { texts } = this;
    const said = drawn.flatMap((one): string[] => {
      const { axis } = one;
      const why = this.whyEmpty(one);
      if (why !== undefined) return [why];
      if (axis !== null) return [];
      const [left, right] = [axes[0]!, axes[1]!];
      const unit = this.app.variables.of(one.nodo).unit(one.variable);
      return [
        unit
          ? texts.thirdUnit(this.nameOf(one), unit, left, right)
          : texts.thirdAxis(this.nameOf(one), left, right),
      ];
    });
    const names = left.map((one) => this.nameOf(one)).join(', ');
    if (left.length > 0) said.push(texts.left(names, MOST_COMPARED));
    return [...new Set(said)].map((text) => html`<div class="notice" role="status">${text}</div>`);
  }

  /** @returns why there is nothing to draw of a series; undefined where there is, or where it is not known yet */
  private whyEmpty(one: SeriesName): string | undefined {
    const { texts } = this;
    const { series, model, row } = this.feeds.get(one.nodo) ?? {};
    if (!series?.settled || !model || model.hasNumbers(one.variable)) return undefined;
    if (series.data?.known === false && !row) return texts.unknown(one.nodo);
    const isText = model.columns.get(one.variable)?.states !== undefined;
    return isText ? texts.text(this.nameOf(one)) : texts.nothing(this.nameOf(one));
  }

  private card(drawn: readonly Compared[], lines: readonly Line[], axes: readonly string[]): TemplateResult {
    const { app } = this;
    const feeds = this.feeds.all;
    const problem = feeds.map((feed) => feed.series.problem).find((problem) => problem);
    const legend = html`<ul class="legend">
      ${drawn.map((one) => this.entry(one, lines))}
    </ul>`;
    if (feeds.length > 0 && !feeds.some(({ series }) => series.data)) {
      return html`<section class="card">${legend}</section>
        ${waiting(app, problem)}`;
    }
    const [from, to] = edgesOf(app.address.range, app.client.now());
    const busy = feeds.some(({ series }) => !series.settled);
    return html`<section class="card" aria-busy=${busy}>
        ${legend}
        <skm-compare-chart
          role="img"
          aria-label=${this.description(lines)}
          .lines=${lines}
          .axes=${axes}
          .format=${app.format}
          .version=${feeds.reduce((sum, { version }) => sum + version, 0)}
          .from=${from}
          .to=${to}
          .theme=${app.theme}
          .truth=${truthOf(app)}
          @zoom=${(event: CustomEvent<{ from: number; to: number }>) => this.show(this.series, { kind: 'between', ...event.detail })}
          @hover=${(event: CustomEvent<CompareHover | null>) => (this.hover = event.detail)}
        ></skm-compare-chart>
      </section>
      ${this.foot(lines)}`;
  }

  private foot(lines: readonly Line[]): TemplateResult {
    const { texts, format } = this.app;
    const models = [...new Set(lines.map(({ model }) => model))];
    const readings = models.reduce((sum, model) => sum + model.readings, 0);
    const bucketMs = Math.max(0, ...models.map((model) => model.bucketMs));
    return html`<p class="foot num">
      ${texts.node.readings(readings, format.count(readings))}${bucketMs > 0 ? html` · ${texts.node.bucket(format.duration(bucketMs))}` : nothing}
      <span class="zoom-hint">· ${texts.node.zoomHint}</span>
    </p>`;
  }

  /** A line of the legend: what it is, what the crosshair points at or the newest value, and how to take it away. */
  private entry(one: Compared, lines: readonly Line[]): TemplateResult {
    const { app, texts } = this;
    const { range } = app.address;
    const { nodo, variable, axis } = one;
    const row = this.feeds.get(nodo)?.row;
    const place = lines.findIndex((line) => keyOf(line) === keyOf(one));
    const name = app.variables.of(nodo).name(variable, app.language);
    return html`<li class=${axis === null ? 'undrawn' : axis === 1 ? 'dashed' : ''}>
      ${this.swatch(one, place)}
      <span class="who">
        ${link(app, { view: 'node', nodo, range }, nodo, { dir: 'auto', title: nodo })}
        <span dir="auto" title=${variable}>${name}</span>
        ${axis === 1 ? html`<span class="sub">${texts.right}</span>` : nothing}
      </span>
      <span class="value num">${this.newest(one, place)}</span>
      ${
        row && row.state !== 'live'
          ? html`<span class="state ${row.state} sub">${app.texts.state[row.state]}</span>`
          : nothing
      }
      <button
        class="remove"
        title=${texts.remove(this.nameOf(one))}
        aria-label=${texts.remove(this.nameOf(one))}
        @click=${() => this.show(this.series.filter((other) => keyOf(other) !== keyOf(one)))}
      >
        ${icons.close}
      </button>
    </li>`;
  }

  /** By what a line is told from the others: its colour, on paper its dashes. */
  private swatch({ colour }: Compared, place: number): TemplateResult {
    const dashes = this.app.theme === 'print' ? DASHES_ON_PAPER[place] : undefined;
    if (!dashes) return html`<span class="swatch" style="--colour: var(${colour})"></span>`;
    return html`<svg width="44" height="3" aria-hidden="true">
      <line
        x2="44"
        y1="1.5"
        y2="1.5"
        stroke="#000000"
        stroke-width="2"
        stroke-dasharray=${dashes.join(' ')}
      />
    </svg>`;
  }

  private newest({ nodo, variable }: Compared, place: number): unknown {
    const { app, hover } = this;
    const feed = this.feeds.get(nodo);
    const variables = app.variables.of(nodo);
    const unit = variables.unit(variable);
    const say = (value: Values[string] | undefined): unknown => {
      const number = drawnNumber(value);
      if (value === undefined) return '–';
      if (typeof value === 'boolean' || (number !== null && this.isBoolean({ nodo, variable })))
        return truthInWords(Number(value), app);
      if (number === null) return value ?? app.texts.node.noValue;
      return html`<b>${app.format.number(number, variables.decimals(variable))}</b> <small>${unit}</small>`;
    };
    if (hover && place >= 0)
      return html`${say(hover.values[place])} <small>${app.format.moment(hover.time)}</small>`;
    const { row } = feed ?? {};
    const isNow = app.address.range.kind !== 'between' && row && Object.hasOwn(row.valores, variable);
    if (isNow) return say(row.valores[variable]);
    const found = feed?.model?.latest(variable);
    if (!found) return say(undefined);
    // Where the node has sent since, and this was not in it.
    const at = found.time === feed?.model?.newest ? nothing : app.format.moment(found.time);
    return html`${say(found.value)} <small>${at}</small>`;
  }

  private isBoolean({ nodo, variable }: SeriesName): boolean {
    return this.feeds.get(nodo)?.model?.isBoolean(variable) ?? false;
  }

  private nameOf({ nodo, variable }: SeriesName): string {
    return `${nodo} · ${this.app.variables.of(nodo).name(variable, this.app.language)}`;
  }

  /** The chart in words, for those who do not see it. */
  private description(lines: readonly Line[]): string {
    const { texts, format } = this.app;
    const said = lines.map((line) => {
      const { min, mean, max } = line.model.summary(line.variable);
      const variables = this.app.variables.of(line.nodo);
      const unit = variables.unit(line.variable);
      const decimals = variables.decimals(line.variable);
      const isBoolean = line.model.isBoolean(line.variable);
      const say = (value: number | null): string => {
        if (value === null) return '–';
        return isBoolean ? truthInWords(value, this.app) : format.number(value, decimals);
      };
      return `${this.nameOf(line)}: ${texts.node.min} ${say(min)}, ${texts.node.mean} ${say(mean)}, ${texts.node.max} ${say(max)} ${unit}`.trim();
    });
    return `${this.texts.chart}. ${said.join('; ')}`;
  }

  private fileName(lines: readonly Line[]): string {
    return lines.map(({ nodo, variable }) => `${nodo}-${variable}`).join('_');
  }

  private downloadCsv(lines: readonly Line[]): void {
    const { language, texts, zone } = this.app;
    const { mean, min, max } = texts.node;
    const parts = lines
      .filter(({ model, variable }) => model.columns.has(variable))
      .map(({ nodo, variable, model }) => {
        const heading = `${nodo} ${this.app.variables.of(nodo).heading(variable)}`;
        return { model, variable, heading };
      });
    const style = { locale: csvLocale(language, navigator.languages), mean, min, max, zone };
    const content = new Blob(['\uFEFF', joinedCsv(parts, style)], { type: 'text/csv;charset=utf-8' });
    download(`${this.fileName(lines)}.csv`, content);
  }

  private downloadPicture(lines: readonly Line[]): void {
    const chart = this.renderRoot.querySelector<CompareChart>('skm-compare-chart')?.picture();
    if (!chart) return;
    const texts = lines.map((line) => {
      const unit = this.app.variables.of(line.nodo).unit(line.variable);
      return { text: `${this.nameOf(line)}${unit ? ` (${unit})` : ''}`, colour: line.colour };
    });
    downloadPicture(this.fileName(lines), chart, texts, this);
  }
}

/** @returns the first and the last time of all lines together; none where none has points */
function reachOf(lines: readonly Line[]): number[] {
  const ends = lines.flatMap(({ model: { times } }) => (times.length > 0 ? [times[0]!, times.at(-1)!] : []));
  return ends.length > 0 ? [Math.min(...ends), Math.max(...ends)] : [];
}
