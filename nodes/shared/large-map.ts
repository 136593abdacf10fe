/** Entries from which on it is kept in parts, and how many these are. */
const SPLIT_AT = 8_192;
const PARTS = 256;
/** Characters of a key's end that decide on its part. */
const HASHED = 12;

/**
 * A Map by text for a million entries. A plain one is copied whole each time it has to grow, during which nothing else
 * runs (half a million: 65 ms); this one is kept in parts once it is large, which grow one by one.
 */
export class LargeMap<V> {
  private parts: Map<string, V>[] = [new Map<string, V>()];
  private count = 0;

  get size(): number {
    return this.count;
  }

  get(key: string): V | undefined {
    return this.partOf(key).get(key);
  }

  has(key: string): boolean {
    return this.partOf(key).has(key);
  }

  set(key: string, value: V): void {
    const part = this.partOf(key);
    const before = part.size;
    part.set(key, value);
    this.count += part.size - before;
    if (this.count > SPLIT_AT && this.parts.length === 1) this.split();
  }

  delete(key: string): boolean {
    const deleted = this.partOf(key).delete(key);
    if (deleted) this.count--;
    return deleted;
  }

  /** @returns one of the keys that were set longest ago of those beside which this one would stand */
  oldestBeside(key: string): string | undefined {
    const [oldest] = this.partOf(key).keys();
    if (oldest !== undefined) return oldest;
    for (const part of this.parts) for (const other of part.keys()) return other;
    return undefined;
  }

  /** Takes some out, the oldest of a part first. */
  take(most: number): [string, V][] {
    const taken: [string, V][] = [];
    for (const part of this.parts)
      for (const entry of part) {
        if (taken.length >= most) return taken;
        taken.push(entry);
        part.delete(entry[0]);
        this.count--;
      }
    return taken;
  }

  private partOf(key: string): Map<string, V> {
    const { parts } = this;
    return parts[parts.length === 1 ? 0 : hashOf(key) % PARTS]!;
  }

  private split(): void {
    const [whole] = this.parts;
    this.parts = Array.from({ length: PARTS }, () => new Map<string, V>());
    for (const [key, value] of whole ?? []) this.partOf(key).set(key, value);
  }
}

function hashOf(key: string): number {
  let hash = key.length;
  for (let i = Math.max(0, key.length - HASHED); i < key.length; i++)
    hash = (Math.imul(hash, 31) + key.charCodeAt(i)) >>> 0;
  return (hash ^ (hash >>> 15)) >>> 0;
}
