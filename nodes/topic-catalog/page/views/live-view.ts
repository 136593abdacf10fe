import { LitElement, css, html, nothing, type TemplateResult } from 'lit';
import { property, state } from 'lit/decorators.js';
import { element } from '../element';
import { repeat } from 'lit/directives/repeat.js';
import type { LiveReading, LiveUpdate, TopicsAnswer } from '../../answers';
import { LAST_10 } from '../address';
import type { App } from '../app';
import { icons } from '../parts/icons';
import { blank, noticeStyles } from '../parts/notices';
import { Live } from '../live';
import { Query } from '../query';
import { shared } from '../styles';

/** More than this nobody reads; older ones go as new ones come. */
const KEPT = 200;
const TOPICS_POLL_MS = 10_000;

interface Entry {
  id: number;
  reading: LiveReading;
}

/** What is being stored right now, the newest on top. */
@element('skm-live')
export class LiveView extends LitElement {
  static override styles = [
    shared,
    noticeStyles,
    css`
      select {
        max-width: 320px;
      }
      li {
        display: grid;
        grid-template-columns: 92px minmax(110px, 200px) 1fr;
        gap: 4px 16px;
        padding: 12px 16px;
        border-bottom: 1px solid var(--line);
        font-size: 14px;
      }
      li:last-child {
        border-bottom: 0;
      }
      ol {
        margin: 0;
        padding: 0;
        list-style: none;
      }
      .who {
        font-weight: 600;
        overflow-wrap: anywhere;
      }
      .who a {
        display: -webkit-box;
        -webkit-box-orient: vertical;
        -webkit-line-clamp: 3;
        overflow: hidden;
      }
      .who .sub {
        font-weight: 400;
        font-size: 12.5px;
      }
      pre {
        margin: 0;
        font:
          12.5px/1.55 ui-monospace,
          'SF Mono',
          Consolas,
          'Liberation Mono',
          monospace;
        white-space: pre-wrap;
        overflow-wrap: anywhere;
      }
      .key {
        color: var(--accent);
      }
      .mark {
        color: var(--muted);
      }
      @media (max-width: 620px) {
        .head .grow {
          flex: 1 1 100%;
        }
        .head select {
          flex: 1;
          min-width: 0;
          max-width: none;
        }
        li {
          grid-template-columns: auto 1fr;
        }
        pre {
          grid-column: 1 / -1;
        }
      }
    `,
  ];

  @property({ attribute: false }) app!: App;
  @state() private entries: Entry[] = [];
  @state() private paused = false;
  @state() private waitingEntries: Entry[] = [];
  @state() private missed = 0;
  @state() private skipped = 0;

  private nextId = 0;
  private readonly topics = new Query<TopicsAnswer>(this, () => this.app.client);

  constructor() {
    super();
    new Live(
      this,
      () => this.app.client,
      (update) => this.onLive(update),
    );
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.topics.set({ action: 'topics', payload: {}, every: TOPICS_POLL_MS });
  }

  private onLive({ readings, skipped }: LiveUpdate): void {
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

  private entry({ nodo, topic, ts, fecha, hora, valores }: LiveReading): TemplateResult {
    const { app } = this;
    const address = { view: 'node', nodo, range: LAST_10 } as const;
    const open = (event: MouseEvent): void => {
      event.preventDefault();
      app.go(address);
    };
    const fields = { ...valores, ...(fecha === null ? {} : { fecha }), ...(hora === null ? {} : { hora }) };
    return html`<li>
      <time class="num sub" datetime=${new Date(ts).toISOString()}>${app.format.time(ts)}</time>
      <div class="who">
        <a dir="auto" href=${app.link(address)} @click=${open}>${nodo}</a>
        ${topic === null ? nothing : html`<div class="sub">${topic}</div>`}
      </div>
      <pre>${json(fields)}</pre>
    </li>`;
  }
}

/** An object as JSON on one line that breaks between its fields. */
function json(fields: Record<string, unknown>): TemplateResult {
  const mark = (text: string): TemplateResult => html`<span class="mark">${text}</span>`;
  return html`${mark('{ ')}${Object.entries(fields).map(
    ([key, value], index) =>
      html`${index === 0 ? '' : mark(', ')}<span class="key">${JSON.stringify(key)}</span
        >${mark(': ')}${JSON.stringify(value)}`,
  )}${mark(' }')}`;
}
