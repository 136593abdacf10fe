import { LitElement, css, html, nothing, type TemplateResult } from 'lit';
import { property, state } from 'lit/decorators.js';
import { element } from '../element';
import { repeat } from 'lit/directives/repeat.js';
import type { EventsAnswer, LiveUpdate, NodeEvent } from '../../answers';
import { LAST_10 } from '../address';
import type { App } from '../app';
import { Clock } from '../clock';
import { Live } from '../live';
import { blank, noticeStyles, staleNotice, waiting } from '../parts/notices';
import { Query } from '../query';
import { shared } from '../styles';

const POLL_MS = 15_000;
const KEPT = 200;

/** What happened to the nodes: fell silent, came back, lost a sensor. */
@element('skm-events')
export class EventsView extends LitElement {
  static override styles = [
    shared,
    noticeStyles,
    css`
      .kind {
        display: inline-flex;
        align-items: center;
        padding: 3px 10px;
        border-radius: 99px;
        font-size: 13px;
        font-weight: 600;
        white-space: nowrap;
        background: var(--ok-soft);
        color: var(--ok);
      }
      .kind.silent,
      .kind.sensor-error {
        background: var(--warn-soft);
        color: var(--warn);
      }
      @media (min-width: 761px) {
        td.when {
          white-space: nowrap;
        }
      }
      td.who {
        overflow-wrap: anywhere;
        font-weight: 600;
      }
      small {
        display: block;
        font-weight: 400;
        color: var(--muted);
      }
    `,
  ];

  @property({ attribute: false }) app!: App;
  @state() private fresh: NodeEvent[] = [];

  private readonly events = new Query<EventsAnswer>(
    this,
    () => this.app.client,
    () => (this.fresh = []),
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

  override connectedCallback(): void {
    super.connectedCallback();
    this.events.set({ action: 'events', payload: {}, every: POLL_MS });
  }

  private onLive({ events }: LiveUpdate): void {
    if (events.length > 0) this.fresh = [...events.toReversed(), ...this.fresh].slice(0, KEPT);
  }

  protected override render(): unknown {
    const { app, events } = this;
    const { texts } = app;
    const shown = events.data ? [...this.fresh, ...events.data.events] : undefined;
    return html`<div class="head"><h1>${texts.events.title}</h1></div>
      ${staleNotice(app, events)}
      ${
        !shown
          ? waiting(app, events.trouble)
          : shown.length === 0
            ? blank(texts.events.none, texts.events.noneText)
            : html`<div class="card scroll">
                <table class="stacked">
                  <tbody>
                    ${repeat(
                      shown,
                      ({ id }) => id,
                      (event) => this.row(event),
                    )}
                  </tbody>
                </table>
              </div>`
      }`;
  }

  private row({ at, kind, nodo, topic, variables }: NodeEvent): TemplateResult {
    const { app } = this;
    const { texts, format, language } = app;
    const address = { view: 'node', nodo, range: LAST_10 } as const;
    const open = (event: MouseEvent): void => {
      event.preventDefault();
      app.go(address);
    };
    const names = variables.map((name) => app.variables.name(name, language)).join(', ');
    return html`<tr>
      <td class="when num">${format.moment(at)}<small>${format.ago(at, app.client.now())}</small></td>
      <td><span class="kind ${kind}">${texts.events.kinds[kind]}</span></td>
      <td class="who">
        <a dir="auto" href=${app.link(address)} @click=${open}>${nodo}</a
        >${topic === null ? nothing : html`<small>${topic}</small>`}
      </td>
      <td>${names}</td>
    </tr>`;
  }
}
