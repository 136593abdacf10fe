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
    for (const [index, { offset, rejection }] of run.messages.entries()) {
      if (rejection?.reason !== 'batch-damaged') continue;
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
