import { setTimeout as sleep } from 'node:timers/promises';
import { ExponentialBackoff } from '../../vendored/backoff';
import { MongoServerError, type CollectionInfo, type Db } from 'mongodb';
import { toError, UserError } from '../../shared/user-error';
import { PRIMARY, ensureMarksIndexes, historyDatabase } from '../history/history-database';
import { endHistory } from '../history/history';
import { ensureRetention, refusedRetention } from '../history/retention';
import { Lasting } from '../lasting';
import { waitReason } from '../rejected/reasons';
import { errorKind, isPassingError } from '../storing/write-errors';
import { checkFitness, collectionsThere, identityOf } from './collection-kinds';
import { createCollection } from './create-collection';
import { ensureNodosIndex, ensureReadingsIndex, ensureTopicsIndex, indexError } from './indexes';

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
  /** told when the collections are no longer those that were there: what is known of them is no longer true */
  onRenewed: () => void;
  /** LOOK_MS when absent */
  lookMs?: number;
  /** see Lasting */
  patienceMs?: number;
}

/** One thing that has to be there. */
interface Step {
  name: string;
  /** @returns what is not as it should be, to be tried again. @throws likewise, and whatever passes */
  run: (db: Db) => Promise<UserError | undefined>;
  /** what is told where it is refused for long with what is said to pass */
  problem?: (error: Error) => UserError;
}

/** How long readings wait for the answer to one of these commands; a server that never answers holds up none. */
const PATIENCE_MS = 5_000;

/** How long a refusal that says nothing is taken for one that passes. */
const DOUBT_MS = 30_000;

/** So often it is looked whether all that was made is still there. */
const LOOK_MS = 60_000;

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
 * Then it looks again from time to time, and after each outage before anything is written: somebody may have dropped what
 * was made, and what comes back may be another server.
 */
export class Preparation {
  /** whether an index keeps a node from standing twice in `nodos` */
  unique = false;
  private unfit: UserError | undefined;
  private opened = deferred();
  private isOpen = false;
  private readonly indexed = deferred();
  private readonly told = new Set<string>();
  private patience: NodeJS.Timeout | undefined;
  private refusedSince: number | undefined;
  /** since when readings wait for a server that answers, and refuses what is to be made */
  private heldSince: number | undefined;
  /** by the collection's name: what tells it from another one of that name; '' where that is not known */
  private readonly identities = new Map<string, string>();
  private isDue = false;
  /** by step */
  private readonly lasting = new Map<string, Lasting>();
  /** when a step was done last, as performance.now() counts */
  private doneAt = 0;
  private pausing = new AbortController();

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

  /** The database was away: what stands there now is looked at before anything is written to it. */
  again(): void {
    if (!this.isOpen) return;
    this.close();
    this.isDue = true;
    this.pausing.abort();
  }

  /** Resolves when the signal is aborted. */
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
    const { lookMs = LOOK_MS } = this.options;
    let waited = false;
    for (;;) {
      const end = performance.now() + lookMs;
      let steps: readonly Step[] = this.steps();
      let [away, refused] = [AWAY.next(), REFUSED.next()];
      this.isDue = false;
      this.heldSince = undefined;
      while (!this.isDue && performance.now() < end) {
        const db = await this.options.db(signal);
        const { left, passing } = await this.pass(db, steps, signal);
        if (left.length < steps.length) [away, refused] = [AWAY.next(), REFUSED.next()];
        steps = left;
        if (steps.length === 0) break;
        waited = true;
        const delay = passing ? away.duration : refused.duration;
        if (passing && !this.isOpen) this.options.onWaiting(waitReason(passing), Date.now() + delay);
        await this.pause(delay, signal);
        if (passing) away = away.next(undefined);
        else refused = refused.next(undefined);
      }
      if (waited && steps.length === 0) {
        waited = false;
        this.options.onReady();
      }
      if (!this.isDue) await this.pause(Math.max(0, end - performance.now()), signal);
    }
  }

  /** @throws an AbortError once the signal is aborted */
  private async pause(ms: number, signal: AbortSignal): Promise<void> {
    this.pausing = new AbortController();
    try {
      await sleep(ms, undefined, { signal: AbortSignal.any([signal, this.pausing.signal]) });
    } catch (error) {
      if (signal.aborted) throw error;
    }
  }

  /** Tries each of the steps once, unless the database is away. */
  private async pass(
    db: Db,
    steps: readonly Step[],
    signal: AbortSignal,
  ): Promise<{ left: readonly Step[]; passing: Error | undefined }> {
    const left: Step[] = [];
    let passing: Error | undefined;
    for (const [i, step] of steps.entries()) {
      signal.throwIfAborted();
      this.wait();
      let problem: UserError | undefined;
      let error: Error;
      try {
        problem = await step.run(db);
        if (!problem) {
          this.doneAt = performance.now();
          this.lasting.get(step.name)?.succeeded();
          continue;
        }
        error = UNEXPLAINED.has(problem.key) && problem.cause instanceof Error ? problem.cause : problem;
      } catch (thrown) {
        error = toError(thrown);
      }
      left.push(step);
      if (!signal.aborted && !this.passes(error)) {
        this.tell(problem ?? waitReason(error));
        continue;
      }
      passing = error;
      if (this.isOpen && !signal.aborted) this.lastingOf(step).failed(error);
      // Where the server answers and readings go on, one thing that is refused for the time being holds up no other.
      if (signal.aborted || !this.isOpen || !(error instanceof MongoServerError))
        return { left: [...left, ...steps.slice(i + 1)], passing };
    }
    if (!passing) this.open();
    return { left, passing };
  }

  /** Whether it is waited for: a refusal that says nothing may be of a server that is not well yet. */
  private passes(error: Error): boolean {
    clearTimeout(this.patience);
    this.patience = undefined;
    if (error === this.unfit) return true;
    this.heldSince = error instanceof MongoServerError ? (this.heldSince ?? performance.now()) : undefined;
    const held = performance.now() - (this.heldSince ?? performance.now());
    // Readings need no index; and what answers all else so refuses them as well.
    if (held >= (this.isCreated ? PATIENCE_MS : DOUBT_MS)) this.open();
    if (isPassingError(error)) return true;
    if (errorKind(error) !== 'unknown') return false;
    this.refusedSince ??= performance.now();
    return performance.now() - this.refusedSince < DOUBT_MS;
  }

  private get isCreated(): boolean {
    return this.names.every((name) => this.identities.has(name));
  }

  private get names(): string[] {
    const { collection, nodesCollection, rejectedCollection, summaryCollections } = this.options;
    return [collection, nodesCollection, rejectedCollection, ...summaryCollections];
  }

  private steps(): Step[] {
    const { collection, nodesCollection, rejectedCollection, retention } = this.options;
    const { names } = this;
    let there = new Map<string, CollectionInfo>();
    const look: Step = {
      name: 'look',
      run: async (db) => {
        there = await collectionsThere(db, names);
        this.unfit = undefined;
        try {
          checkFitness(there, rejectedCollection);
        } catch (error) {
          if (!(error instanceof UserError)) throw error;
          this.unfit = error;
          this.open();
          throw error;
        }
        this.compare(there);
        return undefined;
      },
    };
    const create = names.map((name) => ({
      name: `create ${name}`,
      run: async (db: Db) => {
        if (!there.has(name)) await createCollection(db, name);
        if (!this.identities.has(name)) this.identities.set(name, '');
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
      problem: (error) => indexError({ collectionName: collection }, error),
    };
    const ofNodos: Step = {
      name: 'index of nodos',
      run: async (db) => {
        const { unique, problem } = await ensureNodosIndex(db, db.collection(nodesCollection, PRIMARY));
        this.unique = unique;
        return problem;
      },
      problem: (error) => indexError({ collectionName: nodesCollection }, error),
    };
    const ofTopics: Step = {
      name: 'index of topics',
      run: (db) => ensureTopicsIndex(db, db.collection(nodesCollection, PRIMARY)),
      problem: (error) => indexError({ collectionName: nodesCollection }, error),
    };
    const ofRetention: Step = {
      name: 'retention',
      run: (db) => ensureRetention(db, collection, retention),
      problem: (error) => refusedRetention(collection, retention, error),
    };
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

  /** Whether one of the collections is gone, or another one has its name. */
  private compare(there: ReadonlyMap<string, CollectionInfo>): void {
    let isRenewed = false;
    for (const name of this.names) {
      const before = this.identities.get(name);
      const info = there.get(name);
      const now = info && identityOf(info);
      if (before !== undefined && (now === undefined || (before !== '' && now !== '' && before !== now)))
        isRenewed = true;
      if (now === undefined) this.identities.delete(name);
      else this.identities.set(name, now);
    }
    if (!isRenewed) return;
    this.close();
    this.options.onRenewed();
  }

  /** Readings go on: nobody else would tell. */
  private lastingOf({ name, problem = waitReason }: Step): Lasting {
    let lasting = this.lasting.get(name);
    if (!lasting) {
      const tell = (error: Error): void => this.tell(problem(error));
      lasting = new Lasting(() => this.doneAt, tell, this.options.patienceMs);
      this.lasting.set(name, lasting);
    }
    return lasting;
  }

  private tell(problem: UserError): void {
    const { message } = problem;
    if (this.told.has(message)) return;
    this.told.add(message);
    this.options.onProblem(problem);
  }

  /** From now on readings wait this long at most, unless there is an answer. */
  private wait(): void {
    if (this.isOpen) return;
    clearTimeout(this.patience);
    this.patience = setTimeout(() => this.open(), PATIENCE_MS).unref();
  }

  private close(): void {
    if (!this.isOpen) return;
    this.isOpen = false;
    this.opened = deferred();
  }

  private open(): void {
    clearTimeout(this.patience);
    this.isOpen = true;
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
