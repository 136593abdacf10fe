import { LitElement, css, html, type PropertyValues, type TemplateResult } from 'lit';
import { property, state } from 'lit/decorators.js';
import { element } from './element';
import { LAST_10, readAddress, writeAddress, type Address, type ViewName } from './address';
import type { App } from './app';
import { Client, type Message } from './client';
import { Format, localeOf } from './format';
import { icons } from './parts/icons';
import { readLanguage, readTheme, writeLanguage, writeTheme, type Theme } from './preferences';
import { shared, tokens } from './styles';
import { TEXTS, type Language } from './texts';
import { Variables, type VariableInfo } from './variables';
import './views/events-view';
import './views/live-view';
import './views/node-view';
import './views/nodes-view';
import './views/topics-view';

const TABS: readonly Exclude<ViewName, 'node'>[] = ['nodes', 'topics', 'live', 'events'];
const THEMES: readonly Theme[] = ['auto', 'light', 'dark'];

/**
 * The whole page. Its host, a dashboard of whatever kind, sets `send` and hands it messages by `receive`; README.md
 * beside this file has the hosts that were tried.
 */
@element('serial-kafka-mongo-dashboard')
export class Dashboard extends LitElement {
  static override styles = [
    tokens,
    shared,
    css`
      :host {
        display: block;
        min-height: 100vh;
        min-height: 100dvh;
        background: var(--bg);
        color: var(--ink);
        font:
          15px/1.45 system-ui,
          -apple-system,
          'Segoe UI',
          Roboto,
          'Helvetica Neue',
          Arial,
          sans-serif;
        text-align: start;
        -webkit-font-smoothing: antialiased;
      }
      .top {
        position: sticky;
        top: 0;
        z-index: 5;
        background: var(--surface);
        border-bottom: 1px solid var(--line);
      }
      .top > div,
      main {
        max-width: 1280px;
        margin: 0 auto;
        padding: 0 24px;
      }
      .top > div {
        display: flex;
        align-items: center;
        gap: 4px 20px;
        min-height: 56px;
      }
      .brand {
        display: flex;
        align-items: center;
        gap: 10px;
        font-weight: 650;
        letter-spacing: -0.01em;
        white-space: nowrap;
        color: var(--ink);
      }
      .brand svg {
        color: var(--accent);
      }
      nav {
        display: flex;
        flex: 1;
        gap: 2px;
        align-self: stretch;
        overflow-x: auto;
        scrollbar-width: none;
      }
      nav a {
        display: flex;
        align-items: center;
        padding: 0 12px;
        color: var(--muted);
        font-size: 14.5px;
        font-weight: 500;
        white-space: nowrap;
        border-bottom: 2px solid transparent;
        margin-bottom: -1px;
      }
      nav a:hover {
        color: var(--ink);
        text-decoration: none;
      }
      nav a[aria-current='page'] {
        color: var(--accent);
        border-bottom-color: var(--accent);
      }
      nav a:focus-visible {
        outline-offset: -3px;
      }
      .tools {
        display: flex;
        align-items: center;
        gap: 6px;
      }
      .tools button {
        min-height: 32px;
        padding: 0 8px;
        border-color: transparent;
        background: none;
        color: var(--muted);
        font-size: 13px;
        font-weight: 600;
      }
      .pulse {
        margin-inline-end: 8px;
        font-size: 13px;
        color: var(--muted);
      }
      main {
        padding-top: 24px;
        padding-bottom: 48px;
      }
      @media (max-width: 760px) {
        .pulse span {
          display: none;
        }
        .pulse::before {
          margin: 0;
        }
        .top > div {
          flex-wrap: wrap;
          padding: 0 16px;
          min-height: 48px;
        }
        .brand {
          flex: 1;
          min-height: 46px;
        }
        nav {
          order: 3;
          flex-basis: 100%;
          min-height: 42px;
          margin: 0 -12px;
        }
        main {
          padding: 18px 16px 40px;
        }
      }
    `,
  ];

  /** sends a message to topic-catalog; set by the host, at any time */
  @property({ attribute: false }) send: ((message: Message) => void) | undefined;
  /** a host's own variables: {"luz": {"es": "Luz", "en": "Light", "unit": "lx"}} */
  @property({ type: Object, attribute: 'variables' }) extraVariables: Record<string, VariableInfo> = {};
  @property({ reflect: true }) theme: 'light' | 'dark' = 'light';
  @state() private language: Language = readLanguage();
  @state() private themeChoice: Theme = readTheme();
  @state() private address: Address = readAddress(location.hash);
  @state() private app!: App;

  private readonly darkness = matchMedia('(prefers-color-scheme: dark)');
  private readonly client = new Client(
    (message) => {
      if (this.send) this.send(message);
      else this.unsent.push(message);
    },
    () => this.requestUpdate(),
  );
  private readonly unsent: Message[] = [];

  /** Takes a message from the host: an answer of topic-catalog, or a live update. Anything else changes nothing. */
  receive(message: unknown): void {
    if (typeof message === 'object' && message !== null) this.client.receive(message);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    window.addEventListener('hashchange', this.onAddress);
    window.addEventListener('popstate', this.onAddress);
    this.darkness.addEventListener('change', this.onDarkness);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    window.removeEventListener('hashchange', this.onAddress);
    window.removeEventListener('popstate', this.onAddress);
    this.darkness.removeEventListener('change', this.onDarkness);
  }

  private readonly onAddress = (): void => {
    const address = readAddress(location.hash);
    if (JSON.stringify(address) !== JSON.stringify(this.address)) this.address = address;
  };

  private readonly onDarkness = (): void => this.requestUpdate();

  protected override willUpdate(changed: PropertyValues): void {
    this.theme = this.themeChoice === 'auto' ? (this.darkness.matches ? 'dark' : 'light') : this.themeChoice;
    if (this.send) for (const message of this.unsent.splice(0)) this.send(message);
    const { client, language, address, theme } = this;
    this.lang = language;
    const changedInto = changed as PropertyValues<{ language: Language; extraVariables: unknown }>;
    const fresh = !this.app || changedInto.has('language') || changedInto.has('extraVariables');
    this.app = {
      client,
      language,
      address,
      theme,
      texts: TEXTS[language],
      format: fresh ? new Format(localeOf(language, navigator.languages)) : this.app.format,
      variables: fresh ? new Variables(this.extraVariables) : this.app.variables,
      link: (to) => writeAddress(location.hash, to),
      go: (to, replace = false) => this.go(to, replace),
    };
  }

  private go(address: Address, replace: boolean): void {
    const fragment = writeAddress(location.hash, address);
    // As if typed by hand: the host's own router, whichever it is, has to cope with that.
    if (replace) location.replace(fragment);
    else location.hash = fragment;
    this.address = address;
    if (replace) return;
    // What scrolls is the host's choice.
    this.scrollIntoView();
  }

  protected override render(): unknown {
    const { texts } = this.app;
    const home = { view: 'nodes', range: LAST_10 } as const;
    return html`<div class="top">
        <div>
          <a
            class="brand"
            href=${this.app.link(home)}
            @click=${(event: MouseEvent) => this.follow(event, home)}
          >
            <svg
              width="24"
              height="24"
              viewBox="0 0 24 24"
              fill="none"
              stroke="currentColor"
              stroke-width="2"
              stroke-linecap="round"
              stroke-linejoin="round"
              aria-hidden="true"
            >
              <path d="M2 13h4l3-8 5 14 3-8h5" />
            </svg>
            Serial Kafka Mongo
          </a>
          <nav aria-label=${texts.nav.label}>${TABS.map((view) => this.tab(view))}</nav>
          <div class="tools">${this.pulse()} ${this.languageSwitch()} ${this.themeSwitch()}</div>
        </div>
      </div>
      <main>${this.view()}</main>`;
  }

  private tab(view: Exclude<ViewName, 'node'>): TemplateResult {
    const address = { view, range: LAST_10 };
    const current = this.address.view === view || (view === 'nodes' && this.address.view === 'node');
    return html`<a
      href=${this.app.link(address)}
      aria-current=${current ? 'page' : 'false'}
      @click=${(event: MouseEvent) => this.follow(event, address)}
      >${this.app.texts.nav[view]}</a
    >`;
  }

  private follow(event: MouseEvent, address: Address): void {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
    event.preventDefault();
    this.go(address, false);
  }

  /** Whether the page gets answers, whatever it shows. */
  private pulse(): TemplateResult {
    const { state } = this.client;
    const { pulse } = this.app.texts;
    const text = state === 'answered' ? pulse.live : pulse[state ?? 'connecting'];
    const kind = state === 'answered' ? 'live' : state === null ? '' : 'silent';
    return html`<span class="state pulse ${kind}" role="status" title=${text}><span>${text}</span></span>`;
  }

  private languageSwitch(): TemplateResult {
    const other: Language = this.language === 'es' ? 'en' : 'es';
    const label = { es: 'Español', en: 'English' }[other];
    return html`<button
      lang=${other}
      title=${label}
      aria-label=${label}
      @click=${() => {
        this.language = other;
        writeLanguage(other);
      }}
    >
      ${other.toUpperCase()}
    </button>`;
  }

  private themeSwitch(): TemplateResult {
    const { texts } = this.app;
    const next = THEMES[(THEMES.indexOf(this.themeChoice) + 1) % THEMES.length]!;
    const label = `${texts.theme}: ${texts.themes[this.themeChoice]}`;
    return html`<button
      title=${label}
      aria-label=${label}
      @click=${() => {
        this.themeChoice = next;
        writeTheme(next);
      }}
    >
      ${icons[this.themeChoice]}
    </button>`;
  }

  private view(): TemplateResult {
    const { app, address } = this;
    switch (address.view) {
      case 'nodes':
        return html`<skm-nodes .app=${app}></skm-nodes>`;
      case 'node':
        return html`<skm-node .app=${app} .nodo=${address.nodo ?? ''}></skm-node>`;
      case 'topics':
        return html`<skm-topics .app=${app}></skm-topics>`;
      case 'live':
        return html`<skm-live .app=${app}></skm-live>`;
      case 'events':
        return html`<skm-events .app=${app}></skm-events>`;
    }
  }
}
