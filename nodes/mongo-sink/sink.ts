import { setTimeout as sleep } from 'node:timers/promises';
import type { Collection, Db, Document } from 'mongodb';
import type { DatabaseLease, DatabaseState, MongoDatabase } from '../mongo-database/types';
import { keepTrying } from '../shared/keep-trying';
import { summaryCollections, type MarkDocument } from '../shared/summary-chunks';
import { UserError, toError } from '../shared/user-error';
import type { BackfillProgress } from './backfill';
import { Batcher } from './batcher';
import { toDocument, type ReadingDocument } from './document';
import { failureKind } from './failure';
import { History, endHistory } from './history';
import { PRIMARY } from './history-database';
import type { Element } from './identity';
import { ensureReadingsIndex } from './indexes';
import { Marks } from './marks';
import type { NodoDocument } from './nodo';
import { Nodos } from './nodos';
import { repairNodos } from './nodos-repair';
import { isPassing, waitReason } from './reasons';
import { RejectedStore, toRejectedDocument, type RejectedDocument, type Rejection } from './rejected';
import { ensureRetention, tooOld } from './retention';
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

/** What became of the readings of one message. */
export interface SinkResult {
  inserted: number;
  /** stored by an earlier delivery of the same reading */
  alreadyThere: number;
  /** kept in the rejected collection */
  rejected: Rejection[];
}

export type SinkState =
  | { state: 'connecting' }
  | { state: 'ready'; stored: number; rejected: number; backfill?: BackfillProgress }
  /** nothing can be written before `nextAttempt` (milliseconds since 1970) */
  | { state: 'waiting'; nextAttempt: number; error: Error };

export interface SinkListener {
  onState: (state: SinkState) => void;
  /** told once about a trouble that belongs to no message in particular */
  onTrouble: (error: Error) => void;
  /** told how the readings that were there before are being summarised, at last with done = total */
  onBackfill: (progress: BackfillProgress) => void;
  /** the text of an error in the runtime's language, for the rejected collection */
  textOf: (error: UserError) => string;
}

/** One message's readings on their way. */
interface Job {
  open: number;
  result: SinkResult;
  settled: (result: SinkResult) => void;
}

interface Item {
  job: Job;
  element: Element;
  document: ReadingDocument | UserError;
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
  private readonly batcher: Batcher<Item>;
  private readonly writer: Writer;
  private readonly rejectedStore: RejectedStore;
  private readonly nodos: Nodos;
  private readonly marks: Marks | undefined;
  private readonly history: History | undefined;
  private retention: Promise<void> | undefined;
  private backfill: BackfillProgress | undefined;
  private stored = 0;
  private rejected = 0;
  private reported = new Set<string>();

  constructor(
    private readonly mongo: MongoDatabase,
    private readonly settings: SinkSettings,
    private readonly listener: SinkListener,
  ) {
    const onWaiting = (error: Error, nextAttempt: number): void => this.wait(error, nextAttempt);
    this.writer = new Writer({ collection: (signal) => this.readings(signal), onWaiting });
    this.rejectedStore = new RejectedStore({
      collection: this.collection<RejectedDocument>(settings.rejectedCollection),
      onWaiting,
    });
    this.nodos = new Nodos({
      collection: this.collection<NodoDocument>(settings.nodesCollection),
      onWaiting,
      onProblem: (error) => this.report(error),
    });
    this.batcher = new Batcher(settings.maxBatch, (batch, before) => this.write(batch, before));
    this.lease = mongo.acquire((state) => this.databaseState(state));
    if (settings.summaries) {
      const { marks } = summaryCollections(settings.collection);
      this.marks = new Marks({ collection: this.collection<MarkDocument>(marks), onWaiting });
      this.history = new History({
        ...settings,
        db: (signal) => this.lease.db(signal),
        onBackfill: (progress) => this.backfilling(progress),
        onProblem: (error) => this.report(error),
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
    const job = newJob(elements.length, settled);
    if (elements.length === 0) return settled(job.result);
    const { retention } = this.settings;
    this.batcher.add(elements.map((element) => ({ job, element, document: documentOf(element, retention) })));
  }

  /** Takes a message that can't be taken apart into readings, to be kept as rejected. */
  reject({ element, error }: Rejection, settled: (result: SinkResult) => void): void {
    this.batcher.add([{ job: newJob(1, settled), element, document: error }]);
  }

  /** Writes what it has, as long as the database answers; then leaves the rest, and signs out of the connection. */
  async close(): Promise<void> {
    if (this.connected) await atMost(CLOSE_MS, this.batcher.idle());
    this.batcher.stop();
    this.closed.abort();
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
    if (problem) this.report(problem);
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
        if (problem) return this.report(problem);
        await repairNodos(nodos, readings, (reading) => this.nodos.remember(reading), signal);
      } catch (error) {
        if (signal.aborted || failureKind(error) === 'transient') throw error;
        this.report(waitReason(toError(error)));
      }
    };
    try {
      await keepTrying(attempt, {
        signal,
        onFailure: (error, delay) => this.wait(waitReason(error), Date.now() + delay),
      });
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
    this.count(outcomes);
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

  private count(outcomes: readonly Outcome[]): void {
    const rejected = outcomes.reduce((sum, outcome) => (outcome instanceof UserError ? sum + 1 : sum), 0);
    this.rejected += rejected;
    this.stored += outcomes.length - rejected;
    this.reported.clear();
    this.ready();
  }

  private databaseState(state: DatabaseState): void {
    if (state.state === 'connected') this.ready();
    else if (state.state === 'retrying') this.wait(state.error, state.nextAttempt);
    else this.listener.onState({ state: 'connecting' });
  }

  private ready(): void {
    const { stored, rejected, backfill } = this;
    this.listener.onState({ state: 'ready', stored, rejected, ...(backfill ? { backfill } : {}) });
  }

  private backfilling(progress: BackfillProgress): void {
    if (this.closed.signal.aborted) return;
    this.backfill = progress.done < progress.total ? progress : undefined;
    this.listener.onBackfill(progress);
    if (this.connected) this.ready();
  }

  private wait(error: Error, nextAttempt: number): void {
    if (this.closed.signal.aborted) return;
    this.listener.onState({ state: 'waiting', nextAttempt, error });
    this.report(error);
  }

  /** The same trouble is reported once, until something has been stored again; all ways of being away are the same. */
  private report(error: Error): void {
    const name = isPassing(error) ? 'away' : error instanceof UserError ? error.key : error.message;
    if (this.reported.has(name)) return;
    this.reported.add(name);
    this.listener.onTrouble(error);
  }
}

function newJob(readings: number, settled: Job['settled']): Job {
  return { open: readings, result: { inserted: 0, alreadyThere: 0, rejected: [] }, settled };
}

function documentOf(element: Element, retention: number): ReadingDocument | UserError {
  try {
    const document = toDocument(element);
    return tooOld(document, retention) ?? document;
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
}

function storedOf(batch: readonly Item[], outcomes: readonly Outcome[]): ReadingDocument[] {
  const documents: ReadingDocument[] = [];
  for (const [i, { document }] of batch.entries()) {
    if (!(document instanceof UserError) && !(outcomes[i] instanceof UserError)) documents.push(document);
  }
  return documents;
}

function settle({ job, element }: Item, outcome: Outcome): void {
  if (outcome instanceof UserError) job.result.rejected.push({ element, error: outcome });
  else job.result[outcome]++;
  job.open--;
  if (job.open === 0) job.settled(job.result);
}

async function atMost(milliseconds: number, work: Promise<void>): Promise<void> {
  const timeout = new AbortController();
  await Promise.race([
    work,
    sleep(milliseconds, undefined, { signal: timeout.signal }).catch(() => undefined),
  ]);
  timeout.abort();
}
