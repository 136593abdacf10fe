import type { FetchedRun } from '../patched-kafkajs';
import { placeKey } from './consumer-start';

/** What is damaged each of so many times is so where it is stored, and not on its way from there. */
const FETCHES = 3;

/** Has bytes that are damaged fetched again, before anybody takes them for what stands in the topic. */
export class Doubts {
  /** by placeKey: the offset that is in doubt, and how often it came damaged */
  private readonly known = new Map<string, { offset: string; times: number }>();

  /** Cuts off what has to be fetched once more, and what stands behind it. */
  settle(run: FetchedRun): void {
    const key = placeKey(run);
    // Nearly always there is none, and every record that is fetched is looked at here.
    if (!run.messages.some(isDamaged)) {
      this.known.delete(key);
      return;
    }
    for (const [index, message] of run.messages.entries()) {
      if (!isDamaged(message)) continue;
      const { offset } = message;
      const before = this.known.get(key);
      const times = before?.offset === offset ? before.times + 1 : 1;
      if (times >= FETCHES) continue;
      this.known.set(key, { offset, times });
      run.leaveFrom(index);
      return;
    }
    this.known.delete(key);
  }
}

function isDamaged({ rejection }: FetchedRun['messages'][number]): boolean {
  return rejection?.reason === 'batch-damaged';
}
