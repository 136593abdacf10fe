import type { RefusedPartition, TopicPartition } from '../types';
import { placeKey } from './consumer-start';

const INTERVAL_MS = 1_000;
/** While leaders move, a partition may be refused for a moment. */
const TELL_AFTER_MS = 3_000;
/** A partition that is refused rests for a while, longer each time, up to this. */
const FIRST_REST_MS = 100;
const LONGEST_REST_MS = 5_000;

interface Refused {
  place: RefusedPartition;
  /** milliseconds since 1970 */
  since: number;
  times: number;
}

/** Which partitions brokers refuse to give records of, though they give those of others. */
export class Refusals {
  private readonly known = new Map<string, Refused>();
  private told = '';
  private timer: NodeJS.Timeout | undefined;

  /** @param tell called with all that are refused for longer than a moment, after each change */
  constructor(private readonly tell: (places: RefusedPartition[]) => void) {}

  start(): void {
    this.timer = setInterval(() => this.look(Date.now()), INTERVAL_MS);
  }

  /** Forgets all. */
  stop(): void {
    clearInterval(this.timer);
    this.assigned([]);
  }

  /** What is not assigned any more is forgotten. */
  assigned(partitions: readonly TopicPartition[]): void {
    const keys = new Set(partitions.map(placeKey));
    for (const key of this.known.keys()) if (!keys.has(key)) this.known.delete(key);
    this.look(Date.now());
  }

  /** @returns how long it should not be asked for, in milliseconds */
  refused(place: RefusedPartition): number {
    const key = placeKey(place);
    const before = this.known.get(key);
    const times = (before?.times ?? 0) + 1;
    this.known.set(key, { place, since: before?.since ?? Date.now(), times });
    return Math.min(FIRST_REST_MS * 2 ** (times - 1), LONGEST_REST_MS);
  }

  /** A broker has answered for it. */
  passed(place: TopicPartition): void {
    if (this.known.size > 0) this.known.delete(placeKey(place));
  }

  /** @param now milliseconds since 1970 */
  look(now: number): void {
    const lasting = [...this.known.values()].filter(({ since }) => now - since >= TELL_AFTER_MS);
    const places = lasting.map(({ place }) => place);
    const text = places.map((place) => `${placeKey(place)} ${place.error.message}`).join('\n');
    if (text === this.told) return;
    this.told = text;
    this.tell(places);
  }
}
