import { html, nothing, type TemplateResult } from 'lit';
import { state } from 'lit/decorators.js';
import { element } from '../element';
import { repeat } from 'lit/directives/repeat.js';
import type { LiveReading, LiveUpdate, TopicsAnswer } from '../../contract';
import { LAST_10 } from '../address';
import type { ViewContext } from '../view-context';
import { icons } from '../parts/icons';
import { link } from '../parts/link';
import { blank, noticeStyles } from '../parts/notices';
import { Query } from '../query';
import { shared } from '../styles';
import { HearingView } from './hearing-view';
import { liveViewStyles } from './live-view.styles';

/** More than this nobody reads; older ones go as new ones come. */
const KEPT = 200;
const TOPICS_POLL_MS = 10_000;

interface Entry {
  id: number;
  reading: LiveReading;
}

/** What is being stored right now, the newest on top. */
@element('skm-live')
export class LiveView extends HearingView {
  static override styles = [shared, noticeStyles, liveViewStyles];

  @state() private entries: Entry[] = [];
  @state() private paused = false;
  @state() private waitingEntries: Entry[] = [];
  @state() private missed = 0;
  @state() private skipped = 0;

  private nextId = 0;
  private readonly topics = new Query<TopicsAnswer>(this, this.client);

  override connectedCallback(): void {
    super.connectedCallback();
    this.topics.set({ action: 'topics', payload: {}, every: TOPICS_POLL_MS });
  }

  protected override onLive({ readings, skipped }: LiveUpdate): void {
    const { topic } = this.app.address;
    // A batch that was delivered again may bring some of what is shown.
    const known = new Set([...this.waitingEntries, ...this.entries].map(({ reading }) => reading.id));
    const fresh = readings
      .filter((reading) => topic === undefined || reading.topic === topic)
      .filter(({ id }) => id === null || !known.has(id))
      .map((reading): Entry => ({ id: this.nextId++, reading }))
      .reverse();
    if (this.paused) {
      this.missed += fresh.length;
      this.waitingEntries = [...fresh, ...this.waitingEntries].slice(0, KEPT);
    } else {
      this.entries = [...fresh, ...this.entries].slice(0, KEPT);
    }
    this.skipped = skipped;
  }

  private toggle(): void {
    this.paused = !this.paused;
    if (this.paused) return;
    this.entries = [...this.waitingEntries, ...this.entries].slice(0, KEPT);
    this.waitingEntries = [];
    this.missed = 0;
  }

  private choose(topic: string): void {
    this.entries = [];
    this.waitingEntries = [];
    this.missed = 0;
    this.app.go({ view: 'live', range: LAST_10, ...(topic === '' ? {} : { topic }) }, true);
  }

  protected override render(): unknown {
    const { texts, address } = this.app;
    const names = (this.topics.data?.topics ?? [])
      .filter(({ internal }) => !internal)
      .map(({ name }) => name);
    if (address.topic !== undefined && !names.includes(address.topic)) names.unshift(address.topic);
    return html`<div class="head">
        <div class="grow">
          <h1>${texts.live.title}</h1>
          <p class="sub num">
            ${this.paused ? texts.live.paused(this.missed) : this.skipped > 0 ? texts.live.skipped(this.skipped) : html`&nbsp;`}
          </p>
        </div>
        <select
          aria-label=${texts.live.topic}
          @change=${(event: Event) => this.choose((event.target as HTMLSelectElement).value)}
        >
          <option value="" ?selected=${address.topic === undefined}>${texts.live.all}</option>
          ${names.map((name) => html`<option value=${name} ?selected=${name === address.topic}>${name}</option>`)}
        </select>
        <button aria-pressed=${this.paused} @click=${() => this.toggle()}>
          ${this.paused ? html`${icons.play}${texts.live.resume}` : html`${icons.pause}${texts.live.pause}`}
        </button>
      </div>
      ${
        this.entries.length === 0
          ? blank(texts.live.none, texts.live.noneText)
          : html`<ol class="card">
              ${repeat(
                this.entries,
                ({ id }) => id,
                ({ reading }) => this.entry(reading),
              )}
            </ol>`
      }`;
  }

  private entry({ nodo, topic, ts, fecha, hora, valores, record, ahead }: LiveReading): TemplateResult {
    const { app } = this;
    const address = { view: 'node', nodo, range: LAST_10 } as const;
    const fields = { ...valores, ...(fecha === null ? {} : { fecha }), ...(hora === null ? {} : { hora }) };
    return html`<li>
      <time class="num sub" datetime=${new Date(ts).toISOString()}>${app.format.time(ts)}</time>
      <div class="who">
        ${link(app, address, nodo, { dir: 'auto' })}
        ${topic === null ? nothing : html`<div class="sub">${topic}</div>`}
        ${ahead === undefined ? nothing : html`<div class="sub ahead">${app.texts.node.ahead(app.format.duration(ahead))}</div>`}
        ${record === undefined ? nothing : html`<div class="sub num">${this.app.texts.live.place(record)}</div>`}
      </div>
      <pre>${json(fields, app, nodo)}</pre>
    </li>`;
  }
}

/**
 * An object as JSON on one line that breaks between its fields; a variable with the name, decimals and unit that are set on
 * the page, which are no JSON any more.
 */
function json(
  fields: Record<string, unknown>,
  { variables, language, format }: ViewContext,
  nodo: string,
): TemplateResult {
  const own = variables.of(nodo);
  const mark = (text: string): TemplateResult => html`<span class="mark">${text}</span>`;
  const shown = (key: string, value: unknown): string => {
    const isSet = own.isNamed(key) || own.decimals(key) !== undefined;
    if (!isSet || typeof value !== 'number') return JSON.stringify(value);
    return `${format.number(value, own.decimals(key))} ${own.unit(key)}`.trim();
  };
  return html`${mark('{ ')}${Object.entries(fields).map(
    ([key, value], index) =>
      html`${index === 0 ? '' : mark(', ')}<span class="key" title=${key}
          >${JSON.stringify(own.isNamed(key) ? own.name(key, language) : key)}</span
        >${mark(': ')}${shown(key, value)}`,
  )}${mark(' }')}`;
}
