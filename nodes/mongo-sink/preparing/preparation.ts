import { setTimeout as sleep } from 'node:timers/promises';
import { ExponentialBackoff } from '../../vendored/backoff';
import type { CollectionInfo, Db } from 'mongodb';
import { toError, UserError } from '../../shared/user-error';
import { PRIMARY, ensureMarksIndexes, historyDatabase } from '../history/history-database';
import { endHistory } from '../history/history';
import { ensureRetention } from '../history/retention';
import { waitReason } from '../rejected/reasons';
import { errorKind, isPassingError } from '../storing/write-errors';
import { checkFitness, collectionsThere } from './collection-kinds';
import { createCollection } from './create-collection';
import { ensureNodosIndex, ensureReadingsIndex, ensureTopicsIndex } from './indexes';

export interface PreparationOptions {
  /** the database, as soon as there is a connection */
  db: (signal: AbortSignal) => Promise<Db>;
  collection: string;
  nodesCollection: string;
  rejectedCollection: string;
  /** those of the marks and of the summaries; empty where none are kept */
  summaryCollections: readonly string[];
  /** days; 0: readings are kept */
  retention: number;
  /** told about each error that passes, and when the next attempt is (milliseconds since 1970) */
  onWaiting: (error: Error, nextAttempt: number) => void;
  /** told once of each thing that can't be made at present; it is tried again */
  onProblem: (error: UserError) => void;
  /** told when everything is there that had to be waited for */
  onReady: () => void;
}

/** One thing that has to be there. */
interface Step {
  name: string;
  /** @returns what is not as it should be, to be tried again. @throws likewise, and whatever passes */
  run: (db: Db) => Promise<UserError | undefined>;
}

/** How long readings wait for the answer to one of these commands; a server that never answers holds up none. */
const PATIENCE_MS = 5_000;

/** How long a refusal that says nothing is taken for one that passes. */
const DOUBT_MS = 30_000;

/** Refusals that tell no more than the server's answer. */
const UNEXPLAINED: ReadonlySet<string> = new Set([
  'mongo-sink.errors.index',
  'mongo-sink.errors.retention-refused',
]);

/** Between two attempts at what is away, and at what was refused. */
const AWAY = new ExponentialBackoff({ initialDelay: 250, maxDelay: 5_000 });
const REFUSED = new ExponentialBackoff({ initialDelay: 1_000, maxDelay: 60_000 });

/**
 * Makes the sink's collections and indexes, one after the other and before its first insertion (SecantusDB stands still
 * for ever where the first insertion into a new collection meets another `createIndexes`), and tries until all is made.
 */
export class Preparation {
  /** whether an index keeps a node from standing twice in `nodos` */
  unique = false;
  private unfit: UserError | undefined;
  private readonly opened = deferred();
  private readonly indexed = deferred();
  private readonly told = new Set<string>();
  private patience: NodeJS.Timeout | undefined;
  private refusedSince: number | undefined;

  constructor(private readonly options: PreparationOptions) {}

  /**
   * The database, as soon as readings may be written to it.
   * @throws UserError where a collection can't hold readings; an AbortError once the signal is aborted
   */
  async ready(signal: AbortSignal): Promise<Db> {
    const db = await this.options.db(signal);
    await untilAborted(this.opened.promise, signal);
    if (this.unfit) throw this.unfit;
    return db;
  }

  /** Resolves when a node's readings can be found by an index; not where that can't be made. */
  readingsIndexed(signal: AbortSignal): Promise<void> {
    return untilAborted(this.indexed.promise, signal);
  }

  /** Resolves when all is made, or the signal is aborted. */
  async run(signal: AbortSignal): Promise<void> {
    try {
      await this.makeAll(signal);
    } catch (error) {
      if (!signal.aborted) throw error;
    } finally {
      clearTimeout(this.patience);
    }
  }

  private async makeAll(signal: AbortSignal): Promise<void> {
    let steps: readonly Step[] = this.steps();
    let [away, refused] = [AWAY.next(), REFUSED.next()];
    let waited = false;
    while (steps.length > 0) {
      const db = await this.options.db(signal);
      const { left, passing } = await this.pass(db, steps, signal);
      if (left.length === 0) break;
      waited = true;
      if (left.length < steps.length) [away, refused] = [AWAY.next(), REFUSED.next()];
      steps = left;
      const delay = passing ? away.duration : refused.duration;
      if (passing) this.options.onWaiting(waitReason(passing), Date.now() + delay);
      await sleep(delay, undefined, { signal });
      if (passing) away = away.next(undefined);
      else refused = refused.next(undefined);
    }
    if (waited) this.options.onReady();
  }

  /** Tries each of the steps once, unless the database is away. */
  private async pass(
    db: Db,
    steps: readonly Step[],
    signal: AbortSignal,
  ): Promise<{ left: readonly Step[]; passing: Error | undefined }> {
    const left: Step[] = [];
    for (const [i, step] of steps.entries()) {
      signal.throwIfAborted();
      this.wait();
      try {
        const problem = await step.run(db);
        if (!problem) continue;
        if (!UNEXPLAINED.has(problem.key)) this.tell(problem);
        else if (problem.cause instanceof Error && this.passes(problem.cause))
          return { left: [...left, ...steps.slice(i)], passing: problem.cause };
        else this.tell(problem);
      } catch (thrown) {
        const error = toError(thrown);
        if (signal.aborted || this.passes(error))
          return { left: [...left, ...steps.slice(i)], passing: error };
        this.tell(waitReason(error));
      }
      left.push(step);
    }
    this.open();
    return { left, passing: undefined };
  }

  /** Whether it is waited for: a refusal that says nothing may be of a server that is not well yet. */
  private passes(error: Error): boolean {
    clearTimeout(this.patience);
    if (isPassingError(error) || error === this.unfit) return true;
    this.refusedSince ??= Date.now();
    return errorKind(error) === 'unknown' && Date.now() - this.refusedSince < DOUBT_MS;
  }

  private steps(): Step[] {
    const { collection, nodesCollection, rejectedCollection, retention } = this.options;
    const names = [collection, nodesCollection, rejectedCollection, ...this.options.summaryCollections];
    let there = new Map<string, CollectionInfo>();
    const look: Step = {
      name: 'look',
      run: async (db) => {
        there = await collectionsThere(db, names);
        this.unfit = undefined;
        try {
          checkFitness(there, { nodos: nodesCollection, rejected: rejectedCollection });
        } catch (error) {
          if (!(error instanceof UserError)) throw error;
          this.unfit = error;
          this.open();
          throw error;
        }
        return undefined;
      },
    };
    const create = names.map((name) => ({
      name: `create ${name}`,
      run: async (db: Db) => {
        if (!there.has(name)) await createCollection(db, name);
        return undefined;
      },
    }));
    const ofReadings: Step = {
      name: 'index of readings',
      run: async (db) => {
        const problem = await ensureReadingsIndex(db, db.collection(collection, PRIMARY));
        if (!problem) this.indexed.resolve();
        return problem;
      },
    };
    const ofNodos: Step = {
      name: 'index of nodos',
      run: async (db) => {
        const { unique, problem } = await ensureNodosIndex(db, db.collection(nodesCollection, PRIMARY));
        this.unique = unique;
        return problem;
      },
    };
    const ofTopics: Step = {
      name: 'index of topics',
      run: (db) => ensureTopicsIndex(db, db.collection(nodesCollection, PRIMARY)),
    };
    const ofRetention: Step = { name: 'retention', run: (db) => ensureRetention(db, collection, retention) };
    const ofSummaries: Step = {
      name: 'summaries',
      run: async (db) => {
        const names = { collection, nodesCollection };
        if (this.options.summaryCollections.length > 0)
          await ensureMarksIndexes(db, historyDatabase(db, names));
        else await endHistory(db, names);
        return undefined;
      },
    };
    return [look, ...create, ofRetention, ofNodos, ofTopics, ofSummaries, ofReadings];
  }

  private tell(problem: UserError): void {
    const { message } = problem;
    if (this.told.has(message)) return;
    this.told.add(message);
    this.options.onProblem(problem);
  }

  /** From now on readings wait this long at most, unless there is an answer. */
  private wait(): void {
    clearTimeout(this.patience);
    this.patience = setTimeout(() => this.open(), PATIENCE_MS).unref();
  }

  private open(): void {
    clearTimeout(this.patience);
    this.opened.resolve();
  }
}

interface Deferred {
  promise: Promise<void>;
  resolve: () => void;
}

function deferred(): Deferred {
  let resolve = (): void => undefined;
  const promise = new Promise<void>((done) => (resolve = done));
  return { promise, resolve };
}

/** @throws the signal's AbortError once it is aborted */
async function untilAborted(promise: Promise<void>, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  let stop = (): void => undefined;
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(toError(signal.reason));
    signal.addEventListener('abort', stop);
  });
  try {
    await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
