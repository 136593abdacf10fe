import { ObjectId, type Collection, type Db, type Document } from 'mongodb';
import type { DatabaseLease, MongoDatabase } from '../mongo-database/types';
import { atMost } from '../shared/time-limit';
import { keepTrying } from '../shared/keep-trying';
import { TurnShare, nextTurn } from '../shared/turns';
import { RecentNames } from '../shared/recent-names';
import { COVERAGE_ID, summaryCollections, type MarkDocument } from '../shared/summary-chunks';
import { UserError, toError } from '../shared/user-error';
import { Batcher } from './storing/batcher';
import type { ReadingDocument } from './storing/document';
import { errorKind, isPassingError } from './storing/write-errors';
import { Preparation } from './preparing/preparation';
import { History } from './history/history';
import { PRIMARY, historyDatabase } from './history/history-database';
import type { Element } from './storing/identity';
import { itemOfRejection, itemsOf, settle, storedOf, type Item, type SinkResult } from './storing/items';
import { DirtyHours } from './history/dirty-hours';
import type { NodoDocument } from './storing/nodo';
import { Lasting } from './lasting';
import { LastReadings, type Nodos } from './nodos/last-readings';
import { findMissing, markedNodes, storedNodes } from './nodos/missing';
import { repairNodos } from './nodos/repair';
import { nodosError, waitReason } from './rejected/reasons';
import {
  RejectedStore,
  toRejectedDocument,
  type RejectedDocument,
  type Rejection,
} from './rejected/rejected';
import { SinkReport, type SinkListener } from './report';
import { takeIn, type TakeInOptions, type TakeInProgress } from './take-in/take-in';
import { Writer, type Outcome } from './storing/writer';

export interface SinkSettings {
  collection: string;
  nodesCollection: string;
  rejectedCollection: string;
  /** the greatest number of readings in one write */
  maxBatch: number;
  /** whether the readings are summarised, for long ranges to be shown quickly */
  summaries: boolean;
  /** see Preparation; for tests */
  lookMs?: number;
  /** see Lasting; for tests */
  patienceMs?: number;
  /** the days after which readings expire; their summaries stay. 0: they are kept */
  retention: number;
}

/** Readings whose messages are told of between two looks at the time. */
const SETTLED_PER_LOOK = 20;

/** How long a closing sink goes on writing what it has. */
const CLOSE_MS = 4_000;

/** How long a closing sink then tries to write the nodes' last values; the next start would find them too. */
const CLOSE_NODOS_MS = 1_000;

/** How long a closing sink waits for the summary that is being written. */
const CLOSE_HISTORY_MS = 1_000;

/** Names of marked nodes that are remembered while the list is repaired; where there are more, all are looked at. */
const MAX_MARKED = 2_000_000;

/**
 * Stores readings: each exactly once, however often it is delivered; those that can't be stored go, with the reason,
 * into a collection of their own; and the list of nodes is kept beside them.
 */
export class MongoSink {
  private readonly lease: DatabaseLease;
  private readonly id = new ObjectId();
  private readonly closed = new AbortController();
  private readonly report: SinkReport;
  private readonly batcher: Batcher<Item>;
  private readonly writer: Writer;
  private readonly rejectedStore: RejectedStore;
  private readonly lastReadings: LastReadings;
  private readonly dirtyHours: DirtyHours;
  private history: History | undefined;
  private readonly preparation: Preparation;

  constructor(
    private readonly mongo: MongoDatabase,
    private readonly settings: SinkSettings,
    private readonly listener: SinkListener,
  ) {
    this.report = new SinkReport(listener, () => this.connected);
    const onWaiting = (error: Error, nextAttempt: number): void => this.report.waiting(error, nextAttempt);
    const onProblem = (error: Error): void => this.report.problem(error);
    const { marks, summaries } = summaryCollections(settings.collection);
    this.preparation = new Preparation({
      ...settings,
      db: (signal) => this.lease.db(signal),
      summaryCollections: settings.summaries ? [marks, summaries] : [],
      onWaiting,
      onProblem,
      onReady: () => this.report.prepared(),
      onRenewed: () => void this.beginAnew(),
    });
    this.writer = new Writer({
      collection: this.collection<ReadingDocument>(settings.collection),
      onWaiting: (error, nextAttempt) => {
        onWaiting(error, nextAttempt);
        // What waits behind it shows whether the database takes anything.
        if (isDoubtful(error)) this.batcher.passOthers();
      },
    });
    this.rejectedStore = new RejectedStore({
      collection: this.collection<RejectedDocument>(settings.rejectedCollection),
      onWaiting,
      onLost: onProblem,
      takesReadings: (signal) => this.writer.takesAny(signal),
    });
    this.lastReadings = new LastReadings({
      collection: (signal) => this.nodosCollection(signal),
      readings: this.collection<ReadingDocument>(settings.collection),
      onWaiting,
      onProblem,
      onUnlisted: (readings, signal) => this.noteUnlisted(readings, signal),
      onBehind: (isBehind, signal) => this.noteBehind(isBehind, signal),
    });
    this.batcher = new Batcher(settings.maxBatch, (batch, before) => this.write(batch, before));
    this.lease = mongo.acquire(
      (state) => {
        if (state.state !== 'connected') this.preparation.again();
        this.report.database(state);
      },
      (unanswered) => this.report.noAnswer(unanswered),
    );
    this.dirtyHours = new DirtyHours({ collection: this.collection<MarkDocument>(marks), onWaiting });
    this.history = this.newHistory();
    void this.preparation.run(this.closed.signal);
    void this.mend();
  }

  /** The number of readings that wait for their turn. */
  get waiting(): number {
    return this.batcher.waiting;
  }

  /**
   * Takes a message's readings.
   * @param settled called once when each of them is stored or kept as rejected, in the order of the messages; not
   *   called for what has to be left when the sink closes
   */
  add(elements: readonly Element[], settled: (result: SinkResult) => void): void {
    this.batcher.add(itemsOf(elements, this.settings.retention, settled));
  }

  /** Takes a message that can't be taken apart into readings, to be kept as rejected. */
  reject(rejection: Rejection, settled: (result: SinkResult) => void): void {
    this.batcher.add([itemOfRejection(rejection, settled)]);
  }

  /**
   * Takes in what other programs have stored in the collection of readings, or only looks at it; ends with the sink.
   * @throws what the database refuses
   */
  async takeIn(options: Pick<TakeInOptions, 'zone' | 'apply' | 'onProgress'>): Promise<TakeInProgress> {
    const { signal } = this.closed;
    const { collection, nodesCollection } = this.settings;
    const db = await this.preparation.ready(signal);
    return takeIn({ ...options, db, collection, nodesCollection, replace: false }, signal);
  }

  /** Writes what it has, as long as the database answers; then leaves the rest, and signs out of the connection. */
  async close(): Promise<void> {
    if (this.connected) await atMost(CLOSE_MS, this.batcher.idle());
    this.batcher.stop();
    this.closed.abort();
    // What is being settled is done with by then: nobody may hear that it was left, too.
    await nextTurn();
    this.report.end();
    if (this.connected)
      await atMost(CLOSE_NODOS_MS, this.lastReadings.close(AbortSignal.timeout(CLOSE_NODOS_MS)));
    if (this.history) await atMost(CLOSE_HISTORY_MS, this.history.close());
    this.lease.release();
  }

  private get connected(): boolean {
    return this.mongo.state.state === 'connected';
  }

  private collection<T extends Document>(name: string): (signal: AbortSignal) => Promise<Collection<T>> {
    return async (signal) => (await this.preparation.ready(signal)).collection<T>(name, PRIMARY);
  }

  private async nodosCollection(signal: AbortSignal): Promise<Nodos> {
    const db = await this.preparation.ready(signal);
    const nodos = db.collection<NodoDocument>(this.settings.nodesCollection, PRIMARY);
    return { nodos, unique: this.preparation.unique };
  }

  private newHistory(): History | undefined {
    if (!this.settings.summaries) return undefined;
    return new History({
      ...this.settings,
      db: (signal) => this.preparation.ready(signal),
      onBackfill: (progress) => this.report.backfilling(progress),
      onProblem: (error) => this.report.problem(error),
      findUnlisted: (nodos, signal) => this.listMissing(nodos, signal),
    });
  }

  /** The collections are others than those that were there: nothing is known of what is in them. */
  private async beginAnew(): Promise<void> {
    this.dirtyHours.forget();
    this.lastReadings.forget();
    await this.history?.close();
    if (this.closed.signal.aborted) return;
    this.history = this.newHistory();
    await this.mend();
  }

  /** Makes good what a killed process left in `nodos`; readings are stored meanwhile. */
  private async mend(): Promise<void> {
    const { signal } = this.closed;
    const attempt = async (): Promise<void> => {
      const db = await this.preparation.ready(signal);
      await this.preparation.readingsIndexed(signal);
      await this.repair(db, signal);
    };
    const lasting = new Lasting(
      () => this.report.settledAt,
      (error) => this.report.problem(nodosError(error)),
    );
    const onError = (error: Error): void => {
      // What passes is told by whoever writes, unless it keeps from nothing else.
      if (isPassingError(error)) lasting.failed(error);
      else this.report.problem(waitReason(error));
    };
    try {
      await keepTrying(attempt, { signal, onError });
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }

  /** Lists the nodes that are missing, and makes good what is noted of the others. */
  private async repair(db: Db, signal: AbortSignal): Promise<void> {
    const { collection, summaries } = this.settings;
    const readings = db.collection<ReadingDocument>(collection, PRIMARY);
    const { nodos } = await this.nodosCollection(signal);
    const history = historyDatabase(db, this.settings);
    const coverage = summaries ? await history.coverage.findOne({ _id: COVERAGE_ID }) : null;
    const isCovered = coverage?.completo === true && coverage.atrasado === undefined;
    const marked = new RecentNames(MAX_MARKED);
    for await (const names of markedNodes(history.marks)) {
      for (const name of names) marked.add(name);
      await this.listMissing(names, signal);
    }
    // Where all that is stored is summarised or marked, what was not noted is marked.
    const isSure = isCovered && marked.size < MAX_MARKED / 2;
    const remember = (reading: ReadingDocument): void => this.lastReadings.remember(reading);
    await repairNodos(nodos, readings, (nodo) => !isSure || marked.has(nodo), remember, signal);
    const { atrasado } = coverage ?? {};
    if (atrasado)
      await history.coverage.updateOne({ _id: COVERAGE_ID, atrasado }, { $unset: { atrasado: 1 } });
    for await (const names of storedNodes(readings, signal)) await this.listMissing(names, signal);
  }

  /** @returns those of the nodes that have readings and are not in the list; they will be with its next write */
  private async listMissing(names: readonly string[], signal: AbortSignal): Promise<ReadonlySet<string>> {
    const { nodos } = await this.nodosCollection(signal);
    const readings = (await this.preparation.ready(signal)).collection<ReadingDocument>(
      this.settings.collection,
      PRIMARY,
    );
    return findMissing(nodos, readings, names, (reading) => this.lastReadings.remember(reading), signal);
  }

  /** Where not even that can be written, what is stored tells it to the next start, if the database has a quick way to. */
  private async noteUnlisted(readings: readonly ReadingDocument[], signal: AbortSignal): Promise<void> {
    try {
      await this.dirtyHours.tryToMark(readings, signal);
    } catch (error) {
      signal.throwIfAborted();
      this.report.problem(waitReason(toError(error)));
    }
  }

  /** What another one notes meanwhile stays. */
  private async noteBehind(isBehind: boolean, signal: AbortSignal): Promise<void> {
    const db = await this.preparation.ready(signal);
    const { coverage } = historyDatabase(db, this.settings);
    await (isBehind
      ? coverage.updateOne({ _id: COVERAGE_ID }, { $set: { atrasado: this.id } })
      : coverage.updateOne({ _id: COVERAGE_ID, atrasado: this.id }, { $unset: { atrasado: 1 } }));
  }

  /** @param before resolves when the batch before this one is settled */
  private async write(batch: Item[], before: Promise<void>): Promise<void> {
    const { signal } = this.closed;
    let outcomes: Outcome[];
    try {
      outcomes = await this.store(batch, signal);
      await this.keepRejected(batch, outcomes, signal);
      const stored = storedOf(batch, outcomes);
      const again = storedOf(batch, outcomes, 'alreadyThere');
      await Promise.all([
        this.settings.summaries && this.dirtyHours.mark(stored, signal),
        this.lastReadings.note(stored, signal, new Set(again)),
      ]);
      signal.throwIfAborted();
    } catch (error) {
      if (!signal.aborted) throw error;
      return;
    }
    await before;
    const share = new TurnShare(SETTLED_PER_LOOK);
    for (let i = 0; i < batch.length; i++) {
      // What a flow does with two thousand messages would else be done in one go.
      if (share.isUsed() && !signal.aborted) await nextTurn();
      settle(batch[i]!, outcomes[i]!);
    }
    this.report.settled(outcomes);
  }

  /** @returns what became of each item, in their order */
  private async store(batch: Item[], signal: AbortSignal): Promise<Outcome[]> {
    const documents: ReadingDocument[] = [];
    for (const { document } of batch) if (!(document instanceof UserError)) documents.push(document);
    const written = documents.length > 0 ? await this.writer.write(documents, signal) : [];
    if (documents.length === batch.length) return written;
    const outcomes = written.values();
    return batch.map(({ document }) =>
      document instanceof UserError ? document : (outcomes.next().value ?? 'inserted'),
    );
  }

  private async keepRejected(
    batch: readonly Item[],
    outcomes: readonly Outcome[],
    signal: AbortSignal,
  ): Promise<void> {
    const documents: RejectedDocument[] = [];
    for (const [i, error] of outcomes.entries()) {
      const element = batch[i]?.element;
      if (!(error instanceof UserError) || !element) continue;
      documents.push(toRejectedDocument({ element, error }, this.listener.textOf(error)));
    }
    if (documents.length > 0) await this.rejectedStore.write(documents, signal);
  }
}

/** Whether a refusal may be about the one document and may be about all. @param error what is waited for */
function isDoubtful({ cause }: Error): boolean {
  const kind = errorKind(cause);
  return kind === 'document' || kind === 'unknown';
}
