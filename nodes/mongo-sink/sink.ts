import { setTimeout as sleep } from 'node:timers/promises';
import type { Collection, Db, Document } from 'mongodb';
import type { DatabaseLease, MongoDatabase } from '../mongo-database/types';
import { keepTrying } from '../shared/keep-trying';
import { summaryCollections, type MarkDocument } from '../shared/summary-chunks';
import { UserError, toError } from '../shared/user-error';
import { Batcher } from './batcher';
import type { ReadingDocument } from './document';
import { failureKind } from './failure';
import { History, endHistory } from './history';
import { PRIMARY } from './history-database';
import type { Element } from './identity';
import { ensureReadingsIndex } from './indexes';
import { itemOfRejection, itemsOf, settle, storedOf, type Item, type SinkResult } from './items';
import { Marks } from './marks';
import type { NodoDocument } from './nodo';
import { Nodos } from './nodos';
import { repairNodos } from './nodos-repair';
import { waitReason } from './reasons';
import { RejectedStore, toRejectedDocument, type RejectedDocument, type Rejection } from './rejected';
import { SinkReport, type SinkListener } from './report';
import { ensureRetention } from './retention';
import { Writer, type Outcome } from './writer';

export interface SinkSettings {
  collection: string;
  nodesCollection: string;
  rejectedCollection: string;
  /** the greatest number of readings in one write */
  maxBatch: number;
  /** whether the readings are summarised, for long ranges to be shown quickly */
  summaries: boolean;
  /** the days after which readings expire; their summaries stay. 0: they are kept */
  retention: number;
}

/** How long a closing sink goes on writing what it has. */
const CLOSE_MS = 4_000;

/** How long a closing sink then tries to write the nodes' last values; the next start would find them too. */
const CLOSE_NODOS_MS = 1_000;

/** How long a closing sink waits for the summary that is being written. */
const CLOSE_HISTORY_MS = 1_000;

/**
 * Stores readings: each exactly once, however often it is delivered; those that can't be stored go, with the reason,
 * into a collection of their own; and the list of nodes is kept beside them.
 */
export class MongoSink {
  private readonly lease: DatabaseLease;
  private readonly closed = new AbortController();
  private readonly report: SinkReport;
  private readonly batcher: Batcher<Item>;
  private readonly writer: Writer;
  private readonly rejectedStore: RejectedStore;
  private readonly nodos: Nodos;
  private readonly marks: Marks | undefined;
  private readonly history: History | undefined;
  private retention: Promise<void> | undefined;

  constructor(
    private readonly mongo: MongoDatabase,
    private readonly settings: SinkSettings,
    private readonly listener: SinkListener,
  ) {
    this.report = new SinkReport(listener, () => this.connected);
    const onWaiting = (error: Error, nextAttempt: number): void => this.report.waiting(error, nextAttempt);
    const onProblem = (error: Error): void => this.report.trouble(error);
    this.writer = new Writer({ collection: (signal) => this.readings(signal), onWaiting });
    this.rejectedStore = new RejectedStore({
      collection: this.collection<RejectedDocument>(settings.rejectedCollection),
      onWaiting,
    });
    this.nodos = new Nodos({
      collection: this.collection<NodoDocument>(settings.nodesCollection),
      onWaiting,
      onProblem,
    });
    this.batcher = new Batcher(settings.maxBatch, (batch, before) => this.write(batch, before));
    this.lease = mongo.acquire((state) => this.report.database(state));
    if (settings.summaries) {
      const { marks } = summaryCollections(settings.collection);
      this.marks = new Marks({ collection: this.collection<MarkDocument>(marks), onWaiting });
      this.history = new History({
        ...settings,
        db: (signal) => this.lease.db(signal),
        onBackfill: (progress) => this.report.backfilling(progress),
        onProblem,
      });
    }
    void this.prepare();
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

  /** Writes what it has, as long as the database answers; then leaves the rest, and signs out of the connection. */
  async close(): Promise<void> {
    if (this.connected) await atMost(CLOSE_MS, this.batcher.idle());
    this.batcher.stop();
    this.closed.abort();
    this.report.end();
    if (this.connected) await atMost(CLOSE_NODOS_MS, this.nodos.close(AbortSignal.timeout(CLOSE_NODOS_MS)));
    if (this.history) await atMost(CLOSE_HISTORY_MS, this.history.close());
    this.lease.release();
  }

  private get connected(): boolean {
    return this.mongo.state.state === 'connected';
  }

  private collection<T extends Document>(name: string): (signal: AbortSignal) => Promise<Collection<T>> {
    return async (signal) => (await this.lease.db(signal)).collection<T>(name, PRIMARY);
  }

  /** The readings' collection, made with the index by which they expire where it is missing. */
  private async readings(signal: AbortSignal): Promise<Collection<ReadingDocument>> {
    const db = await this.lease.db(signal);
    this.retention ??= this.ensureRetention(db);
    try {
      await this.retention;
    } catch (error) {
      this.retention = undefined;
      throw error;
    }
    return db.collection<ReadingDocument>(this.settings.collection, PRIMARY);
  }

  private async ensureRetention(db: Db): Promise<void> {
    const problem = await ensureRetention(db, this.settings.collection, this.settings.retention);
    if (problem) this.report.trouble(problem);
  }

  /** Makes the indexes and makes good what a killed process left in `nodos`; readings are stored meanwhile. */
  private async prepare(): Promise<void> {
    const { signal } = this.closed;
    const attempt = async (): Promise<void> => {
      try {
        if (!this.settings.summaries) await endHistory(await this.lease.db(signal), this.settings);
        const readings = await this.readings(signal);
        const problem = await ensureReadingsIndex(readings);
        const nodos = await this.nodos.ready(signal);
        if (problem) return this.report.trouble(problem);
        await repairNodos(nodos, readings, (reading) => this.nodos.remember(reading), signal);
      } catch (error) {
        if (signal.aborted || failureKind(error) === 'transient') throw error;
        this.report.trouble(waitReason(toError(error)));
      }
    };
    let waited = false;
    const onFailure = (error: Error, delay: number): void => {
      waited = true;
      this.report.waiting(waitReason(error), Date.now() + delay);
    };
    try {
      await keepTrying(attempt, { signal, onFailure });
      if (waited) this.report.prepared();
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }

  /** @param before resolves when the batch before this one is settled */
  private async write(batch: Item[], before: Promise<void>): Promise<void> {
    const { signal } = this.closed;
    let outcomes: Outcome[];
    try {
      outcomes = await this.store(batch, signal);
      await this.keepRejected(batch, outcomes, signal);
      const stored = storedOf(batch, outcomes);
      await Promise.all([this.marks?.mark(stored, signal), this.nodos.note(stored, signal)]);
      signal.throwIfAborted();
    } catch (error) {
      if (!signal.aborted) throw error;
      return;
    }
    await before;
    for (const [i, item] of batch.entries()) settle(item, outcomes[i]!);
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

async function atMost(milliseconds: number, work: Promise<void>): Promise<void> {
  const timeout = new AbortController();
  await Promise.race([
    work,
    sleep(milliseconds, undefined, { signal: timeout.signal }).catch(() => undefined),
  ]);
  timeout.abort();
}
