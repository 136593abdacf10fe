import { setTimeout as sleep } from 'node:timers/promises';
import { ObjectId, type Db } from 'mongodb';
import { keepTrying } from '../shared/keep-trying';
import { HOUR_MS, type MarkDocument } from '../shared/summary-chunks';
import { toError } from '../shared/user-error';
import { backfill, endCoverage, type BackfillProgress } from './backfill';
import { failureKind } from './failure';
import { ensureMarksIndexes, historyDatabase, type HistoryDatabase } from './history-database';
import { GRACE_MS } from './marks';
import { historyError, isPassing, waitReason } from './reasons';
import { summariseMark } from './summarise';

export interface HistoryOptions {
  /** the database, as soon as there is a connection */
  db: (signal: AbortSignal) => Promise<Db>;
  collection: string;
  nodesCollection: string;
  /** the time between two looks for hours that are over, in milliseconds */
  intervalMs?: number;
  /** GRACE_MS when absent */
  graceMs?: number;
  /** told how the readings that were there before are being summarised */
  onBackfill: (progress: BackfillProgress) => void;
  /** told once about each trouble; readings are stored all the same */
  onProblem: (error: Error) => void;
}

const INTERVAL_MS = 30_000;

/** Marks that are read at once. */
const MARKS = 1_000;

/**
 * Keeps the summaries of the readings, beside the storing of them: of each node-hour that is over and marked, and once
 * of all that was there before. Any number of instances may do so at the same time.
 */
export class History {
  private readonly closed = new AbortController();
  private readonly work: Promise<unknown>;
  private indexed = false;

  constructor(private readonly options: HistoryOptions) {
    this.work = Promise.all([
      this.repeat((database) => this.summariseDue(database)),
      this.repeat((database) => backfill(database, options.onBackfill, this.closed.signal)),
    ]);
  }

  /** Resolves when nothing is being written any more. What was begun is done again by whoever comes next. */
  async close(): Promise<void> {
    this.closed.abort();
    await this.work;
  }

  /** @param work resolves with true when it need not be done again */
  private async repeat(work: (database: HistoryDatabase) => Promise<boolean>): Promise<void> {
    const { signal } = this.closed;
    const { intervalMs = INTERVAL_MS, db } = this.options;
    let reported = '';
    const report = (error: Error): void => {
      const name = isPassing(error) ? 'away' : error.message;
      if (reported !== name) this.options.onProblem(error);
      reported = name;
    };
    const attempt = async (): Promise<boolean> => {
      const database = historyDatabase(await db(signal), this.options);
      try {
        if (!this.indexed) await ensureMarksIndexes(database);
        this.indexed = true;
        const done = await work(database);
        reported = '';
        return done;
      } catch (error) {
        if (signal.aborted || failureKind(error) === 'transient') throw error;
        report(historyError(toError(error)));
        return false;
      }
    };
    const onFailure = (error: Error): void => report(waitReason(error));
    try {
      while (!(await keepTrying(attempt, { signal, onFailure }))) {
        await sleep(intervalMs, undefined, { signal });
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }

  /** Summarises what is marked and over; an hour that can't be is left for the next time, and the others are done. */
  private async summariseDue(database: HistoryDatabase): Promise<false> {
    const { signal } = this.closed;
    let failed: Error | undefined;
    for (const { _id, v } of await dueMarks(database, this.options.graceMs ?? GRACE_MS)) {
      signal.throwIfAborted();
      try {
        await summariseMark(database, _id, v);
      } catch (error) {
        if (failureKind(error) === 'transient') throw error;
        failed ??= toError(error);
      }
    }
    if (failed) throw failed;
    return false;
  }
}

/** Tells whoever reads the summaries that they do not hold everything any more. */
export async function endHistory(
  db: Db,
  names: { collection: string; nodesCollection: string },
): Promise<void> {
  await endCoverage(historyDatabase(db, names));
}

/** The marks that nobody relies on any more, in a random order: two instances then seldom are at the same one. */
async function dueMarks(
  { marks }: HistoryDatabase,
  graceMs: number,
): Promise<Pick<MarkDocument, '_id' | 'v'>[]> {
  const past = Date.now() - graceMs;
  const hora = { $gte: new Date(0), $lte: new Date(past - HOUR_MS) };
  // What makes a mark another one each time also says, to the second, when it was made.
  const v = { $lte: ObjectId.createFromTime(Math.floor(past / 1000)) };
  const due = await marks.find({ hora, v }).limit(MARKS).toArray();
  return due
    .map((mark) => ({ mark, order: Math.random() }))
    .sort((a, b) => a.order - b.order)
    .map(({ mark }) => mark);
}
