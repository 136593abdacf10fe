import type { ClientState, ConsumerState, OutageListener } from './types';

/** What is over sooner is told by the statuses alone. */
const TELL_AFTER_MS = 3_000;

/** Tells once that an outage begins to last, and once that it is over, however many clients of a cluster meet with it. */
export class Outages {
  private readonly out = new Set<object>();
  private since = 0;
  private timer: NodeJS.Timeout | undefined;
  /** why, once it was told */
  private told: Error | undefined;
  private readonly listeners = new Set<OutageListener>();

  /** Adds a listener, who hears at once of an outage that was told already. @returns takes it away again */
  listen(listener: OutageListener): () => void {
    this.listeners.add(listener);
    if (this.told) listener.begins(this.told);
    return () => this.listeners.delete(listener);
  }

  /** @param client whose state it is */
  note(client: object, state: ClientState | ConsumerState): void {
    if (state.state === 'retrying') this.add(client, state.error);
    else if (state.state !== 'connecting') this.remove(client);
  }

  private add(client: object, error: Error & { problem?: string }): void {
    if (error.problem !== 'unreachable') return;
    this.out.add(client);
    if (this.timer || this.told) return;
    this.since = Date.now();
    this.timer = setTimeout(() => {
      this.timer = undefined;
      this.told = error;
      for (const listener of this.listeners) listener.begins(error);
    }, TELL_AFTER_MS).unref();
  }

  private remove(client: object): void {
    if (!this.out.delete(client) || this.out.size > 0) return;
    clearTimeout(this.timer);
    this.timer = undefined;
    if (!this.told) return;
    this.told = undefined;
    const seconds = Math.round((Date.now() - this.since) / 1_000);
    for (const listener of this.listeners) listener.ends(seconds);
  }
}
