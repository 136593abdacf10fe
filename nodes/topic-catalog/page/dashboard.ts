import { LitElement, html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { property, state } from 'lit/decorators.js';
import { Zone } from '../../shared/zone';
import { element } from './element';
import { LAST_10, readAddress, writeAddress, type Address, type ViewName } from './address';
import { NO_SETTINGS, type PageSettings, type ViewContext } from './view-context';
import type { SettingsAnswer } from '../contract';
import { AnswerError, Client, type Message } from './client';
import { Format, localeOf } from './format';
import { icons } from './parts/icons';
import { link } from './parts/link';
import { awayNotice, noticeStyles } from './parts/notices';
import { Printing } from './printing';
import { printedSource } from './parts/printed';
import './parts/settings-dialog';
import {
  onOthersWall,
  readLanguage,
  readTheme,
  readWall,
  writeLanguage,
  writeTheme,
  type ShownTheme,
  type Theme,
} from './preferences';
import { SETTINGS_TEXTS } from './settings-texts';
import { shared, tokens } from './styles';
import { TEXTS, type Language } from './texts';
import { Variables, type VariableInfo } from './variables';
import './views/compare-view';
import './views/events-view';
import './views/inside-view';
import './views/live-view';
import './views/node-view';
import './views/nodes-view';
import './views/screen-view';
import './views/topics-view';
import './views/wall-view';
import { dashboardStyles } from './dashboard.styles';

type Tab = Exclude<ViewName, (typeof OF_NODES)[number] | 'screen'>;
/** What is reached from the list of nodes. */
const OF_NODES = ['node', 'compare', 'wall'] as const;

const TABS: readonly Tab[] = ['nodes', 'topics', 'live', 'inside', 'events'];
const THEMES: readonly Theme[] = ['auto', 'light', 'dark'];

/**
 * The whole page. Its host, a dashboard of whatever kind, sets `send` and hands it messages by `receive`; README.md
 * beside this file has the hosts that were tried.
 */
@element('serial-kafka-mongo-dashboard')
export class Dashboard extends LitElement {
  static override styles = [tokens, shared, noticeStyles, dashboardStyles];

  /** sends a message to topic-catalog; set by the host, at any time */
  @property({ attribute: false }) send: ((message: Message) => void) | undefined;
  /** a host's own variables: {"luz": {"es": "Luz", "en": "Light", "unit": "lx"}} */
  @property({ type: Object, attribute: 'variables' }) extraVariables: Record<string, VariableInfo> = {};
  @property({ reflect: true }) theme: ShownTheme = 'light';
  @state() private language: Language = readLanguage();
  @state() private themeChoice: Theme = readTheme();
  @state() private address: Address = readAddress(location.hash);
  @state() private settings: PageSettings = NO_SETTINGS;
  @state() private settingsOpen = false;
  @state() private app!: ViewContext;

  private readonly printing = new Printing(this);
  private readonly darkness = matchMedia('(prefers-color-scheme: dark)');
  private readonly client = new Client(
    (message) => {
      if (this.send) this.send(message);
      else this.unsent.push(message);
    },
    () => this.requestUpdate(),
    () => void this.askSettings(),
  );
  private readonly unsent: Message[] = [];
  private endOthersWall: (() => void) | undefined;

  /** Takes a message from the host: an answer of topic-catalog, or a live update. Anything else changes nothing. */
  receive(message: unknown): void {
    if (typeof message === 'object' && message !== null) this.client.receive(message);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    window.addEventListener('hashchange', this.onAddress);
    window.addEventListener('popstate', this.onAddress);
    this.darkness.addEventListener('change', this.onChange);
    this.endOthersWall = onOthersWall(this.onChange);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    window.removeEventListener('hashchange', this.onAddress);
    window.removeEventListener('popstate', this.onAddress);
    this.darkness.removeEventListener('change', this.onChange);
    this.endOthersWall?.();
  }

  private async askSettings(): Promise<void> {
    try {
      const { variables, refused } = await this.client.ask<SettingsAnswer>('settings', {});
      this.settings = { variables, refused };
    } catch (error) {
      if (!(error instanceof AnswerError)) throw error;
      this.client.forgetSettings();
    }
  }

  private readonly onAddress = (): void => {
    const address = readAddress(location.hash);
    if (JSON.stringify(address) !== JSON.stringify(this.address)) this.address = address;
  };

  private readonly onChange = (): void => this.requestUpdate();

  protected override willUpdate(changed: PropertyValues): void {
    const { client, address } = this;
    // A screen without controls looks as its address says.
    const hung: Partial<Address> = address.view === 'screen' ? address : {};
    const choice = hung.theme ?? this.themeChoice;
    const seen = choice === 'auto' ? (this.darkness.matches ? 'dark' : 'light') : choice;
    this.theme = this.printing.now ? 'print' : seen;
    const language = hung.language ?? this.language;
    if (this.send) for (const message of this.unsent.splice(0)) this.send(message);
    const { theme, settings } = this;
    this.lang = language;
    const changedInto = changed as PropertyValues<{ extraVariables: unknown; settings: unknown }>;
    const fresh = this.app?.language !== language;
    const renamed = fresh || changedInto.has('extraVariables') || changedInto.has('settings');
    this.app = {
      client,
      language,
      address,
      theme,
      texts: TEXTS[language],
      wall: readWall(),
      zone: Zone.own(),
      format: fresh ? new Format(localeOf(language, navigator.languages)) : this.app.format,
      variables: renamed ? new Variables(this.extraVariables, settings.variables) : this.app.variables,
      settings,
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
    if (this.address.view === 'screen') return html`<main>${this.view()}</main>`;
    const home = { view: 'nodes', range: LAST_10 } as const;
    return html`<div class="top">
        <div>
          ${link(
            this.app,
            home,
            html`<svg
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
              Serial Kafka Mongo`,
            { class: 'brand' },
          )}
          <nav aria-label=${texts.nav.label}>${TABS.map((view) => this.tab(view))}</nav>
          <div class="tools">
            ${this.pulse()} ${this.settingsButton()} ${this.languageSwitch()} ${this.themeSwitch()}
          </div>
        </div>
      </div>
      <main>${awayNotice(this.app)} ${this.view()} ${printedSource(this.app)}</main>
      ${
        this.settingsOpen
          ? html`<skm-settings-dialog
              .app=${this.app}
              @closed=${() => (this.settingsOpen = false)}
            ></skm-settings-dialog>`
          : nothing
      }`;
  }

  private tab(view: Tab): TemplateResult {
    const address = { view, range: LAST_10 };
    const current =
      this.address.view === view || (view === 'nodes' && OF_NODES.some((name) => name === this.address.view));
    return link(this.app, address, this.app.texts.nav[view], { current });
  }

  /** Whether the page gets answers, whatever it shows. */
  private pulse(): TemplateResult {
    const { state, away } = this.client;
    const { pulse } = this.app.texts;
    // Who does not answer at all says nothing about the parts behind him.
    const problem = state === 'connection' ? state : (away[0]?.part ?? state);
    const text = problem === 'answered' ? pulse.live : pulse[problem ?? 'connecting'];
    const kind = problem === 'answered' ? 'live' : problem === null ? '' : 'silent';
    return html`<span class="state pulse ${kind}" role="status" title=${text}><span>${text}</span></span>`;
  }

  private settingsButton(): TemplateResult {
    const label = SETTINGS_TEXTS[this.language].all.open;
    return html`<button title=${label} aria-label=${label} @click=${() => (this.settingsOpen = true)}>
      ${icons.settings}
    </button>`;
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
      case 'compare':
        return html`<skm-compare .app=${app}></skm-compare>`;
      case 'wall':
        return html`<skm-wall .app=${app}></skm-wall>`;
      case 'screen':
        return html`<skm-screen .app=${app}></skm-screen>`;
      case 'topics':
        return html`<skm-topics .app=${app}></skm-topics>`;
      case 'live':
        return html`<skm-live .app=${app}></skm-live>`;
      case 'inside':
        return html`<skm-inside .app=${app}></skm-inside>`;
      case 'events':
        return html`<skm-events .app=${app}></skm-events>`;
    }
  }
}
