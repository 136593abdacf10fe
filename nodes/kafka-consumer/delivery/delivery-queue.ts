import type { FetchedBatch, PartitionOffset, TopicPartition } from '../../kafka-cluster/types';
import { turnIsOver } from '../../shared/turns';
import { PartitionQueue, type Delivery, type Tries } from './partition-queue';

/** At most this many records go into one message in batch mode. */
const RECORDS_PER_BATCH = 500;
/** Records handed to the flow before the rest of Node-RED gets its turn: what the flow does with them comes on top. */
const RECORDS_PER_TURN = 500;
/** ... and so many also where others have had all of a turn. */
const LEAST_PER_TURN = 100;
/** A partition above its bound that confirms nothing for this long is paused. */
const STUCK_MS = 40;
/** One that does confirm holds back the fetch at most this long: it is what a pause would cost it at least. */
const MAX_HOLD_MS = 240;

export interface QueueSettings {
  /** records of one partition that the flow has at the same time */
  maxInFlight: number;
  /**
   * about how much memory all records together may take until they are confirmed. A partition that has no more than its
   * equal part of it is held back only at twice as much, so that one that is stuck leaves the others room
   */
  maxBytes: number;
  /** records of one partition that may be confirmed behind one that is not */
  maxAhead: number;
  /** one message for many records */
  batches: boolean;
}

/** What the queue has done for it. */
export interface QueueListener {
  /**
   * @param admit to be asked before it goes to the flow, with what its values take beyond what was reckoned of the records;
   *   where it says no, the delivery waits and is handed on again when there is room
   */
  handOn(partition: PartitionQueue, delivery: Delivery, admit: (growth: number) => boolean): void;
  /** whether what a delivery is read by is here; its partition waits else, until proceed(). Always, where it is absent */
  mayGo?(delivery: Delivery): boolean;
  pause(partition: TopicPartition): void;
  resume(partition: TopicPartition): void;
  /** a partition is paused until this delivery is confirmed, since too many records behind it are */
  stuck(partition: PartitionQueue, delivery: Delivery): void;
}

/** An offset to commit, and whom to tell once it is. */
export interface PendingCommit {
  offset: PartitionOffset;
  queue: PartitionQueue;
}

/**
 * Everything that has been fetched and not confirmed, by partition; decides when a record is handed to the flow, when a
 * partition's fetching pauses, and what may be committed. Each partition has its own bound in records and its part of a
 * common one in bytes, so that one that is stuck does not stop the others.
 */
export class DeliveryQueue {
  private queues: PartitionQueue[] = [];
  private readonly bySlot = new Map<number, PartitionQueue>();
  private generation = -1;
  private nextSlot = 0;
  private turn = 0;
  private turnIsDue = false;
  /** about how much memory the records of all partitions take */
  private bytes = 0;
  /** the part of it that values take beyond what was reckoned of their records */
  private grown = 0;
  /** somebody may be waiting for others to make room */
  private crowded = false;
  private roomIsDue = false;
  private heldByUser = false;
  private closed = false;

  constructor(
    private readonly settings: QueueSettings,
    private readonly listener: QueueListener,
  ) {}

  get partitions(): readonly PartitionQueue[] {
    return this.queues;
  }

  get inFlight(): number {
    return this.queues.reduce((sum, { inFlight }) => sum + inFlight, 0);
  }

  get paused(): boolean {
    return this.heldByUser;
  }

  /** Begins anew: what earlier generations had is void. */
  assigned(generation: number, partitions: readonly TopicPartition[]): void {
    const before = this.queues;
    for (const queue of before) this.drop(queue);
    this.generation = generation;
    this.queues = partitions.map((place) => {
      const old = before.find((queue) => isSame(queue.place, place));
      return this.create(place, old?.tries());
    });
    if (this.heldByUser) for (const place of partitions) this.listener.pause(place);
  }

  /** Takes in what was fetched. @returns what the next fetch has to wait for, if anything */
  add(batch: FetchedBatch): Promise<void> | undefined {
    const queue = batch.generation === this.generation ? this.queueOf(batch) : undefined;
    if (!queue) return undefined;
    const { maxInFlight, batches } = this.settings;
    const perDelivery = batches ? Math.min(maxInFlight, RECORDS_PER_BATCH) : 1;
    const before = queue.bytes;
    queue.add(batch.records, perDelivery, batch.nextOffset, batch.highWatermark, Date.now());
    this.bytes += queue.bytes - before;
    this.crowded ||= this.bytes > this.settings.maxBytes;
    if (this.bytes > 2 * this.settings.maxBytes) for (const each of this.queues) this.hold(each);
    this.holdBack(queue);
    if (!this.turnIsDue) this.handOn();
    return !queue.paused && this.isFull(queue) && !this.heldByUser ? this.holdFetch(queue) : undefined;
  }

  find(slot: number, number: number): { queue: PartitionQueue; delivery: Delivery } | undefined {
    const queue = this.bySlot.get(slot);
    const delivery = queue?.get(number);
    return queue && delivery ? { queue, delivery } : undefined;
  }

  queueOf(place: TopicPartition): PartitionQueue | undefined {
    return this.queues.find((queue) => isSame(queue.place, place));
  }

  /** Tells that a part of a delivery's work is done. @returns whether all of it is, and was not before */
  settle(queue: PartitionQueue, delivery: Delivery): boolean {
    if (!queue.settle(delivery)) return false;
    if (!this.bySlot.has(queue.slot)) return true;
    this.bytes -= delivery.bytes + delivery.grown;
    this.grown -= delivery.grown;
    this.offerRoom(queue);
    if (this.crowded) this.offerRoomSoon();
    if (queue.waiting || delivery.grown > 0) this.handOnSoon();
    return true;
  }

  /** Hands one delivery on again. */
  handOnAgain(queue: PartitionQueue, delivery: Delivery): void {
    if (delivery.handedOnAt > 0) queue.takeBack(delivery);
    this.handOnSoon();
  }

  /** Hands on again whatever the flow has not confirmed: a node that held it may be gone. */
  handAllOnAgain(): void {
    for (const queue of this.queues) queue.rewind();
    this.handOnSoon();
  }

  /** A partition's reading has moved to this offset. */
  moved(place: TopicPartition, offset: string): void {
    const index = this.queues.findIndex((queue) => isSame(queue.place, place));
    const old = this.queues[index];
    if (!old) return;
    this.drop(old);
    this.queues[index] = this.create(place, undefined, offset);
    if (old.paused && !this.heldByUser) this.listener.resume(place);
    if (this.crowded) this.offerRoomSoon();
  }

  /** What a delivery has waited for may be here. */
  proceed(): void {
    this.handOnSoon();
  }

  pause(): void {
    if (this.heldByUser) return;
    this.heldByUser = true;
    for (const queue of this.queues) {
      this.listener.pause(queue.place);
      queue.onRoom?.();
    }
  }

  resume(): void {
    if (!this.heldByUser) return;
    this.heldByUser = false;
    for (const queue of this.queues) if (!queue.paused) this.listener.resume(queue.place);
    this.handOnSoon();
  }

  uncommitted(): PendingCommit[] {
    const pending: PendingCommit[] = [];
    for (const queue of this.queues) {
      const offset = queue.uncommitted();
      if (offset) pending.push({ offset, queue });
    }
    return pending;
  }

  /** Hands nothing on any more; confirmations still count. */
  close(): void {
    this.closed = true;
    for (const queue of this.queues) queue.onRoom?.();
  }

  private create(place: TopicPartition, tries?: ReadonlyMap<string, Tries>, start?: string): PartitionQueue {
    const queue = new PartitionQueue(place, this.nextSlot++, tries, start);
    this.bySlot.set(queue.slot, queue);
    return queue;
  }

  private drop(queue: PartitionQueue): void {
    if (this.bySlot.delete(queue.slot)) {
      this.bytes -= queue.bytes;
      this.grown -= queue.grown;
      if (queue.grown > 0) this.handOnSoon();
    }
    queue.onRoom?.();
  }

  private handOnSoon(): void {
    if (this.turnIsDue) return;
    this.turnIsDue = true;
    setImmediate(() => {
      this.turnIsDue = false;
      this.handOn();
    });
  }

  /** One turn: hands on what waits and fits, beginning with another partition each time. */
  private handOn(): void {
    if (this.heldByUser || this.closed) return;
    const now = performance.now();
    const { queues } = this;
    let left = RECORDS_PER_TURN;
    this.turn++;
    for (let index = 0; index < queues.length && left > 0; index++) {
      const queue = queues[(index + this.turn) % queues.length]!;
      const mayGo = (delivery: Delivery): boolean =>
        (delivery.wants === 0 || this.hasRoomFor(queue, delivery.wants)) &&
        (this.listener.mayGo?.(delivery) ?? true);
      for (;;) {
        const delivery = left > 0 ? queue.takeNext(this.settings.maxInFlight, now, mayGo) : undefined;
        if (!delivery) break;
        left -= delivery.records.length;
        this.listener.handOn(queue, delivery, (growth) => this.admit(queue, delivery, growth));
        if (left <= RECORDS_PER_TURN - LEAST_PER_TURN && turnIsOver()) left = 0;
      }
    }
    if (left <= 0) this.handOnSoon();
  }

  /** A few bytes may have become a large value, which is not known before it is read. */
  private admit(queue: PartitionQueue, delivery: Delivery, growth: number): boolean {
    const more = growth - delivery.grown;
    if (more > 0 && !this.hasRoomFor(queue, more)) {
      queue.takeBack(delivery);
      delivery.wants = more;
      return false;
    }
    queue.grow(delivery, growth);
    this.grown += more;
    this.bytes += more;
    this.crowded ||= this.bytes > this.settings.maxBytes;
    return true;
  }

  /** Whether values may take so much more: what no bound has room for goes alone, and one stuck partition holds up no other. */
  private hasRoomFor(queue: PartitionQueue, more: number): boolean {
    const { maxBytes } = this.settings;
    if (this.grown + more <= maxBytes || this.grown === 0) return true;
    return queue.grown === 0 && this.grown <= 2 * maxBytes;
  }

  private isFull(queue: PartitionQueue): boolean {
    const { maxInFlight, maxBytes } = this.settings;
    return queue.open > maxInFlight || (this.bytes > maxBytes && queue.bytes > maxBytes / this.queues.length);
  }

  /** Whether it is worth while to fetch again. */
  private hasRoom(queue: PartitionQueue): boolean {
    const { maxInFlight, maxBytes, maxAhead } = this.settings;
    if (queue.open > maxInFlight / 2 || (queue.stuck && queue.ahead > maxAhead / 2)) return false;
    if (this.bytes <= maxBytes / 2) return true;
    return this.bytes <= 1.5 * maxBytes && queue.bytes <= maxBytes / this.queues.length / 2;
  }

  private hold(queue: PartitionQueue): void {
    if (queue.paused) return;
    queue.paused = true;
    this.listener.pause(queue.place);
    queue.onRoom?.();
  }

  /** Pauses a partition whose confirmed records can't be committed, before there are too many of them. */
  private holdBack(queue: PartitionQueue): void {
    const { firstOpen } = queue;
    if (queue.stuck || !firstOpen || queue.ahead <= this.settings.maxAhead) return;
    queue.stuck = true;
    this.hold(queue);
    this.listener.stuck(queue, firstOpen);
  }

  private offerRoom(queue: PartitionQueue): void {
    if (queue.onRoom && !this.isFull(queue)) queue.onRoom();
    if (!queue.paused || !this.hasRoom(queue)) return;
    queue.paused = false;
    queue.stuck = false;
    if (!this.heldByUser) this.listener.resume(queue.place);
  }

  /** What one partition has confirmed may be room for another. */
  private offerRoomSoon(): void {
    if (this.roomIsDue) return;
    this.roomIsDue = true;
    setImmediate(() => {
      this.roomIsDue = false;
      this.crowded = this.bytes > this.settings.maxBytes / 2;
      for (const queue of this.queues) this.offerRoom(queue);
    });
  }

  /**
   * Lets the next fetch wait until there is room, as long as the partition moves; else pauses the partition. Pausing
   * each time instead would be slow, since the client then fetches nothing for a quarter of a second; waiting without
   * this bound would stop the other partitions of the same broker.
   */
  private holdFetch(queue: PartitionQueue): Promise<void> {
    return new Promise((resolve) => {
      const began = performance.now();
      let open = queue.open;
      const finish = (): void => {
        clearTimeout(timer);
        queue.onRoom = undefined;
        resolve();
      };
      const look = (): void => {
        if (queue.open < open && performance.now() - began < MAX_HOLD_MS) {
          open = queue.open;
          timer = setTimeout(look, STUCK_MS);
          return;
        }
        this.hold(queue);
      };
      let timer = setTimeout(look, STUCK_MS);
      queue.onRoom = finish;
    });
  }
}

function isSame(a: TopicPartition, b: TopicPartition): boolean {
  return a.partition === b.partition && a.topic === b.topic;
}
