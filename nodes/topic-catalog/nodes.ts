import type { Document } from 'mongodb';
import type { LiveReading, NodeRow, NodesAnswer } from './answers';
import { Memo } from './memo';
import { NodeRecord } from './node-record';
import type { Readings, StoredReading } from './readings';
import type { NodeOrder, NodesRequest } from './requests';
import { textOrNull, variablesOf } from './values';

/** The list is read again after this time, or after so many times what reading it took. */
const LIST_AGE_MS = 1_000;
const LIST_COST_FACTOR = 10;
/** Stored readings looked up of a node when it is shown for the first time. */
const STUDIED_READINGS = 30;
const STUDIES_AT_ONCE = 4;
/** An answer waits this long for nodes of which the database holds no time; the next answer has the rest. */
const STUDY_PATIENCE_MS = 400;
const DAY_MS = 86_400_000;
/** More nodes than this that the database does not list are not remembered: made-up names must not fill the memory. */
const MAX_UNLISTED = 100_000;

const byName = new Intl.Collator(undefined, { numeric: true, sensitivity: 'base' });
const STATE_RANK = { silent: 0, unknown: 1, live: 2 };

/** Nodes of a topic, in numbers. */
export interface TopicNodes {
  count: number;
  lastWrite: number | null;
}

/**
 * All nodes, kept in memory: searching, sorting and counting then cost the database nothing. The list is read from the
 * database, not more often than its size allows, and stays fresh in between by the readings that come by.
 */
export class NodeIndex {
  private readonly records = new Map<string, NodeRecord>();
  /** those that were heard and that the list does not have, or not yet; the oldest first */
  private readonly unlisted = new Set<string>();
  private readonly list = new Memo<void>(LIST_AGE_MS, LIST_COST_FACTOR);
  private readonly studying = new Map<string, Promise<void>>();
  private readonly studyQueue: (() => void)[] = [];
  private studies = 0;

  /** @param silentAfter how many of its usual intervals a node may miss before it is called silent */
  constructor(
    private readonly readings: Readings,
    readonly silentAfter: number,
  ) {}

  /** Takes a stored reading; the record as it is now. */
  accept(reading: LiveReading): NodeRecord {
    if (!this.records.has(reading.nodo)) this.remember(reading.nodo);
    const record = this.recordOf(reading.nodo);
    record.accept(reading);
    record.heard = true;
    return record;
  }

  /** Nodes that have been heard since this process began to listen. */
  *heard(): Iterable<NodeRecord> {
    for (const record of this.records.values()) if (record.heard) yield record;
  }

  /** @throws CatalogError when the database does not answer */
  async page(request: NodesRequest): Promise<NodesAnswer> {
    await this.refresh();
    const now = Date.now();
    const matching = this.matching(request).map((record) => ({
      record,
      state: record.stateAt(now, this.silentAfter),
    }));
    const direction = request.descending ? -1 : 1;
    matching.sort(
      (a, b) => direction * compare(request.sort, a, b) || byName.compare(a.record.nodo, b.record.nodo),
    );
    const shown = matching.slice(request.offset, request.offset + request.limit).map(({ record }) => record);
    await this.study(shown);
    return {
      at: now,
      nodes: shown.map((record): NodeRow => record.row(now, this.silentAfter)),
      total: this.records.size,
      matching: matching.length,
      silent: matching.filter(({ state }) => state === 'silent').length,
      offset: request.offset,
    };
  }

  /**
   * @returns what is known of a node, looked for in the database when the list does not have it
   * @throws CatalogError when the database does not answer
   */
  async find(nodo: string): Promise<NodeRecord | undefined> {
    if (!this.records.has(nodo)) {
      const document = await this.readings.node(nodo);
      if (document) this.take(document);
    }
    return this.records.get(nodo);
  }

  /**
   * Numbers of nodes by topic; null stands for those of which no topic is known.
   * @throws CatalogError when the database does not answer
   */
  async byTopic(): Promise<Map<string | null, TopicNodes>> {
    await this.refresh();
    const topics = new Map<string | null, TopicNodes>();
    for (const { topic, ts } of this.records.values()) {
      const nodes = topics.get(topic) ?? { count: 0, lastWrite: null };
      nodes.count++;
      if (ts !== null && (nodes.lastWrite === null || ts > nodes.lastWrite)) nodes.lastWrite = ts;
      topics.set(topic, nodes);
    }
    return topics;
  }

  private refresh(): Promise<void> {
    return this.list.get('', async () => {
      const listed = new Set<string>();
      for (const document of await this.readings.nodes()) {
        const record = this.take(document);
        if (record) listed.add(record.nodo);
      }
      const now = Date.now();
      for (const record of this.records.values()) {
        if (listed.has(record.nodo)) this.unlisted.delete(record.nodo);
        // Removed from the database; a node that is heard may just not have reached the list yet.
        else if (!this.isAlive(record, now)) this.forget(record.nodo);
      }
    });
  }

  /** Whether a node is heard, or there is still to be told that it no longer is. */
  private isAlive(record: NodeRecord, now: number): boolean {
    return record.heard && (record.toldState === 'live' || record.stateAt(now, this.silentAfter) === 'live');
  }

  private remember(nodo: string): void {
    this.unlisted.add(nodo);
    for (const oldest of this.unlisted) {
      if (this.unlisted.size <= MAX_UNLISTED) return;
      this.forget(oldest);
    }
  }

  private forget(nodo: string): void {
    this.unlisted.delete(nodo);
    this.records.delete(nodo);
  }

  private matching({ nodo, topic, search }: NodesRequest): NodeRecord[] {
    if (nodo !== undefined) return [this.records.get(nodo)].filter((record) => record !== undefined);
    const wanted = fold(search);
    return [...this.records.values()].filter(
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
    if (ts instanceof Date) {
      const valores = variablesOf(isDocument(document.valores) ? document.valores : {});
      const topic = textOrNull(document.topic);
      if (record.ts !== ts.getTime())
        record.accept({ id: null, nodo, topic, ts: ts.getTime(), fecha, hora, valores });
    } else {
      record.fecha ??= fecha;
      record.hora ??= hora;
    }
    return record;
  }

  private recordOf(nodo: string): NodeRecord {
    let record = this.records.get(nodo);
    if (!record) this.records.set(nodo, (record = new NodeRecord(nodo)));
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
    if (waitedFor.length > 0) await Promise.race([Promise.all(waitedFor), delay(STUDY_PATIENCE_MS)]);
  }

  private async lookUp(record: NodeRecord): Promise<void> {
    if (this.studies >= STUDIES_AT_ONCE) await new Promise<void>((resolve) => this.studyQueue.push(resolve));
    this.studies++;
    try {
      const stored = await this.readings.last(record.nodo, STUDIED_READINGS, endOf(record));
      record.study(stored.map((reading) => liveReadingOf(record, reading)));
    } finally {
      this.studies--;
      this.studyQueue.shift()?.();
    }
  }
}

/** A time after the node's last reading: its time, else the end of its last day wherever on earth that was, else now. */
export function endOf({ ts, fecha }: NodeRecord): number {
  if (ts !== null) return ts + 1;
  const day = fecha === null ? NaN : Date.parse(fecha);
  return Number.isNaN(day) ? Date.now() : day + 2 * DAY_MS;
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
      return (a.record.ts ?? 0) - (b.record.ts ?? 0);
    case 'state':
      return STATE_RANK[a.state] - STATE_RANK[b.state];
  }
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

function delay(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds).unref());
}
