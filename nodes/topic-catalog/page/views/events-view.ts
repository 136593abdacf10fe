import { html, nothing, type TemplateResult } from 'lit';
import { state } from 'lit/decorators.js';
import { element } from '../element';
import { repeat } from 'lit/directives/repeat.js';
import type { EventsAnswer, LiveUpdate, NodeEvent, Note } from '../../contract';
import { LAST_10 } from '../address';
import { Clock } from '../clock';
import { link } from '../parts/link';
import '../parts/note-delete';
import { whenOf } from '../parts/note-list';
import { blank, noticeStyles, staleNotice, waiting } from '../parts/notices';
import { Query } from '../query';
import { SETTINGS_TEXTS } from '../settings-texts';
import { shared } from '../styles';
import { HearingView } from './hearing-view';
import { eventsViewStyles } from './events-view.styles';

const POLL_MS = 15_000;
const KEPT = 200;

/** What happened to the nodes: fell silent, came back, lost a sensor. */
@element('skm-events')
export class EventsView extends HearingView {
  static override styles = [shared, noticeStyles, eventsViewStyles];

  @state() private fresh: NodeEvent[] = [];

  private readonly events = new Query<EventsAnswer>(this, this.client, () => (this.fresh = []));

  constructor() {
    super();
    new Clock(this);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.events.set({ action: 'events', payload: {}, every: POLL_MS });
  }

  protected override onLive({ events, settings }: LiveUpdate): void {
    if (this.events.data && settings !== this.events.data.settings) this.events.again();
    if (events.length > 0) this.fresh = [...events.toReversed(), ...this.fresh].slice(0, KEPT);
  }

  protected override render(): unknown {
    const { app, events } = this;
    const { texts } = app;
    const shown = events.data
      ? listed([...this.fresh, ...events.data.events], events.data.notes ?? [])
      : undefined;
    return html`<div class="head"><h1>${texts.events.title}</h1></div>
      ${staleNotice(app, events)}
      ${
        !shown
          ? waiting(app, events.problem)
          : shown.length === 0
            ? blank(texts.events.none, texts.events.noneText)
            : html`<div class="card scroll">
                <table class="stacked">
                  <tbody>
                    ${repeat(shown, keyOf, (entry) =>
                      'text' in entry ? this.noteRow(entry) : this.row(entry),
                    )}
                  </tbody>
                </table>
              </div>`
      }`;
  }

  private row({ at, kind, nodo, topic, variables, limit, value }: NodeEvent): TemplateResult {
    const { app } = this;
    const { texts, format, language } = app;
    const address = { view: 'node', nodo, range: LAST_10 } as const;
    const own = app.variables.of(nodo);
    const names = variables.map((name) => own.name(name, language)).join(', ');
    const number = (of: number): string => {
      const [name = ''] = variables;
      return `${format.number(of, own.decimals(name))} ${own.unit(name)}`.trim();
    };
    return html`<tr>
      <td class="when num">${format.moment(at)}<small>${format.ago(at, app.client.now())}</small></td>
      <td><span class="kind ${kind}">${texts.events.kinds[kind]}</span></td>
      <td class="who">
        ${link(app, address, nodo, { dir: 'auto' })}${topic === null ? nothing : html`<small>${topic}</small>`}
      </td>
      <td>
        ${names}${
          limit === undefined || value === undefined
            ? nothing
            : html` <span class="num">${number(value)}</span
                ><small class="num">${texts.events.limit(number(limit))}</small>`
        }
      </td>
    </tr>`;
  }

  private noteRow(note: Note): TemplateResult {
    const { app } = this;
    const { nodo, from } = note;
    const address = { view: 'node', nodo, range: LAST_10 } as const;
    const now = app.client.now();
    // One may be written of what is planned.
    const ago = from > now ? nothing : html`<small>${app.format.ago(from, now)}</small>`;
    return html`<tr>
      <td class="when num">${whenOf(note, app)}${ago}</td>
      <td><span class="kind note">${SETTINGS_TEXTS[app.language].note.kind}</span></td>
      <td class="who">${link(app, address, nodo, { dir: 'auto' })}</td>
      <td>
        <span class="text" dir="auto">${note.text}</span>
        <skm-note-delete .app=${app} .note=${note}></skm-note-delete>
      </td>
    </tr>`;
  }
}

/**
 * Events and notes in one list, the newest first; each keeps its place among its own kind. An event that was asked for just
 * before it was told of is there once.
 */
function listed(events: readonly NodeEvent[], notes: readonly Note[]): (NodeEvent | Note)[] {
  const timeOf = (entry: NodeEvent | Note): number => ('text' in entry ? entry.from : entry.at);
  const once = new Map(events.map((event) => [keyOf(event), event]));
  return [...once.values(), ...notes].sort((a, b) => timeOf(b) - timeOf(a));
}

/** Events are counted from 1 again with each start of Node-RED. */
function keyOf(entry: NodeEvent | Note): string {
  return 'text' in entry ? entry.id : `${entry.at} ${entry.id}`;
}
