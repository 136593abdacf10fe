import { toError } from '../../shared/user-error';
import type { TakeInProgress } from './take-in';

/** How the looking, or the taking in, is coming on; what the dialog asks for. */
export interface JobState {
  state: 'none' | 'running' | 'done' | 'failed';
  apply?: boolean;
  progress?: TakeInProgress;
  /** why it failed, in the runtime's language */
  message?: string;
}

/** Takes in, or only looks. @throws what ends it */
export type TakeIn = (
  apply: boolean,
  zone: string,
  onProgress: (progress: TakeInProgress) => void,
) => Promise<TakeInProgress>;

/** What is stored by other programs, looked at or taken in for whoever asks in the dialog: one at a time. */
export class TakeInJob {
  private now: JobState = { state: 'none' };

  constructor(
    private readonly work: TakeIn,
    private readonly textOf: (error: Error) => string,
  ) {}

  get state(): JobState {
    return this.now;
  }

  /** @returns false where one is running already, which goes on */
  start(apply: boolean, zone: string): boolean {
    if (this.now.state === 'running') return false;
    this.now = { state: 'running', apply };
    this.work(apply, zone, (progress) => (this.now = { state: 'running', apply, progress })).then(
      (progress) => (this.now = { state: 'done', apply, progress }),
      (error: unknown) => {
        const { progress } = this.now;
        this.now = {
          state: 'failed',
          apply,
          message: this.textOf(toError(error)),
          ...(progress && { progress }),
        };
      },
    );
    return true;
  }
}
