import type { Rescue } from './disk';

export interface OutboxOptions {
  /** folder of this outbox alone */
  directory: string;
  /** survives a power cut: a record counts as stored only when the disk has been told to write it through */
  sync: boolean;
  maxBytes: number;
  /** Infinity for no bound */
  maxAgeMs: number;
  whenFull: 'refuse' | 'drop-oldest';
  /** Records that are handed over to the sender in memory, so that they need not be read back; MEMORY when absent. */
  memory?: { records: number; bytes: number };
}

/** What an outbox reports beside the fate of single records; none of these may throw. */
export interface OutboxListener {
  /** Records were dropped to make room, or because they were too old. */
  dropped(count: number, reason: 'full' | 'age'): void;
  /** Entries could not be read back; `count` is undefined where it can't be known. */
  damaged(count: number | undefined, cause: Error): void;
  rescued(rescue: Rescue): void;
  /** The files can't be used for now (undefined: they can again). Until then records are refused. */
  problem(error: Error | undefined): void;
}
