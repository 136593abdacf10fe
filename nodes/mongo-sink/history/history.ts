import { setTimeout as sleep } from 'node:timers/promises';
import { ObjectId, type Db } from 'mongodb';
import { HOUR_MS } from '../../shared/durations';
import { keepTrying } from '../../shared/keep-trying';
import { type MarkDocument } from '../../shared/summary-chunks';
import { toError } from '../../shared/user-error';
import { backfill, endCoverage, type BackfillProgress } from './backfill';
import { isPassingError } from '../storing/write-errors';
import { historyDatabase, type HistoryDatabase } from './history-database';
import { GRACE_MS } from './dirty-hours';
import { historyError, isPassing, waitReason } from '../rejected/reasons';
import { summariseMark } from './summarise';

export interface HistoryOptions {
  /** the database, as soon as there is a connection and the marks have their indexes */
  db: (signal: AbortSignal) => Promise<Db>;
  collection: string;
  nodesCollection: string;
  /** the time between two looks for hours that are over, in milliseconds */
  intervalMs?: number;
  /** GRACE_MS when absent */
  graceMs?: number;
  /** told how the readings that were there before are being summarised */
  onBackfill: (progress: BackfillProgress) => void;
  /** told once about each problem; readings are stored all the same */
  onProblem: (error: Error) => void;
  /**
   * of some nodes, those that the list of nodes does not have yet: a killed process may have stored their readings and not
   * listed them. Their marks stay until it has them.
   */
  findUnlisted?: (nodos: readonly string[], signal: AbortSignal) => Promise<ReadonlySet<string>>;
}

const INTERVAL_MS = 30_000;

/** Marks that an instance takes for itself at once (what a long `$in` costs the embedded database grows with its square). */
const CLAIMED = 50;

/** ... and for how long: what a killed instance had is done by another one then. */
const CLAIM_MS = 60_000;

/** Marks that are worked on at the same time. */
const AT_ONCE = 4;

type DueMark = Pick<MarkDocument, '_id' | 'v' | 'nodo'>;

/**
 * Keeps the summaries of the readings, beside the storing of them: of each node-hour that is over and marked, and once
 * of all that was there before. Any number of instances may do so at the same time.
 */
export class History {
  private readonly closed = new AbortController();
  private readonly work: Promise<unknown>;

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
        const done = await work(database);
        reported = '';
        return done;
      } catch (error) {
        if (signal.aborted || isPassingError(error)) throw error;
        report(historyError(toError(error)));
        return false;
      }
    };
    const onError = (error: Error): void => report(waitReason(error));
    try {
      while (!(await keepTrying(attempt, { signal, onError }))) {
        await sleep(intervalMs, undefined, { signal });
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }

  /**
   * Summarises all that is marked and over, a few at a time, each of which this instance has taken for itself; an hour that
   * can't be summarised is left for the next time, and the others are done.
   */
  private async summariseDue(database: HistoryDatabase): Promise<false> {
    const errors: { mark: DueMark; error: Error }[] = [];
    const left: DueMark[] = [];
    try {
      for (;;) {
        const claimed = await claimDue(database, this.options.graceMs ?? GRACE_MS);
        if (claimed === undefined) break;
        const unlisted = await this.unlistedOf(claimed);
        left.push(...claimed.filter(({ nodo }) => unlisted.has(nodo)));
        await this.summariseAll(
          database,
          claimed.filter(({ nodo }) => !unlisted.has(nodo)),
          errors,
        );
      }
    } finally {
      await giveBack(database, [...left, ...errors.map(({ mark }) => mark)]);
    }
    const [first] = errors;
    if (first) throw first.error;
    return false;
  }

  private async unlistedOf(claimed: readonly DueMark[]): Promise<ReadonlySet<string>> {
    const nodos = Array.from(new Set(claimed.map(({ nodo }) => nodo)));
    return (await this.options.findUnlisted?.(nodos, this.closed.signal)) ?? new Set();
  }

  private async summariseAll(
    database: HistoryDatabase,
    due: readonly DueMark[],
    errors: { mark: DueMark; error: Error }[],
  ): Promise<void> {
    const open = due.values();
    const worker = async (): Promise<void> => {
      for (const mark of open) {
        this.closed.signal.throwIfAborted();
        try {
          await summariseMark(database, mark._id, mark.v);
        } catch (error) {
          errors.push({ mark, error: toError(error) });
          if (isPassingError(error)) throw error;
        }
      }
    };
    // All are waited for: nothing may be written any more once a closing one is through.
    const workers = await Promise.allSettled(Array.from({ length: AT_ONCE }, worker));
    const failed = workers.find((each) => each.status === 'rejected');
    if (failed) throw toError(failed.reason);
  }
}

/** Tells whoever reads the summaries that they do not hold everything any more. */
export async function endHistory(
  db: Db,
  names: { collection: string; nodesCollection: string },
): Promise<void> {
  await endCoverage(historyDatabase(db, names));
}

/**
 * Takes some of the marks that nobody relies on any more, and that no other instance is at.
 * @returns undefined when there are none; an empty list where another instance was quicker
 */
async function claimDue({ marks }: HistoryDatabase, graceMs: number): Promise<DueMark[] | undefined> {
  const now = Date.now();
  const past = now - graceMs;
  const hora = { $gte: new Date(0), $lte: new Date(past - HOUR_MS) };
  // What makes a mark another one each time also says, to the second, when it was made.
  const v = { $lte: ObjectId.createFromTime(Math.floor(past / 1000)) };
  const isFree = { tomado: { $not: { $gt: new Date(now) } } };
  const due = await marks
    .find({ hora, v, ...isFree }, { projection: { _id: 1 } })
    .limit(CLAIMED)
    .toArray();
  if (due.length === 0) return undefined;
  const _id = { $in: due.map((mark) => mark._id) };
  const quien = new ObjectId();
  await marks.updateMany({ _id, ...isFree }, { $set: { tomado: new Date(now + CLAIM_MS), quien } });
  return marks.find({ _id, quien, v }, { projection: { v: 1, nodo: 1 } }).toArray();
}

/** What was taken and not done is free again at once. */
async function giveBack({ marks }: HistoryDatabase, claimed: readonly DueMark[]): Promise<void> {
  for (let from = 0; from < claimed.length; from += CLAIMED) {
    const _id = { $in: claimed.slice(from, from + CLAIMED).map((mark) => mark._id) };
    await marks.updateMany({ _id }, { $unset: { tomado: 1, quien: 1 } });
  }
}
