import { LargeMap } from './large-map';

/**
 * What was noted of names not long ago, in a bounded memory that keeps what is used: of the names that come again and
 * again at least half the bound is remembered, however many others come by.
 */
export class RecentMap<V> {
  private current = new LargeMap<V>();
  private previous = new LargeMap<V>();

  /** @param max how many are remembered at most */
  constructor(private readonly max: number) {}

  get size(): number {
    return this.current.size + this.previous.size;
  }

  get(name: string): V | undefined {
    const value = this.current.get(name);
    if (value !== undefined) return value;
    const before = this.previous.get(name);
    if (before !== undefined) this.set(name, before);
    return before;
  }

  set(name: string, value: V): void {
    if (this.current.size >= this.max / 2 && !this.current.has(name)) {
      this.previous = this.current;
      this.current = new LargeMap();
    }
    this.current.set(name, value);
    this.previous.delete(name);
  }

  clear(): void {
    this.current = new LargeMap();
    this.previous = new LargeMap();
  }
}

/** The same for whoever wants to know no more than that a name was used. */
export class RecentNames {
  private readonly names: RecentMap<true>;

  /** @param max how many are remembered at most */
  constructor(max: number) {
    this.names = new RecentMap(max);
  }

  get size(): number {
    return this.names.size;
  }

  has(name: string): boolean {
    return this.names.get(name) === true;
  }

  add(name: string): void {
    this.names.set(name, true);
  }

  clear(): void {
    this.names.clear();
  }
}
