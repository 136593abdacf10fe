import { LitElement, css, html, nothing } from 'lit';
import { property } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import { keyOf, MOST_SERIES, type SeriesName } from '../address';
import { Clock } from '../clock';
import { element } from '../element';
import { NodeFeeds } from '../node-feed';
import { awayNotice, blank, noticeStyles, staleNotice, waiting } from '../parts/notices';
import '../parts/wall-tile';
import { shared } from '../styles';
import type { ViewContext } from '../view-context';
import { WakeLock } from '../wake-lock';
import { WALL_TEXTS } from '../wall-texts';

/**
 * Chosen charts on a screen that hangs on a wall: nothing to press, as large as the window whatever hosts the page, and
 * on again by itself after every outage.
 */
@element('skm-screen')
export class ScreenView extends LitElement {
  static override styles = [
    shared,
    noticeStyles,
    css`
      :host {
        position: fixed;
        inset: 0;
        z-index: 10000;
        display: flex;
        flex-direction: column;
        box-sizing: border-box;
        width: 100%;
        height: 100%;
        max-width: none;
        max-height: none;
        margin: 0;
        padding: 12px;
        border: 0;
        background: var(--bg);
        color: var(--ink);
        cursor: none;
      }
      .tiles {
        display: grid;
        flex: 1 1 0;
        grid-template-columns: repeat(var(--columns), minmax(0, 1fr));
        grid-auto-rows: minmax(0, 1fr);
        gap: 12px;
        min-height: 0;
      }
      .notice {
        margin-bottom: 10px;
        font-size: clamp(16px, 2.2vmin, 30px);
      }
      footer {
        display: flex;
        justify-content: space-between;
        gap: 20px;
        padding-top: 6px;
        color: var(--muted);
        font-size: clamp(13px, 2vmin, 24px);
      }
    `,
  ];

  @property({ attribute: false }) app!: ViewContext;

  private readonly feeds = new NodeFeeds(this, () => this.app.client);
  private seconds = 0;

  constructor() {
    super();
    new Clock(this, 1_000, true);
    new WakeLock(this);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    window.addEventListener('resize', this.onResize);
    window.addEventListener('keydown', this.onKey);
    this.addEventListener('click', this.onClick);
    // What a host puts around the page, or transforms it by, does not reach into the browser's top layer.
    if (!('popover' in HTMLElement.prototype)) return;
    this.popover = 'manual';
    this.showPopover();
    document.addEventListener('fullscreenchange', this.onFullScreen);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    window.removeEventListener('resize', this.onResize);
    window.removeEventListener('keydown', this.onKey);
    this.removeEventListener('click', this.onClick);
    document.removeEventListener('fullscreenchange', this.onFullScreen);
  }

  private readonly onResize = (): void => this.requestUpdate();

  /** What becomes full-screen comes on top of what is there already, the wall with it: so the wall comes once more. */
  private readonly onFullScreen = (): void => {
    if (!this.matches(':popover-open')) return;
    this.hidePopover();
    this.showPopover();
  };

  private readonly onKey = ({ key }: KeyboardEvent): void => {
    if (key === 'Escape') this.app.go({ ...this.app.address, view: 'wall' });
  };

  private readonly onClick = (): void => {
    if (document.fullscreenElement) return;
    // A browser may not know how, as that of an iPhone, or not want to: then the window is what there is.
    const page = document.documentElement as { requestFullscreen?: () => Promise<void> };
    page.requestFullscreen?.().catch((error: unknown) => {
      if (!(error instanceof TypeError || error instanceof DOMException)) throw error;
    });
  };

  private get series(): readonly SeriesName[] {
    return this.app.address.series?.slice(0, MOST_SERIES) ?? [];
  }

  protected override willUpdate(): void {
    const { range } = this.app.address;
    this.feeds.set(
      this.series.map(({ nodo }) => nodo),
      { range, zone: this.app.zone, always: true },
    );
  }

  protected override render(): unknown {
    const { app, series } = this;
    const left = (app.address.series?.length ?? 0) - series.length;
    const texts = WALL_TEXTS[app.language];
    const { all } = this.feeds;
    const queries = all.flatMap(({ series, about }) => [about, series]);
    const stale = queries.find(({ problem }) => problem);
    this.style.setProperty('--columns', String(columnsFor(series.length, innerWidth / innerHeight)));
    const isHere = queries.some(({ data }) => data !== undefined);
    return html`<h1 class="visually-hidden">${texts.screen}</h1>
      ${awayNotice(app)} ${stale ? staleNotice(app, stale) : nothing}
      ${
        series.length === 0
          ? blank(texts.empty, texts.emptyText)
          : isHere
            ? html`<div class="tiles">
                ${repeat(series, keyOf, ({ nodo, variable }) => {
                  const feed = this.feeds.get(nodo);
                  return feed
                    ? html`<skm-wall-tile
                        .app=${app}
                        .feed=${feed}
                        .nodo=${nodo}
                        .variable=${variable}
                        .version=${this.seconds++}
                      ></skm-wall-tile>`
                    : nothing;
                })}
              </div>`
            : waiting(app, stale?.problem)
      }
      <footer class="num">
        <span>${app.format.dateTime(app.client.now())}</span>
        ${left > 0 ? html`<span>${texts.more(left, MOST_SERIES)}</span>` : nothing}
      </footer>`;
  }
}

/** @returns how many columns make tiles that are about as wide as charts are */
function columnsFor(count: number, shape: number): number {
  return Math.min(Math.max(count, 1), Math.max(1, Math.round(Math.sqrt((count * shape) / 1.6))));
}
