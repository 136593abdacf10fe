import { ExponentialBackoff, type IBackoff } from '../../vendored/backoff';
import type { RefusedPartition, TopicPartition } from '../types';
import { placeKey } from './consumer-start';

const INTERVAL_MS = 1_000;
/** While leaders move, a partition may be refused for a moment. */
const TELL_AFTER_MS = 3_000;
/** A partition that is refused rests for a while, longer each time, up to this. */
const REST = new ExponentialBackoff({ initialDelay: 100, maxDelay: 5_000 });

interface Refused {
  place: RefusedPartition;
  /** milliseconds since 1970 */
  since: number;
  rest: IBackoff<unknown>;
}

/** Which partitions brokers refuse to give records of, though they give those of others. */
export class Refusals {
  private readonly known = new Map<string, Refused>();
  /** those of which brokers have answered since they were told of, by placeKey */
  private readonly given = new Set<string>();
  private told: readonly RefusedPartition[] = [];
  private timer: NodeJS.Timeout | undefined;

  /**
   * @param tell called with all that are refused for longer than a moment, after each change; `given` are those told of
   * before that brokers have answered for since, and not those that are somebody else's now
   */
  constructor(private readonly tell: (places: RefusedPartition[], given: RefusedPartition[]) => void) {}

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
    const rest = before?.rest.next(undefined) ?? REST.next();
    this.known.set(key, { place, since: before?.since ?? Date.now(), rest });
    this.given.delete(key);
    return rest.duration;
  }

  /** Why it is not given is told by others. */
  forget(place: TopicPartition): void {
    this.known.delete(placeKey(place));
  }

  /** A broker has answered for it. */
  passed(place: TopicPartition): void {
    if (this.known.size === 0) return;
    const key = placeKey(place);
    if (this.known.delete(key)) this.given.add(key);
  }

  /** @param now milliseconds since 1970 */
  look(now: number): void {
    const lasting = [...this.known.values()].filter(({ since }) => now - since >= TELL_AFTER_MS);
    const places = lasting.map(({ place }) => place);
    const given = this.told.filter((place) => this.given.has(placeKey(place)));
    this.given.clear();
    if (textOf(places) === textOf(this.told)) return;
    this.told = places;
    this.tell(places, given);
  }
}

function textOf(places: readonly RefusedPartition[]): string {
  return places.map((place) => `${placeKey(place)} ${place.error.message}`).join('\n');
}
