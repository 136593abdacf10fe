import type { IncomingRecord, PartitionOffset, TopicPartition } from '../../kafka-cluster/types';
import { OffsetTracker, type Tracked } from '../confirming/offset-tracker';
import { memoryOf } from './record-memory';

/** Records that go to the flow as one message and are confirmed together; one record in single mode. */
export interface Delivery extends Tracked {
  readonly number: number;
  readonly records: readonly IncomingRecord[];
  /** about how much memory they take */
  readonly bytes: number;
  /** what their values take beyond that, as far as the flow has them */
  grown: number;
  /** what they would take beyond it, where that is known and there was no room for it */
  wants: number;
  /** the records, from one index to before another, that are in its message, or will be next: what comes before is done */
  from: number;
  to: number;
  /** how many records of the partition have been fetched before them */
  readonly before: number;
  /** when they were fetched, in milliseconds since 1970 */
  readonly fetchedAt: number;
  /** when it was handed to the flow, as performance.now() counts; 0 while it waits for that */
  handedOnAt: number;
  /** whoever has it will confirm or reject it, however long that takes */
  held: boolean;
  /** the flow has confirmed it, or has nothing to confirm */
  flowIsDone: boolean;
  /** indexes of the records in its message, where that does not hold all of them */
  handedOn: readonly number[] | undefined;
  /** indexes of records that have been set aside */
  aside: Set<number> | undefined;
  /** how many of these are not yet safe in their dead-letter topic */
  asidePending: number;
  /** how often it stayed unconfirmed for too long */
  overdue: number;
}

/** How often a delivery stayed unconfirmed, and by what its first record is known again: another may have its offset. */
export interface Tries {
  readonly overdue: number;
  readonly timestamp: number | undefined;
}

/** What one assigned partition has fetched and not yet confirmed, in order. */
export class PartitionQueue {
  /** records fetched and not confirmed: the waiting ones and those in flight */
  open = 0;
  /** about how much memory these take */
  bytes = 0;
  /** the part of it that their values take beyond what was reckoned */
  grown = 0;
  /** records handed to the flow and not confirmed */
  inFlight = 0;
  /** whether fetching is paused for its bound */
  paused = false;
  /** whether it is paused for a record that is not confirmed, since too many behind it are */
  stuck = false;
  /** called when there is room again, by whoever holds back the next fetch for it */
  onRoom: (() => void) | undefined;
  /** since when nothing can be read for a transaction that has not ended, in milliseconds since 1970 */
  transactionSince: number | undefined;
  private readonly tracker: OffsetTracker<Delivery>;
  private cursor = 0;
  private fetched = 0;
  private highWatermark: string | undefined;
  /** where the reading goes on */
  private position: string | undefined;

  /**
   * @param slot names this partition in this assignment, and nothing else ever
   * @param triesSoFar by offset: how often deliveries stayed unconfirmed in earlier assignments
   * @param start an offset to commit though nothing is confirmed yet
   */
  constructor(
    readonly place: TopicPartition,
    readonly slot: number,
    private readonly triesSoFar: ReadonlyMap<string, Tries> = new Map(),
    start?: string,
  ) {
    this.tracker = new OffsetTracker(start);
    this.position = start;
  }

  /** Takes in records that were fetched now, `perDelivery` of them at a time. */
  add(
    records: readonly IncomingRecord[],
    perDelivery: number,
    nextOffset: string,
    highWatermark: string,
    now: number,
  ): void {
    for (let from = 0; from < records.length; from += perDelivery) {
      const some = records.slice(from, from + perDelivery);
      const offset = some[0]?.offset ?? nextOffset;
      const tries = this.triesSoFar.get(offset);
      let bytes = 0;
      for (const record of some) bytes += memoryOf(record);
      this.bytes += bytes;
      this.tracker.add({
        number: this.tracker.next,
        offset,
        records: some,
        bytes,
        grown: 0,
        wants: 0,
        from: 0,
        to: some.length,
        before: this.fetched + from,
        fetchedAt: now,
        handedOnAt: 0,
        held: false,
        flowIsDone: false,
        handedOn: undefined,
        aside: undefined,
        asidePending: 0,
        overdue: tries?.timestamp === some[0]?.timestamp ? (tries?.overdue ?? 0) : 0,
      });
    }
    this.open += records.length;
    this.fetched += records.length;
    this.tracker.readUpTo(nextOffset);
    this.located(nextOffset, highWatermark);
  }

  /** Tells where the reading goes on, where the partition ends, and whether a transaction stands in the way. */
  located(position: string, highWatermark: string, inTransaction = false): void {
    this.position = position;
    this.highWatermark = highWatermark;
    this.transactionSince = inTransaction ? (this.transactionSince ?? Date.now()) : undefined;
  }

  /** The partition is read from this offset on as if it were another one; what is open of the one before stays so. */
  beginAnew(offset: string): void {
    this.tracker.beginAnew(offset);
    this.position = offset;
  }

  /** @returns a delivery that is not confirmed */
  get(number: number): Delivery | undefined {
    return this.tracker.get(number);
  }

  /** The first delivery that is not confirmed. */
  get firstOpen(): Delivery | undefined {
    return this.tracker.firstOpen;
  }

  /** How many records behind the first that is not confirmed are: they can't be committed, and would come again. */
  get ahead(): number {
    const first = this.tracker.firstOpen;
    return first ? this.fetched - first.before - this.open : 0;
  }

  /**
   * @param mayGo whether what a delivery is read by is here; the others wait behind it
   * @returns the next delivery for the flow, marked as handed on; undefined when none waits or too many are in flight
   */
  takeNext(
    maxInFlight: number,
    now: number,
    mayGo: (delivery: Delivery) => boolean = () => true,
  ): Delivery | undefined {
    for (; this.cursor < this.tracker.next; this.cursor++) {
      const delivery = this.tracker.get(this.cursor);
      if (!delivery || delivery.flowIsDone || delivery.handedOnAt > 0) continue;
      const size = delivery.records.length;
      if (this.inFlight > 0 && this.inFlight + size > maxInFlight) return undefined;
      if (!mayGo(delivery)) return undefined;
      this.cursor++;
      delivery.handedOnAt = now;
      this.inFlight += size;
      return delivery;
    }
    return undefined;
  }

  get waiting(): boolean {
    return this.cursor < this.tracker.next;
  }

  /** Confirms a delivery whose flow and whose set-aside records are all done. @returns whether it was open until now */
  settle(delivery: Delivery): boolean {
    if (!delivery.flowIsDone || delivery.asidePending > 0 || !this.tracker.confirm(delivery.number))
      return false;
    this.open -= delivery.records.length;
    this.bytes -= delivery.bytes + delivery.grown;
    this.grown -= delivery.grown;
    if (delivery.handedOnAt > 0) this.inFlight -= delivery.records.length;
    return true;
  }

  /** Notes what a delivery's values take beyond what was reckoned. @returns how much more that is than before */
  grow(delivery: Delivery, growth: number): number {
    const more = growth - delivery.grown;
    delivery.grown = growth;
    delivery.wants = 0;
    this.bytes += more;
    this.grown += more;
    return more;
  }

  /** Lets everything that is with the flow wait again, to be handed on once more in its order. */
  rewind(): void {
    for (const delivery of this.withFlow()) this.takeBack(delivery);
  }

  /** Lets one delivery wait again. */
  takeBack(delivery: Delivery): void {
    delivery.handedOnAt = 0;
    delivery.held = false;
    this.inFlight -= delivery.records.length;
    this.cursor = Math.min(this.cursor, delivery.number);
  }

  /** @returns the deliveries that the flow has and has not confirmed, oldest first */
  withFlow(): Delivery[] {
    return [...this.tracker.open].filter((delivery) => delivery.handedOnAt > 0 && !delivery.flowIsDone);
  }

  /** @returns by offset, how often open deliveries stayed unconfirmed */
  tries(): Map<string, Tries> {
    return new Map(
      [...this.tracker.open]
        .filter(({ overdue }) => overdue > 0)
        .map(({ offset, overdue, records }) => [offset, { overdue, timestamp: records[0]?.timestamp }]),
    );
  }

  uncommitted(): PartitionOffset | undefined {
    const offset = this.tracker.uncommitted();
    return offset === undefined ? undefined : { ...this.place, offset };
  }

  committed(offset: string): void {
    this.tracker.commit(offset);
  }

  /** How many records of the partition are not confirmed, as far as its last fetch could tell; undefined before it. */
  get lag(): number | undefined {
    const position = this.tracker.openFrom ?? this.position;
    if (this.highWatermark === undefined || position === undefined) return undefined;
    return Math.max(0, Number(BigInt(this.highWatermark) - BigInt(position)));
  }
}
