import { setTimeout as sleep } from 'node:timers/promises';
import { ExponentialBackoff, type IBackoff } from 'cockatiel';
import type { Report } from '../install-once';
import { describeExit, type ExitInfo, type ManagedProcess } from './managed-process';
import { t } from '../texts/texts.mjs';

/** Bounds of the wait before a dead process is started again, in milliseconds. */
export interface RestartBounds {
  initialDelay: number;
  maxDelay: number;
  /** A process that ran this long counts as recovered: the next wait is the initial one again. */
  stableAfter: number;
}

const DEFAULTS: RestartBounds = { initialDelay: 500, maxDelay: 30_000, stableAfter: 60_000 };

/**
 * Runs processes and keeps them running: one that ends by itself is named with its last log lines and started again,
 * after a wait that grows while it keeps dying.
 */
export class Supervisor {
  private readonly stages: Keeper[][] = [];
  private stopped = false;

  constructor(
    private readonly report: Report,
    private readonly bounds: RestartBounds = DEFAULTS,
  ) {}

  /**
   * Starts processes at the same time and keeps them running.
   * @throws ServiceError when one does not start; the others are left to stop()
   */
  async run(...processes: ManagedProcess[]): Promise<void> {
    if (this.stopped) throw new Error('stopped already');
    const keepers = processes.map((process) => new Keeper(process, this.report, this.bounds));
    this.stages.push(keepers);
    const started = await Promise.allSettled(keepers.map((keeper) => keeper.start()));
    for (const result of started) if (result.status === 'rejected') throw result.reason;
  }

  /** Stops and starts a process that it keeps running. */
  async restart(process: ManagedProcess): Promise<void> {
    const keeper = this.stages.flat().find((kept) => kept.process === process);
    if (keeper === undefined) throw new Error(`${process.name} is not supervised`);
    await keeper.stop();
    await keeper.start();
  }

  /** Stops everything for good, the last started first; those started together, together. */
  async stop(): Promise<void> {
    this.stopped = true;
    for (const stage of this.stages.reverse()) await Promise.all(stage.map((keeper) => keeper.stop()));
    this.stages.length = 0;
  }
}

/** Keeps one process running until it is told to stop. */
class Keeper {
  private ending = new AbortController();
  private keeping: Promise<void> | undefined;

  constructor(
    readonly process: ManagedProcess,
    private readonly report: Report,
    private readonly bounds: RestartBounds,
  ) {}

  async start(): Promise<void> {
    this.ending = new AbortController();
    await this.process.start();
    if (!this.ending.signal.aborted) this.keeping = this.keep(this.ending.signal);
  }

  async stop(): Promise<void> {
    this.ending.abort();
    await this.process.stop();
    await this.keeping;
  }

  private async keep(signal: AbortSignal): Promise<void> {
    const first = new ExponentialBackoff(this.bounds);
    let backoff: IBackoff<unknown> | undefined;
    for (;;) {
      const since = performance.now();
      const exit = await this.process.exited;
      if (isAborted(signal)) return;
      if (exit !== undefined) this.report(this.obituary(exit));
      if (performance.now() - since > this.bounds.stableAfter) backoff = undefined;
      do {
        backoff = (backoff ?? first).next(undefined);
        if (!(await this.startAgain(backoff.duration, signal))) return;
      } while (!this.process.running);
    }
  }

  private obituary(exit: ExitInfo): string {
    return this.process.error('ended', { how: describeExit(exit) }).message;
  }

  /** Tries once, after a wait. @returns false when it is to stay stopped */
  private async startAgain(delay: number, signal: AbortSignal): Promise<boolean> {
    const service = this.process.name;
    this.report(t('process.again', { service, seconds: (delay / 1000).toFixed(1) }));
    await wait(delay, signal);
    if (signal.aborted) return false;
    try {
      await this.process.start();
      this.report(t('process.back', { service }));
    } catch (error) {
      if (isAborted(signal)) return false;
      this.report((error as Error).message);
    }
    return true;
  }
}

/** Waits, but not past an abort. */
async function wait(ms: number, signal: AbortSignal): Promise<void> {
  const timer = new AbortController();
  const aborted = new Promise<void>((resolve) =>
    signal.addEventListener('abort', () => resolve(), { once: true }),
  );
  await Promise.race([sleep(ms, undefined, { signal: timer.signal }), aborted]).finally(() => timer.abort());
}

/** Asked anew after an await, where the compiler would go by what it knew before. */
function isAborted(signal: AbortSignal): boolean {
  return signal.aborted;
}
