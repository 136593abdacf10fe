import { LitElement, css, html, nothing, type TemplateResult } from 'lit';
import { property, state } from 'lit/decorators.js';
import { element } from '../element';
import { repeat } from 'lit/directives/repeat.js';
import type { TopicRow, TopicsAnswer } from '../../answers';
import { LAST_10, type Address } from '../address';
import type { App } from '../app';
import { Clock } from '../clock';
import { icons } from '../parts/icons';
import { blank, noticeStyles, staleNotice, waiting } from '../parts/notices';
import { Query } from '../query';
import { shared } from '../styles';
import './nodes-view';

const POLL_MS = 3_000;

type Column =
  'name' | 'nodes' | 'messages' | 'size' | 'rate' | 'lag' | 'lastWrite' | 'partitions' | 'retention';

const SORT_VALUES: Record<Column, (topic: TopicRow) => number | string> = {
  name: ({ name }) => name,
  nodes: ({ nodeCount }) => nodeCount ?? -1,
  messages: ({ messages }) => messages ?? -1,
  size: ({ sizeBytes }) => sizeBytes ?? -1,
  rate: ({ ratePerMinute }) => ratePerMinute ?? -1,
  lag: ({ lag }) => lag ?? -1,
  lastWrite: ({ lastWrite }) => lastWrite ?? -1,
  partitions: ({ partitions }) => partitions.length,
  retention: ({ retentionMs }) => (retentionMs === -1 ? Infinity : (retentionMs ?? -1)),
};

/** Kafka's topics; each opens to its nodes and its partitions. */
@element('skm-topics')
export class TopicsView extends LitElement {
  static override styles = [
    shared,
    noticeStyles,
    css`
      tr.topic {
        cursor: pointer;
      }
      tr.topic:hover td {
        background: var(--raised);
      }
      tr.open td {
        background: var(--raised);
        border-bottom-color: transparent;
      }
      .name {
        display: inline-flex;
        align-items: center;
        gap: 8px;
        min-height: 28px;
        padding: 0;
        border: 0;
        background: none;
        font-weight: 600;
        text-align: start;
        white-space: normal;
        overflow-wrap: anywhere;
      }
      .name svg {
        flex: none;
        transition: transform 0.12s;
      }
      .open .name svg {
        transform: rotate(90deg);
      }
      td {
        white-space: nowrap;
      }
      /* Ten columns have to fit into a page that is 1280 px wide. */
      table.stacked > * > tr > :is(th, td):not(.inside) {
        padding-inline: 12px;
      }
      table.stacked > * > tr > :is(th, td):first-child {
        padding-inline-start: 16px;
      }
      td.topic-name {
        white-space: normal;
        min-width: 180px;
      }
      td.retention {
        white-space: normal;
      }
      .lagging {
        color: var(--warn);
        font-weight: 600;
      }
      @media (max-width: 760px) {
        .head .grow,
        input[type='search'] {
          flex: 1 1 100%;
        }
        tr.open {
          background: var(--raised);
        }
        td.inside {
          margin: -12px -16px;
          padding: 4px 12px 16px !important;
        }
        table.stacked > * > tr > td:not(.inside) {
          padding-inline: 0;
        }
      }
      td.inside {
        padding: 4px 16px 20px;
        background: var(--raised);
        white-space: normal;
      }
      .inside h2 {
        margin: 14px 0 8px;
      }
      .inside .row {
        display: flex;
        align-items: baseline;
        gap: 12px;
        flex-wrap: wrap;
      }
      .foot {
        margin-top: 12px;
        font-size: 13px;
        color: var(--muted);
      }
    `,
  ];

  @property({ attribute: false }) app!: App;
  @state() private filter = '';
  @state() private internal = false;
  @state() private sort: Column = 'name';
  @state() private descending = false;

  private readonly topics = new Query<TopicsAnswer>(this, () => this.app.client);

  constructor() {
    super();
    new Clock(this);
  }

  protected override willUpdate(): void {
    this.topics.set({ action: 'topics', payload: {}, every: POLL_MS });
  }

  protected override render(): unknown {
    const { app, topics } = this;
    const { texts } = app;
    const { data } = topics;
    return html`<div class="head">
        <div class="grow">
          <h1>${texts.topics.title}</h1>
          <p class="sub num">${data ? this.cluster(data.cluster) : html`&nbsp;`}</p>
        </div>
        <label class="check">
          <input
            type="checkbox"
            .checked=${this.internal}
            @change=${(event: Event) => (this.internal = (event.target as HTMLInputElement).checked)}
          />
          ${texts.topics.internal}
        </label>
        <input
          type="search"
          placeholder=${texts.topics.filter}
          aria-label=${texts.topics.filter}
          @input=${(event: Event) => (this.filter = (event.target as HTMLInputElement).value)}
        />
      </div>
      ${staleNotice(app, topics)}
      ${data?.nodesWithoutTopic === null ? html`<div class="notice" role="status">${texts.topics.noDatabase}</div>` : nothing}
      ${data ? this.list(data) : waiting(app, topics.trouble)}`;
  }

  /** "Kafka 3.9 · ZooKeeper · 3 brokers · host:9092", as far as it is known */
  private cluster({ version, mode, brokers, description }: TopicsAnswer['cluster']): string {
    return [
      version === null ? undefined : `Kafka ${version}`,
      mode === null ? undefined : { kraft: 'KRaft', zookeeper: 'ZooKeeper' }[mode],
      this.app.texts.topics.brokers(brokers),
      description,
    ]
      .filter((part) => part !== undefined)
      .join(' · ');
  }

  private list(answer: TopicsAnswer): TemplateResult {
    const { texts } = this.app;
    const wanted = this.filter.toLowerCase();
    const shown = answer.topics.filter(
      ({ name, internal }) => (this.internal || !internal) && name.toLowerCase().includes(wanted),
    );
    if (shown.length === 0 && this.filter === '') return blank(texts.topics.none, texts.topics.noneText);
    const value = SORT_VALUES[this.sort];
    const direction = this.descending ? -1 : 1;
    shown.sort((a, b) => {
      const [x, y] = [value(a), value(b)];
      const order = typeof x === 'string' ? x.localeCompare(String(y)) : x - Number(y);
      return direction * order || a.name.localeCompare(b.name);
    });
    return html`<div class="card scroll">
        <table class="stacked">
          <thead>
            <tr>
              ${this.header('name')} ${this.header('nodes', true)}
              ${this.header('messages', true, texts.topics.estimate)}
              ${this.header('size', true, texts.topics.sizeHint)} ${this.header('rate', true)}
              ${this.header('lag', true, texts.topics.lagHint(answer.groupId))} ${this.header('lastWrite')}
              ${this.header('partitions', true)}
              <th scope="col">${texts.topics.columns.replication}</th>
              ${this.header('retention')}
            </tr>
          </thead>
          <tbody>
            ${repeat(
              shown,
              ({ name }) => name,
              (topic) => this.row(topic, answer),
            )}
          </tbody>
        </table>
      </div>
      ${answer.nodesWithoutTopic ? html`<p class="foot">${texts.topics.withoutTopic(answer.nodesWithoutTopic)}</p>` : nothing}`;
  }

  private header(column: Column, right = false, hint?: string): TemplateResult {
    const sorted = this.sort === column;
    const label = this.app.texts.topics.columns[column];
    return html`<th
      scope="col"
      class=${right ? 'right' : ''}
      aria-sort=${!sorted ? 'none' : this.descending ? 'descending' : 'ascending'}
    >
      <button
        title=${hint ?? nothing}
        @click=${() => {
          this.descending = sorted ? !this.descending : column !== 'name';
          this.sort = column;
        }}
      >
        ${label}<span aria-hidden="true">${sorted ? (this.descending ? '↓' : '↑') : ''}</span>
      </button>
    </th>`;
  }

  private row(topic: TopicRow, { sizesMissing }: TopicsAnswer): TemplateResult {
    const { app } = this;
    const { texts, format, client } = app;
    const { columns } = texts.topics;
    const open = app.address.topic === topic.name;
    const toggle = (): void =>
      app.go({ view: 'topics', range: LAST_10, ...(open ? {} : { topic: topic.name }) }, true);
    const known = (value: number | null): string => (value === null ? '–' : format.count(value));
    return html`<tr class="topic ${open ? 'open' : ''}" data-topic=${topic.name} @click=${toggle}>
        <td class="topic-name">
          <button
            class="name"
            aria-expanded=${open}
            aria-label=${texts.topics.open(topic.name)}
            @click=${(event: Event) => {
              event.stopPropagation();
              toggle();
            }}
          >
            ${icons.open}${topic.name}
          </button>
          ${topic.internal ? html`<span class="tag">${texts.topics.internalTag}</span>` : nothing}
          ${topic.compacted ? html`<span class="tag">${texts.topics.compacted}</span>` : nothing}
        </td>
        <td class="num right" data-label=${columns.nodes}>${known(topic.nodeCount)}</td>
        <td class="num right" data-label=${columns.messages}>
          ${topic.messages === null ? '–' : html`<abbr title=${texts.topics.estimate}>≈ ${known(topic.messages)}</abbr>`}
        </td>
        <td class="num right" data-label=${columns.size}>
          ${
            topic.sizeBytes === null
              ? html`<abbr
                  title=${sizesMissing === null ? texts.topics.sizeUnknown : texts.topics.sizeMissing(sizesMissing)}
                  >–</abbr
                >`
              : format.bytes(topic.sizeBytes)
          }
        </td>
        <td class="num right" data-label=${columns.rate}>${known(topic.ratePerMinute)}</td>
        <td class="num right" data-label=${columns.lag}>
          <span class=${topic.lag ? 'lagging' : ''}>${known(topic.lag)}</span>
        </td>
        <td class="num" data-label=${columns.lastWrite}>
          ${topic.lastWrite === null ? '–' : html`<span title=${format.dateTime(topic.lastWrite)}>${format.ago(topic.lastWrite, client.now())}</span>`}
        </td>
        <td class="num right" data-label=${columns.partitions}>${topic.partitions.length}</td>
        <td class="num" data-label=${columns.replication}>
          <span>
            ${topic.replication} ·
            ${
              topic.outOfSync > 0
                ? html`<abbr class="lagging" title=${texts.topics.outOfSync(topic.outOfSync)}
                    >${texts.topics.behind(topic.outOfSync)}</abbr
                  >`
                : html`<span class="sub" title=${texts.topics.allInSync}>${texts.topics.inStep}</span>`
            }
          </span>
        </td>
        <td class="num retention" data-label=${columns.retention}>${this.retention(topic)}</td>
      </tr>
      ${open ? this.inside(topic) : nothing}`;
  }

  private retention({ retentionMs, retentionBytes }: TopicRow): string {
    const { texts, format } = this.app;
    if (retentionMs === null) return '–';
    const time = retentionMs < 0 ? texts.topics.forever : format.duration(retentionMs);
    if (retentionBytes === null || retentionBytes < 0) return time;
    const size = texts.topics.atMost(format.bytes(retentionBytes));
    return retentionMs < 0 ? size : `${time}, ${size}`;
  }

  private inside(topic: TopicRow): TemplateResult {
    const { app } = this;
    const { texts } = app;
    const tail: Address = { view: 'live', topic: topic.name, range: LAST_10 };
    return html`<tr>
      <td class="inside" colspan="10">
        <div class="row">
          <h2>${texts.topics.nodesTitle}</h2>
          <a
            href=${app.link(tail)}
            @click=${(event: MouseEvent) => {
              event.preventDefault();
              app.go(tail);
            }}
            >${texts.topics.tail}</a
          >
        </div>
        <skm-nodes .app=${app} .topic=${topic.name}></skm-nodes>
        <h2>${texts.topics.partitionsTitle}</h2>
        <div class="card scroll">
          <table>
            <thead>
              <tr>
                <th scope="col">${texts.topics.partition}</th>
                <th scope="col" class="right">${texts.topics.first}</th>
                <th scope="col" class="right">${texts.topics.next}</th>
                <th scope="col" class="right">${texts.topics.columns.lag}</th>
                <th scope="col" class="right">${texts.topics.leader}</th>
                <th scope="col" class="right">${texts.topics.inSync}</th>
              </tr>
            </thead>
            <tbody class="num">
              ${topic.partitions.map(
                ({ partition, firstOffset, nextOffset, lag, leader, inSync, replicas }) =>
                  html`<tr>
                    <td>${partition}</td>
                    <td class="right">${firstOffset}</td>
                    <td class="right">${nextOffset}</td>
                    <td class="right">${lag === null ? '–' : app.format.count(lag)}</td>
                    <td class="right">${leader < 0 ? '–' : leader}</td>
                    <td class="right ${inSync < replicas ? 'lagging' : ''}">${inSync} / ${replicas}</td>
                  </tr>`,
              )}
            </tbody>
          </table>
        </div>
      </td>
    </tr>`;
  }
}
