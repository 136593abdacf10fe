import type { Document } from 'mongodb';
import type { LiveReading, NodeRow, NodeState, NodesAnswer } from './contract';
import { atMost } from '../shared/time-limit';
import { DAY_MS } from '../shared/durations';
import { isAhead, latestRightTime } from '../shared/clock-ahead';
import { timeOfDate } from '../shared/stored-reading';
import { CatalogError } from './catalog-error';
import { Memo } from './memo';
import type { Counted, NodeList, NodesWanted } from './node-list';
import { NodeRecord } from './node-record';
import { ALWAYS_WHOLE, type SilenceProof } from './path-watch';
import type { PlaceOfLast, Readings, StoredReading } from './readings';
import type { NodeOrder, NodesRequest } from './requests';
import { SilenceWatch } from './silence-watch';
import { textOrNull, variablesOf } from './values';

/** The list is read again after this time, or after so many times what reading it took. */
const LIST_AGE_MS = 1_000;
const LIST_COST_FACTOR = 10;
/** Stored readings looked up of a node when it is shown for the first time. */
const STUDIED_READINGS = 30;
const STUDIES_AT_ONCE = 4;
/** An answer waits this long for nodes of which the database holds no time; the next answer has the rest. */
const STUDY_PATIENCE_MS = 400;
/** A list of more nodes than this is not kept in memory: its pages, searches and counts are asked of the database. */
export const MAX_LISTED = 5_000;
/** So long it is taken for too long, before that is looked at again. */
const LONG_MS = 600_000;
/** Records of nodes beside the list, of some 2 KB each; those that were used longest ago are forgotten. */
const MAX_OTHERS = 20_000;
/** How many nodes of a search or of a topic are counted where the list is long. */
const MAX_COUNTED = 1_000;
const COUNT_AGE_MS = 5_000;
const KEPT_COUNTS = 200;
/** Topics of which the nodes are counted at the same time. */
const COUNTS_AT_ONCE = 4;
/** Nodes that no list can hold are looked for seldom: no index leads to them. */
const UNLISTABLE_AGE_MS = 60_000;
const UNLISTABLE_COST_FACTOR = 100;
/** Without the name of the node before, a page of a long list can't begin further than this behind the first one. */
const MAX_OFFSET = 5_000;

const byName = new Intl.Collator(undefined, { numeric: true, sensitivity: 'base' });
const STATE_RANK = { silent: 0, unsure: 1, unknown: 2, live: 3 };

/** Nodes of a topic, in numbers. */
export interface TopicNodes extends Counted {
  lastWrite: number | null;
}

/**
 * All nodes. A list of some thousand is kept in memory: searching, sorting and counting then cost the database nothing. It
 * is read from the database, not more often than its size allows, and stays fresh in between by the readings that come by.
 * Of a longer one the database is asked for what is shown.
 */
export class NodeIndex {
  /** those that the database lists, where these are few enough */
  private listed = new Map<string, NodeRecord>();
  /** those that were heard or asked for and that the list does not have, or not yet; the one used longest ago first */
  private readonly others = new Map<string, NodeRecord>();
  private longUntil = 0;
  private unlistableCount: Counted = { count: 0, isMore: false };
  private readonly list = new Memo<void>(LIST_AGE_MS, LIST_COST_FACTOR);
  private readonly counts = new Memo<Counted>(COUNT_AGE_MS, LIST_COST_FACTOR, KEPT_COUNTS);
  private readonly unlistable = new Memo<Counted>(UNLISTABLE_AGE_MS, UNLISTABLE_COST_FACTOR);
  private readonly studying = new Map<string, Promise<void>>();
  private readonly studyQueue: (() => void)[] = [];
  private studies = 0;

  /** who is listened to */
  readonly silence: SilenceWatch;

  /**
   * @param silentAfter how many of its usual intervals a node may miss before it is called silent
   * @param path whether a node's readings would have been seen
   */
  constructor(
    private readonly readings: Readings,
    private readonly nodeList: NodeList,
    private readonly silentAfter: number,
    private readonly path: SilenceProof = ALWAYS_WHOLE,
    private readonly maxListed = MAX_LISTED,
  ) {
    this.silence = new SilenceWatch(silentAfter, path);
  }

  /** Whether a node sends, as far as that can be told at this time. */
  stateOf({ pulse }: NodeRecord, now: number): NodeState {
    return pulse.stateAt(now, this.silentAfter, this.path);
  }

  /** Takes a stored reading; the record as it is now. */
  accept(reading: LiveReading): NodeRecord {
    const record = this.recordOf(reading.nodo);
    record.accept(reading);
    record.heard = true;
    this.silence.listen(record.pulse);
    return record;
  }

  /** @throws CatalogError when the database does not answer */
  async page(request: NodesRequest): Promise<NodesAnswer> {
    await this.refresh();
    const answer = await (this.isLong && request.nodo === undefined
      ? this.pageOfLong(request)
      : this.pageOfListed(request));
    void this.countUnlistable();
    return this.unlistableCount.count === 0 ? answer : { ...answer, unlistable: this.unlistableCount };
  }

  /** For the next answer: it may take a server long to tell. */
  private async countUnlistable(): Promise<void> {
    try {
      this.unlistableCount = await this.unlistable.get('', () => this.nodeList.countUnlistable(MAX_COUNTED));
    } catch (error) {
      // Who asks for a page is told by that; without this number it is as good.
      if (!(error instanceof CatalogError)) throw error;
    }
  }

  private async pageOfListed(request: NodesRequest): Promise<NodesAnswer> {
    if (request.nodo !== undefined) await this.find(request.nodo);
    const now = Date.now();
    const matching = this.matching(request).map((record) => ({
      record,
      state: this.stateOf(record, now),
    }));
    const direction = request.descending ? -1 : 1;
    matching.sort(
      (a, b) => direction * compare(request.sort, a, b) || byName.compare(a.record.nodo, b.record.nodo),
    );
    const shown = matching.slice(request.offset, request.offset + request.limit).map(({ record }) => record);
    await this.readValues(shown.map(({ nodo }) => nodo));
    await this.study(shown);
    return {
      at: now,
      nodes: this.rowsOf(shown, now),
      total: this.listed.size + this.others.size,
      matching: matching.length,
      silent: matching.filter(({ state }) => state === 'silent').length,
      offset: request.offset,
    };
  }

  /** In the order of the names alone: none of the others is that of an index. */
  private async pageOfLong({ topic, search, after, offset, limit }: NodesRequest): Promise<NodesAnswer> {
    if (after === undefined && offset > MAX_OFFSET)
      throw new CatalogError('request', 'field', { field: 'offset', value: offset });
    const wanted = { topic, beginnings: beginningsOf(search) };
    const [names, matching] = await Promise.all([
      this.nodeList.names(wanted, after, after === undefined ? offset : 0, limit + 1),
      topic === undefined && search === '' ? { count: this.maxListed, isMore: true } : this.countOf(wanted),
    ]);
    const isEnd = names.length <= limit;
    const shown = names.slice(0, limit).map((nodo) => this.recordOf(nodo));
    const page = shown.map(({ nodo }) => nodo);
    await this.readValues(page);
    await this.study(shown);
    const now = Date.now();
    return {
      at: now,
      nodes: this.rowsOf(shown, now),
      total: this.maxListed,
      isMore: true,
      matching: matching.count,
      ...(matching.isMore ? { isMoreMatching: true } : {}),
      silent: null,
      offset,
      next: isEnd ? null : (page.at(-1) ?? null),
    };
  }

  private countOf(wanted: NodesWanted): Promise<Counted> {
    return this.counts.get(
      JSON.stringify([wanted.topic, wanted.topic === undefined, wanted.beginnings]),
      () => this.nodeList.count(wanted, MAX_COUNTED),
    );
  }

  private async readValues(names: readonly string[]): Promise<void> {
    for (const document of await this.nodeList.withValues(names)) this.take(document);
  }

  private rowsOf(records: readonly NodeRecord[], now: number): NodeRow[] {
    return records.map((record) => record.row(now, this.silentAfter, this.path));
  }

  /**
   * @returns what is known of a node, looked for in the database when the list does not have it
   * @throws CatalogError when the database does not answer
   */
  async find(nodo: string): Promise<NodeRecord | undefined> {
    if (!this.known(nodo)) {
      const document = await this.readings.node(nodo);
      if (document) this.take(document);
    }
    return this.known(nodo);
  }

  /**
   * Numbers of nodes by topic; null stands for those of which no topic is known.
   * @param names the topics that there are
   * @throws CatalogError when the database does not answer
   */
  async byTopic(names: readonly string[]): Promise<Map<string | null, TopicNodes>> {
    await this.refresh();
    if (this.isLong) return this.countByTopic([...names, null]);
    const topics = new Map<string | null, TopicNodes>();
    for (const { topic, ts } of this.all()) {
      const nodes = topics.get(topic) ?? { count: 0, isMore: false, lastWrite: null };
      nodes.count++;
      if (ts !== null && (nodes.lastWrite === null || ts > nodes.lastWrite)) nodes.lastWrite = ts;
      topics.set(topic, nodes);
    }
    return topics;
  }

  private async countByTopic(names: readonly (string | null)[]): Promise<Map<string | null, TopicNodes>> {
    const topics = new Map<string | null, TopicNodes>();
    const open = names.values();
    const worker = async (): Promise<void> => {
      for (const topic of open)
        topics.set(topic, { ...(await this.countOf({ topic, beginnings: [] })), lastWrite: null });
    };
    await Promise.all(Array.from({ length: COUNTS_AT_ONCE }, worker));
    return topics;
  }

  private get isLong(): boolean {
    return this.longUntil > 0;
  }

  private *all(): Iterable<NodeRecord> {
    yield* this.listed.values();
    yield* this.others.values();
  }

  private known(nodo: string): NodeRecord | undefined {
    return this.listed.get(nodo) ?? this.others.get(nodo);
  }

  /** Whether a long list still is one is looked at beside: the embedded database passes over all of it for that. */
  private async refresh(): Promise<void> {
    const looked = this.look();
    if (!this.isLong) return looked;
    // The page's own questions tell what is wrong, and the next page has it looked at again.
    looked.catch(() => undefined);
  }

  private look(): Promise<void> {
    return this.list.get('', async () => {
      if (performance.now() < this.longUntil) return;
      const listed = new Map<string, NodeRecord>();
      await this.nodeList.forEach(this.maxListed + 1, (document) => {
        const record = this.take(document);
        if (record) listed.set(record.nodo, record);
      });
      const isLong = listed.size > this.maxListed;
      this.longUntil = isLong ? performance.now() + LONG_MS : 0;
      const before = this.listed;
      this.listed = isLong ? new Map<string, NodeRecord>() : listed;
      if (isLong) return this.nodeList.learn(listed.keys());
      const now = Date.now();
      for (const record of before.values()) if (!listed.has(record.nodo)) this.keep(record);
      for (const record of this.others.values()) {
        if (listed.has(record.nodo)) this.others.delete(record.nodo);
        // Removed from the database; a node that is heard may just not have reached the list yet.
        else if (!this.isAlive(record, now)) this.forget(record.nodo);
      }
    });
  }

  /** Whether a node is heard, or there is still to be told that it no longer is. */
  private isAlive(record: NodeRecord, now: number): boolean {
    return record.heard && (record.pulse.told === 'live' || this.stateOf(record, now) !== 'silent');
  }

  private keep(record: NodeRecord): void {
    this.others.delete(record.nodo);
    this.others.set(record.nodo, record);
    for (const oldest of this.others.keys()) {
      if (this.others.size <= MAX_OTHERS) return;
      this.others.delete(oldest);
    }
  }

  private forget(nodo: string): void {
    this.others.delete(nodo);
    this.silence.forget(nodo);
  }

  private matching({ nodo, topic, search }: NodesRequest): NodeRecord[] {
    if (nodo !== undefined) return [this.known(nodo)].filter((record) => record !== undefined);
    const wanted = fold(search);
    return Array.from(this.all()).filter(
      (record) =>
        (topic === undefined || record.topic === topic) &&
        (wanted === '' || fold(record.nodo).includes(wanted)),
    );
  }

  private take(document: Document): NodeRecord | undefined {
    const { nodo, ts } = document;
    if (typeof nodo !== 'string' || nodo === '') return undefined;
    const record = this.recordOf(nodo);
    record.topic ??= textOrNull(document.topic);
    const fecha = textOrNull(document.fecha);
    const hora = textOrNull(document.hora);
    const time = timeOfDate(ts);
    // No reading is older than 1970: what is before is what a program writes that knows none.
    if (time !== undefined && time >= 0) {
      const valores = isDocument(document.valores) ? variablesOf(document.valores) : null;
      const topic = textOrNull(document.topic);
      const last = { id: null, nodo, topic, ts: time, fecha, hora };
      // What stands there from a clock that was ahead: when it came is not known.
      if (isAhead(last.ts, Date.now())) record.acceptAhead({ ...last, valores: valores ?? {} }, null);
      else record.noteLast(last, valores);
    } else {
      record.fecha ??= fecha;
      record.hora ??= hora;
    }
    takeAhead(record, document.adelantado);
    return record;
  }

  private recordOf(nodo: string): NodeRecord {
    const listed = this.listed.get(nodo);
    if (listed) return listed;
    const record = this.others.get(nodo) ?? new NodeRecord(nodo, this.silence.get(nodo));
    this.keep(record);
    return record;
  }

  /** Looks up the past of nodes that are shown for the first time, and waits a little for those without a time. */
  private async study(records: NodeRecord[]): Promise<void> {
    const waitedFor: Promise<void>[] = [];
    for (const record of records) {
      if (record.studied) continue;
      let study = this.studying.get(record.nodo);
      if (!study) {
        study = this.lookUp(record).finally(() => this.studying.delete(record.nodo));
        this.studying.set(record.nodo, study);
        // Whoever waits is told; for all others this is a bonus that the next answer tries again.
        study.catch(() => undefined);
      }
      if (record.ts === null) waitedFor.push(study);
    }
    if (waitedFor.length > 0) await atMost(STUDY_PATIENCE_MS, Promise.all(waitedFor));
  }

  private async lookUp(record: NodeRecord): Promise<void> {
    if (this.studies >= STUDIES_AT_ONCE) await new Promise<void>((resolve) => this.studyQueue.push(resolve));
    this.studies++;
    try {
      const stored = await this.readings.last(record.nodo, STUDIED_READINGS, placeOfLast(record));
      record.study(stored.map((reading) => liveReadingOf(record, reading)));
    } finally {
      this.studies--;
      this.studyQueue.shift()?.();
    }
  }
}

/**
 * Where the node's last reading is: just before its time. Where that is not known, most likely before the end of its last
 * day wherever on earth that was, if the clock that wrote it was right.
 */
export function placeOfLast({ ts, fecha }: NodeRecord): PlaceOfLast {
  const end = latestRightTime(Date.now());
  if (ts !== null) return { end: ts + 1 };
  const day = fecha === null ? NaN : Date.parse(fecha);
  return Number.isNaN(day) ? { end } : { end, likely: Math.min(Math.max(0, day + 2 * DAY_MS), end) };
}

/** What `nodos` says of a clock that is ahead. */
function takeAhead(record: NodeRecord, noted: unknown): void {
  if (!isDocument(noted)) return;
  const [ts, seen] = [timeOfDate(noted.ts), timeOfDate(noted.visto)];
  if (ts === undefined || seen === undefined) return;
  const reading: LiveReading = {
    id: null,
    nodo: record.nodo,
    topic: textOrNull(noted.topic),
    ts,
    fecha: textOrNull(noted.fecha),
    hora: textOrNull(noted.hora),
    valores: variablesOf(isDocument(noted.valores) ? noted.valores : {}),
  };
  record.acceptAhead(reading, seen);
}

function liveReadingOf(
  { nodo }: NodeRecord,
  { id, topic, time, fecha, hora, values }: StoredReading,
): LiveReading {
  return { id, nodo, topic, ts: time, fecha: textOrNull(fecha), hora: textOrNull(hora), valores: values };
}

interface Candidate {
  record: NodeRecord;
  state: NodeRow['state'];
}

function compare(order: NodeOrder, a: Candidate, b: Candidate): number {
  switch (order) {
    case 'nodo':
      return byName.compare(a.record.nodo, b.record.nodo);
    case 'topic':
      return byName.compare(a.record.topic ?? '', b.record.topic ?? '');
    case 'ts':
      return (a.record.last ?? 0) - (b.record.last ?? 0);
    case 'state':
      return STATE_RANK[a.state] - STATE_RANK[b.state];
  }
}

/** A long list is searched by the beginnings of its names, as they are and in the usual cases. */
function beginningsOf(search: string): string[] {
  if (search === '') return [];
  const lower = search.toLowerCase();
  const capital = lower.replace(/^./u, (first) => first.toUpperCase());
  return Array.from(new Set([search, lower, capital, search.toUpperCase()]));
}

/** @returns a text without case and accents, as a search compares it. */
function fold(text: string): string {
  return text
    .normalize('NFD')
    .replace(/\p{Mark}/gu, '')
    .toLowerCase();
}

function isDocument(value: unknown): value is Document {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
