import type { BlockedPlace, TopicPartition } from '../types';
import { placeKey } from './consumer-start';

export interface PauseListener {
  pause(partitions: readonly TopicPartition[]): void;
  resume(partitions: readonly TopicPartition[]): void;
  /** other partitions than before wait in front of what can't be read, or at another place */
  blocked(places: BlockedPlace[]): void;
}

/**
 * Why partitions are not fetched: whoever handles their records has enough of them, what stands there can't be read, or a
 * broker has just refused them; or several of these. One that can't be read is tried again every so often: by then it may
 * be gone.
 */
export class Pauses {
  private readonly held = new Set<string>();
  private readonly blocked = new Map<string, { place: BlockedPlace; retry: NodeJS.Timeout | undefined }>();
  private readonly resting = new Map<string, NodeJS.Timeout>();

  constructor(
    private readonly listener: PauseListener,
    private readonly retryMs: number,
  ) {}

  hold(partitions: readonly TopicPartition[]): void {
    for (const place of partitions) this.held.add(placeKey(place));
    this.listener.pause(partitions);
  }

  release(partitions: readonly TopicPartition[]): void {
    for (const place of partitions) this.held.delete(placeKey(place));
    this.listener.resume(partitions.filter((place) => this.isFree(placeKey(place))));
  }

  /** It is not to be asked for, for so many milliseconds. */
  rest(place: TopicPartition, milliseconds: number): void {
    const key = placeKey(place);
    clearTimeout(this.resting.get(key));
    const over = (): void => {
      this.resting.delete(key);
      if (this.isFree(key)) this.listener.resume([place]);
    };
    this.resting.set(key, setTimeout(over, milliseconds));
    this.listener.pause([place]);
  }

  /** What stands there can't be read. */
  block(place: BlockedPlace): void {
    const key = placeKey(place);
    const before = this.blocked.get(key);
    clearTimeout(before?.retry);
    const retry = setTimeout(() => this.retry(key), this.retryMs);
    this.blocked.set(key, { place, retry });
    this.listener.pause([place]);
    if (before?.place.offset !== place.offset) this.tell();
  }

  /** The reading has got on, or was moved. */
  passed(place: TopicPartition): void {
    const key = placeKey(place);
    const blocked = this.blocked.get(key);
    if (!blocked) return;
    this.retry(key);
    this.blocked.delete(key);
    this.tell();
  }

  /** Begins anew: nothing is paused. */
  clear(): void {
    for (const { retry } of this.blocked.values()) clearTimeout(retry);
    for (const timer of this.resting.values()) clearTimeout(timer);
    const told = this.blocked.size > 0;
    this.blocked.clear();
    this.resting.clear();
    this.held.clear();
    if (told) this.tell();
  }

  private retry(key: string): void {
    const blocked = this.blocked.get(key);
    if (!blocked?.retry) return;
    clearTimeout(blocked.retry);
    blocked.retry = undefined;
    if (this.isFree(key)) this.listener.resume([blocked.place]);
  }

  private isFree(key: string): boolean {
    return !this.held.has(key) && !this.blocked.get(key)?.retry && !this.resting.has(key);
  }

  private tell(): void {
    this.listener.blocked(Array.from(this.blocked.values(), ({ place }) => place));
  }
}
