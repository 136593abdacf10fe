import { LitElement, html, nothing, type TemplateResult } from 'lit';
import { property, state } from 'lit/decorators.js';
import { element } from '../element';
import { repeat } from 'lit/directives/repeat.js';
import type { TopicRow, TopicsAnswer } from '../../contract';
import { LAST_10, LONGEST_NAME, type Address } from '../address';
import type { ViewContext } from '../view-context';
import { Clock } from '../clock';
import { icons } from '../parts/icons';
import { link } from '../parts/link';
import { blank, noticeStyles, staleNotice, waiting } from '../parts/notices';
import { sortableHeader, sortedBy, type Sorting } from '../parts/sortable-header';
import { Query } from '../query';
import { shared } from '../styles';
import './nodes-view';
import { topicsViewStyles } from './topics-view.styles';

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
  static override styles = [shared, noticeStyles, topicsViewStyles];

  @property({ attribute: false }) app!: ViewContext;
  @state() private internal = false;
  @state() private sorting: Sorting<Column> = { column: 'name', descending: false };

  private readonly topics = new Query<TopicsAnswer>(this, () => this.app.client);

  constructor() {
    super();
    new Clock(this);
  }

  private get filter(): string {
    return this.app.address.filter ?? '';
  }

  /** What is filtered and opened here is no step in the browser's history. */
  private show(address: Address): void {
    this.app.go(address, true);
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
          .value=${this.filter}
          maxlength=${LONGEST_NAME}
          placeholder=${texts.topics.filter}
          aria-label=${texts.topics.filter}
          @input=${(event: Event) => this.show({ ...app.address, filter: (event.target as HTMLInputElement).value })}
        />
      </div>
      ${staleNotice(app, topics)}
      ${data?.nodesWithoutTopic === null ? html`<div class="notice" role="status">${texts.topics.noDatabase}</div>` : nothing}
      ${data ? this.list(data) : waiting(app, topics.problem)}`;
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
    const value = SORT_VALUES[this.sorting.column];
    const direction = this.sorting.descending ? -1 : 1;
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
      ${answer.nodesWithoutTopic ? html`<p class="foot">${texts.topics.withoutTopic(answer.nodesWithoutTopic, answer.isMoreWithoutTopic)}</p>` : nothing}`;
  }

  private header(column: Column, right = false, hint?: string): TemplateResult {
    const label = this.app.texts.topics.columns[column];
    return sortableHeader(column, this.sorting, { label, right, hint }, () => {
      this.sorting = sortedBy(column, this.sorting, column !== 'name');
    });
  }

  private row(topic: TopicRow, { sizesMissing }: TopicsAnswer): TemplateResult {
    const { app } = this;
    const { texts, format, client } = app;
    const { columns } = texts.topics;
    const open = app.address.topic === topic.name;
    const { filter } = this;
    const toggle = (): void =>
      this.show({ view: 'topics', range: LAST_10, filter, ...(open ? {} : { topic: topic.name }) });
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
        <td class="num right" data-label=${columns.nodes}>
          ${topic.isMoreNodes ? '> ' : ''}${known(topic.nodeCount)}
        </td>
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
          ${link(app, tail, texts.topics.tail)}
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
