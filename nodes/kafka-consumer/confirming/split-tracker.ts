import type { DeliveryParts } from '../../shared/deliveries';

/** A sequence of pieces (msg.parts) and what has been handled of it, by delivery. */
interface Sequence {
  seen: Map<string, Set<number>>;
  count: number | undefined;
}

/** Sequences that group whole messages are remembered up to this many. */
const MAX_GROUPS = 1000;

/**
 * Which pieces of split messages have been handled. A delivery is complete with the last piece of its message.
 *
 * `msg.parts` has a second meaning: a batch node numbers whole messages as one group. They can be told apart, since the
 * pieces of a split message all carry the same delivery and those of a group each carry their own.
 */
export class SplitTracker {
  private readonly sequences = new Map<string, Sequence>();
  private readonly sequencesOf = new Map<string, Set<string>>();
  private readonly groups = new Set<string>();

  /**
   * Takes note that a message was handled.
   * @param delivery what it was delivered as
   * @param parts which piece of a sequence it is, if any
   * @returns the deliveries that are complete with it: usually this one or none
   */
  arrive(delivery: string, parts: DeliveryParts | undefined): string[] {
    if (parts?.id === undefined || parts.index === undefined || this.groups.has(parts.id)) return [delivery];
    const sequence = this.sequences.get(parts.id) ?? {
      seen: new Map<string, Set<number>>(),
      count: undefined,
    };
    if (isGroup(sequence, delivery, parts.index)) return this.dissolve(parts.id, sequence, delivery);

    sequence.count ??= parts.count;
    const seen = sequence.seen.get(delivery) ?? new Set<number>();
    seen.add(parts.index);
    if (sequence.count !== undefined && seen.size >= sequence.count) {
      this.drop(parts.id, delivery);
      return this.arrive(delivery, parts.parts);
    }
    sequence.seen.set(delivery, seen);
    this.sequences.set(parts.id, sequence);
    const ids = this.sequencesOf.get(delivery) ?? new Set<string>();
    this.sequencesOf.set(delivery, ids.add(parts.id));
    return [];
  }

  /** How many deliveries have some of their pieces handled. */
  get size(): number {
    return this.sequencesOf.size;
  }

  /** Drops what is known of a delivery: it is confirmed, or void. */
  forget(delivery: string): void {
    for (const id of this.sequencesOf.get(delivery) ?? []) this.drop(id, delivery);
  }

  clear(): void {
    this.sequences.clear();
    this.sequencesOf.clear();
    this.groups.clear();
  }

  private drop(id: string, delivery: string): void {
    const sequence = this.sequences.get(id);
    sequence?.seen.delete(delivery);
    if (sequence?.seen.size === 0) this.sequences.delete(id);
    const ids = this.sequencesOf.get(delivery);
    ids?.delete(id);
    if (ids?.size === 0) this.sequencesOf.delete(delivery);
  }

  private dissolve(id: string, sequence: Sequence, delivery: string): string[] {
    const members = [...sequence.seen.keys(), delivery];
    for (const member of members) this.drop(id, member);
    if (this.groups.size >= MAX_GROUPS) this.groups.clear();
    this.groups.add(id);
    return members;
  }
}

/**
 * A delivery that comes newly into a sequence with an index that no other had: its message is a member of a group. (A
 * message that carries several deliveries brings the same index for each of them.)
 */
function isGroup(sequence: Sequence, delivery: string, index: number): boolean {
  if (sequence.seen.size === 0 || sequence.seen.has(delivery)) return false;
  return ![...sequence.seen.values()].some((indexes) => indexes.has(index));
}
