import { html, nothing, type TemplateResult } from 'lit';
import { state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import type {
  InsideAnswer,
  InsideGroup,
  InsidePage,
  InsidePartition,
  LiveUpdate,
  RecordPlace,
} from '../../contract';
import { LONGEST_NAME } from '../address';
import { element } from '../element';
import { INSIDE_TEXTS, type InsideTexts } from '../inside-texts';
import { blank, noticeStyles, staleNotice, waiting } from '../parts/notices';
import { Query } from '../query';
import { shared } from '../styles';
import { HearingView } from './hearing-view';
import { insideViewStyles } from './inside-view.styles';

const POLL_MS = 2_000;
/** As many as an answer shows. */
const PAGE = 50;
/** In each partition's row; more would not be seen. */
const KEPT = 12;
/** Of styles.ts, for keys. */
const COLOURS = 8;

/** What happens inside of Kafka: records fall into partitions, brokers lead and follow, groups go on. */
@element('skm-inside')
export class InsideView extends HearingView {
  static override styles = [shared, noticeStyles, insideViewStyles];

  /** the last records that were stored, the newest at the end, by topic and partition */
  @state() private records: ReadonlyMap<string, readonly RecordPlace[]> = new Map();
  @state() private topicOffset = 0;
  @state() private groupOffset = 0;
  private readonly inside = new Query<InsideAnswer>(this, this.client);

  private get search(): string {
    return this.app.address.filter ?? '';
  }

  protected override willUpdate(): void {
    const { search, topicOffset, groupOffset } = this;
    this.inside.set(
      { action: 'inside', payload: { search, topicOffset, groupOffset }, every: POLL_MS },
      true,
    );
  }

  protected override onLive({ readings }: LiveUpdate): void {
    const records = new Map(this.records);
    for (const { topic, record } of readings) {
      if (topic === null || record === undefined) continue;
      const place = placeOf(topic, record.partition);
      const row = records.get(place) ?? [];
      // A record that was delivered again stands there already.
      if (row.some(({ offset }) => offset === record.offset)) continue;
      records.set(place, [...row, record].slice(-KEPT));
    }
    this.records = records;
  }

  protected override render(): unknown {
    const { app, inside } = this;
    const texts = INSIDE_TEXTS[app.language];
    const { data } = inside;
    return html`<div class="head">
        <div class="grow">
          <h1>${texts.title}</h1>
          <p class="sub">${texts.intro}</p>
        </div>
        <input
          type="search"
          .value=${this.search}
          maxlength=${LONGEST_NAME}
          placeholder=${texts.search}
          aria-label=${texts.search}
          @input=${(event: Event) => {
            this.topicOffset = 0;
            this.groupOffset = 0;
            app.go({ ...app.address, filter: (event.target as HTMLInputElement).value }, true);
          }}
        />
      </div>
      ${staleNotice(app, inside)} ${data ? this.all(data, texts) : waiting(app, inside.problem)}`;
  }

  private all(
    { partitions, groups, problems, topicPage, groupPage }: InsideAnswer,
    texts: InsideTexts,
  ): TemplateResult {
    if (partitions.length === 0 && this.search === '') return blank(texts.noTopics, texts.noTopicsText);
    const topics = [...new Set(partitions.map(({ topic }) => topic))];
    return html`${topics.map(
        (topic) =>
          html`<h2 dir="auto">${topic}</h2>
            <div class="card" data-topic=${topic}>
              ${partitions.filter((one) => one.topic === topic).map((one) => this.partition(one, texts))}
            </div>`,
      )}
      ${partitions.length === 0 ? blank(texts.noMatch(this.search), '') : nothing}
      ${this.pages(texts.topics, topicPage, (offset) => (this.topicOffset = offset))}
      <h2>${texts.groups}</h2>
      ${problems.map(({ message }) => html`<div class="notice" role="status">${texts.missing} ${message}</div>`)}
      ${
        groups.length === 0
          ? html`<p class="sub">${texts.noGroups}</p>`
          : html`<div class="card">${groups.map((group) => this.group(group, texts))}</div>`
      }
      ${this.pages(texts.groups, groupPage, (offset) => (this.groupOffset = offset))}`;
  }

  /** Which part of a long list is shown, and how to come to the others. */
  private pages(
    label: string,
    { offset, shown, matching }: InsidePage,
    turn: (offset: number) => void,
  ): TemplateResult | typeof nothing {
    if (shown === matching) return nothing;
    const { texts, format } = this.app;
    return html`<nav class="pages num" aria-label=${label}>
      <span class="sub">${texts.nodes.page(offset + 1, offset + shown, format.number(matching))}</span>
      <button ?disabled=${offset === 0} @click=${() => turn(Math.max(0, offset - PAGE))}>
        ${texts.nodes.previous}
      </button>
      <button ?disabled=${offset + shown >= matching} @click=${() => turn(offset + shown)}>
        ${texts.nodes.next}
      </button>
    </nav>`;
  }

  private partition(
    { topic, partition, leader, replicas, inSync, nextOffset }: InsidePartition,
    texts: InsideTexts,
  ): TemplateResult {
    const records = this.records.get(placeOf(topic, partition)) ?? [];
    const leads = leader < 0 ? texts.nobody : texts.leader(leader);
    return html`<div class="partition" data-partition=${partition}>
      <div>
        <b>${this.app.texts.topics.partition} ${partition}</b>
        <span class="sub num">${texts.upTo(nextOffset === '-1' ? '?' : nextOffset)}</span>
        <div class="brokers" aria-label=${`${leads}; ${texts.replicas}: ${replicas.join(', ')}`}>
          ${replicas.map((broker) => {
            const behind = !inSync.includes(broker);
            const kind = broker === leader ? 'leads' : behind ? 'behind' : '';
            const title = broker === leader ? leads : behind ? texts.behind(broker) : `broker ${broker}`;
            return html`<span class="broker ${kind}" title=${title}
              >${broker === leader ? leads : broker}</span
            >`;
          })}
        </div>
      </div>
      <ol class="records">
        ${repeat(
          records,
          ({ offset }) => offset,
          ({ offset, key }) =>
            html`<li
              style="--colour: var(--series-${colourOf(key)})"
              title=${`${texts.offset} ${offset}, ${texts.key} ${key ?? '–'}`}
            >
              <span class="num">${offset}</span><span class="key" dir="auto">${key ?? '–'}</span>
            </li>`,
        )}
      </ol>
    </div>`;
  }

  private group(
    { groupId, state: kind, members, memberCount, committed }: InsideGroup,
    texts: InsideTexts,
  ): TemplateResult {
    const partition = this.app.texts.topics.partition.toLowerCase();
    return html`<div class="group" data-group=${groupId}>
      <b dir="auto">${groupId}</b> <span class="sub">${texts.members(memberCount)} · ${kind}</span>
      <ul>
        ${members.map(
          ({ clientId, host, assigned }) =>
            html`<li>
              <span dir="auto">${clientId}</span> (${host}) ${assigned.length === 0 ? nothing : texts.reads}
              ${assigned.map(({ topic, partitions }) => `${topic}: ${partitions.join(', ')}`).join('; ')}
            </li>`,
        )}
        ${memberCount > members.length ? html`<li class="sub">${texts.more(memberCount - members.length)}</li>` : nothing}
        ${committed.map(
          ({ topic, partition: number, offset, lag }) =>
            html`<li class="num">
              ${topic}, ${partition} ${number}: ${texts.committed} ${offset ?? texts.nothing},
              <span class=${(lag ?? 0) > 0 ? 'lagging' : ''}>${texts.lag} ${lag ?? '?'}</span>
            </li>`,
        )}
      </ul>
    </div>`;
  }
}

function placeOf(topic: string, partition: number): string {
  return `${partition}/${topic}`;
}

/** The same key always has the same colour. */
function colourOf(key: string | null): number {
  let hash = 0;
  for (const character of key ?? '') hash = (hash * 31 + (character.codePointAt(0) ?? 0)) % 1_000_003;
  return (hash % COLOURS) + 1;
}
