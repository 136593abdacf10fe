import { toError } from '../../shared/user-error';

/** What a loop writes, turn by turn. */
export interface Writing {
  /** Without this nothing runs, jobs included. */
  canWrite(): boolean;
  /** whether the next turn has something to do */
  hasWork(): boolean;
  turn(): Promise<void>;
  /** A turn or a job has failed: the loop goes on when it is woken again. */
  failed(error: Error): Promise<void>;
}

interface Job {
  run(): Promise<void>;
  cancel(reason: Error): void;
}

/** Writes one thing at a time: a turn while there is work, and between two turns a job that must not run beside one. */
export class WriteLoop {
  private running: Promise<void> | undefined;
  private readonly jobs: Job[] = [];

  constructor(private readonly writing: Writing) {}

  get isIdle(): boolean {
    return this.running === undefined;
  }

  /** Begins to write, if it is not writing already. */
  wake(): void {
    if (!this.hasWork) return;
    this.running ??= this.run().finally(() => {
      this.running = undefined;
      this.wake();
    });
  }

  /** Runs a job when no turn does. Rejects with its error, or with cancel's reason. */
  exclusively(job: () => Promise<void>): Promise<void> {
    return new Promise<void>((resolve, reject) => {
      const run = async (): Promise<void> => {
        try {
          await job();
          resolve();
        } catch (error) {
          reject(toError(error));
          throw error;
        }
      };
      this.jobs.push({ run, cancel: reject });
      this.wake();
    });
  }

  /** Waits until what is being written has been. */
  async settled(): Promise<void> {
    await this.running;
  }

  /** Gives up the jobs that have not run. */
  cancel(reason: Error): void {
    for (const job of this.jobs.splice(0)) job.cancel(reason);
  }

  private get hasWork(): boolean {
    return this.writing.canWrite() && (this.jobs.length > 0 || this.writing.hasWork());
  }

  private async run(): Promise<void> {
    // One turn later, so that all that comes in within this one is written together.
    await Promise.resolve();
    try {
      while (this.hasWork) {
        await this.writing.turn();
        await this.jobs.shift()?.run();
      }
    } catch (error) {
      await this.writing.failed(toError(error));
    }
  }
}
