import { setTimeout as sleep } from 'node:timers/promises';
import type { MongoClient } from 'mongodb';

/** Nothing asked for this long: nobody is going to ask on. */
const QUIET_MS = 15;

/** Measures how long a client waits for its database: the time in which at least one of its commands is under way. */
export class DatabaseClock {
  private underWay = 0;
  private since = 0;
  private busy = 0;
  private lastEnd = 0;

  /** @param client made with monitorCommands */
  constructor(client: MongoClient) {
    client.on('commandStarted', () => {
      if (this.underWay++ === 0) this.since = performance.now();
    });
    const ended = (): void => {
      this.lastEnd = performance.now();
      if (--this.underWay === 0) this.busy += this.lastEnd - this.since;
    };
    client.on('commandSucceeded', ended);
    client.on('commandFailed', ended);
  }

  /** @returns milliseconds so far */
  get milliseconds(): number {
    return this.busy;
  }

  /** @returns when nothing is asked any more, also not by what goes on behind an answer */
  async quiet(): Promise<void> {
    while (this.underWay > 0 || performance.now() - this.lastEnd < QUIET_MS) await sleep(5);
  }
}
