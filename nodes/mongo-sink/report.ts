import type { DatabaseState, UnansweredCommand } from '../mongo-database/types';
import { UserError } from '../shared/user-error';
import type { BackfillProgress } from './history/backfill';
import { isPassing } from './rejected/reasons';
import type { Outcome } from './storing/writer';

export type SinkState =
  | { state: 'connecting' }
  /** the counts are of readings, since the node was started */
  | {
      state: 'ready';
      inserted: number;
      alreadyThere: number;
      rejected: number;
      backfill?: BackfillProgress;
      /** what the database has not answered for long, while it may answer the rest */
      unanswered?: UnansweredCommand;
    }
  /** nothing can be written before `nextAttempt` (milliseconds since 1970) */
  | { state: 'waiting'; nextAttempt: number; error: Error };

export interface SinkListener {
  onState: (state: SinkState) => void;
  /** told once about a problem that belongs to no message in particular */
  onProblem: (error: Error) => void;
  /** told how the readings that were there before are being summarised, at last with done = total */
  onBackfill: (progress: BackfillProgress) => void;
  /** the text of an error in the runtime's language, for the rejected collection */
  textOf: (error: UserError) => string;
}

/** Tells the listener of a sink how it fares: its state whenever that changes, and each problem once. */
export class SinkReport {
  /** when readings were settled last, as performance.now() counts */
  settledAt = 0;
  private backfill: BackfillProgress | undefined;
  private unanswered: UnansweredCommand | undefined;
  private inserted = 0;
  private alreadyThere = 0;
  private rejected = 0;
  private ended = false;
  private readonly reported = new Set<string>();

  constructor(
    private readonly listener: SinkListener,
    private readonly isConnected: () => boolean,
  ) {}

  /** From now on nothing is told of waiting and of summaries: nobody is going to wait any more. */
  end(): void {
    this.ended = true;
  }

  /** A batch is settled. */
  settled(outcomes: readonly Outcome[]): void {
    this.settledAt = performance.now();
    for (const outcome of outcomes) {
      if (outcome === 'inserted') this.inserted++;
      else if (outcome === 'alreadyThere') this.alreadyThere++;
      else this.rejected++;
    }
    this.reported.clear();
    this.ready();
  }

  /** What was waited for at the start has been made: no reading need come to say so. */
  prepared(): void {
    if (!this.ended && this.isConnected()) this.ready();
  }

  database(state: DatabaseState): void {
    if (state.state === 'connected') this.ready();
    else if (state.state === 'retrying') this.waiting(state.error, state.nextAttempt);
    else this.listener.onState({ state: 'connecting' });
  }

  backfilling(progress: BackfillProgress): void {
    if (this.ended) return;
    this.backfill = progress.done < progress.total ? progress : undefined;
    this.listener.onBackfill(progress);
    if (this.isConnected()) this.ready();
  }

  /** @param unanswered what the database has not answered for long; undefined when there is nothing any more */
  noAnswer(unanswered: UnansweredCommand | undefined): void {
    if (this.ended) return;
    this.unanswered = unanswered;
    if (unanswered) {
      const { command, target } = unanswered;
      this.problem(new UserError('mongo-sink.errors.unanswered', { command, target }));
    }
    if (this.isConnected()) this.ready();
  }

  /** @param nextAttempt milliseconds since 1970 */
  waiting(error: Error, nextAttempt: number): void {
    if (this.ended) return;
    this.listener.onState({ state: 'waiting', nextAttempt, error });
    this.problem(error);
  }

  /** The same problem is told once, until something has been stored again; all ways of being away are the same. */
  problem(error: Error): void {
    const name = isPassing(error) ? 'away' : error instanceof UserError ? error.key : error.message;
    if (this.reported.has(name)) return;
    this.reported.add(name);
    this.listener.onProblem(error);
  }

  private ready(): void {
    const { inserted, alreadyThere, rejected, backfill, unanswered } = this;
    this.listener.onState({
      state: 'ready',
      inserted,
      alreadyThere,
      rejected,
      ...(backfill ? { backfill } : {}),
      ...(unanswered ? { unanswered } : {}),
    });
  }
}
