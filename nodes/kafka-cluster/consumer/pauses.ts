import type { BlockedPlace, TopicPartition } from '../types';
import { placeKey } from './consumer-start';

export interface PauseListener {
  pause(partitions: readonly TopicPartition[]): void;
  resume(partitions: readonly TopicPartition[]): void;
  /** other partitions than before wait in front of what can't be read, or at another place */
  blocked(places: BlockedPlace[]): void;
}

/**
 * Why partitions are not fetched: whoever handles their records has enough of them, or what stands there can't be read,
 * or both. One that can't be read is tried again every so often: by then it may be gone.
 */
export class Pauses {
  private readonly held = new Set<string>();
  private readonly blocked = new Map<string, { place: BlockedPlace; retry: NodeJS.Timeout | undefined }>();

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
    this.listener.resume(partitions.filter((place) => !this.blocked.get(placeKey(place))?.retry));
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
    const told = this.blocked.size > 0;
    this.blocked.clear();
    this.held.clear();
    if (told) this.tell();
  }

  private retry(key: string): void {
    const blocked = this.blocked.get(key);
    if (!blocked?.retry) return;
    clearTimeout(blocked.retry);
    blocked.retry = undefined;
    if (!this.held.has(key)) this.listener.resume([blocked.place]);
  }

  private tell(): void {
    this.listener.blocked(Array.from(this.blocked.values(), ({ place }) => place));
  }
}
