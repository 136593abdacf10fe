import assert from 'node:assert/strict';
import type { TopicPartition } from '../../../../nodes/kafka-cluster/types';
import { DeliveryQueue } from '../../../../nodes/kafka-consumer/delivery/delivery-queue';
import type { Delivery, PartitionQueue } from '../../../../nodes/kafka-consumer/delivery/partition-queue';
import { until } from '../../../support/until';

const TOPIC = 't';
const place = (partition: number): TopicPartition => ({ topic: TOPIC, partition });

class Harness {
  readonly handedOn: { queue: PartitionQueue; delivery: Delivery }[] = [];
  readonly log: string[] = [];
  readonly queue: DeliveryQueue;
  /** when the records were written that are fetched next */
  time = 0;
  private generation = 0;
  private readonly next = new Map<number, number>();

  constructor(maxInFlight: number, batches = false, maxBytes = Infinity, maxAhead = Infinity) {
    this.queue = new DeliveryQueue(
      { maxInFlight, maxBytes, maxAhead, batches },
      {
        handOn: (queue, delivery) => this.handedOn.push({ queue, delivery }),
        pause: ({ partition }) => this.log.push(`pause ${partition}`),
        resume: ({ partition }) => this.log.push(`resume ${partition}`),
        stuck: ({ place }, { offset }) => this.log.push(`stuck ${place.partition} at ${offset}`),
      },
    );
  }

  assign(...partitions: number[]): void {
    this.queue.assigned(++this.generation, partitions.map(place));
    this.next.clear();
  }

  fetch(
    partition: number,
    count: number,
    generation = this.generation,
    value: Buffer | null = null,
  ): Promise<void> | undefined {
    const first = this.next.get(partition) ?? 0;
    this.next.set(partition, first + count);
    return this.queue.add({
      ...place(partition),
      generation,
      records: Array.from({ length: count }, (_, index) => ({
        key: null,
        value,
        headers: {},
        timestamp: this.time,
        offset: String(first + index),
      })),
      nextOffset: String(first + count),
      highWatermark: String(first + count),
    });
  }

  offsets(partition = 0): string[] {
    return this.handedOn
      .filter(({ queue }) => queue.place.partition === partition)
      .flatMap(({ delivery }) => delivery.records.map(({ offset }) => offset));
  }

  confirm(index: number): void {
    const handed = this.handedOn[index];
    assert.ok(handed);
    handed.delivery.flowIsDone = true;
    this.queue.settle(handed.queue, handed.delivery);
  }

  committable(): string[] {
    return this.queue.uncommitted().map(({ offset }) => `${offset.partition}: ${offset.offset}`);
  }
}

describe('the queue of deliveries', () => {
  it('hands on at once what arrives while there is room', () => {
    const harness = new Harness(10);
    harness.assign(0);
    assert.equal(harness.fetch(0, 3), undefined);
    assert.deepEqual(harness.offsets(), ['0', '1', '2']);
  });

  it('holds the next fetch for a partition above its bound only as long as that moves', async () => {
    const harness = new Harness(2);
    harness.assign(0);
    const hold = harness.fetch(0, 4);
    assert.ok(hold);
    assert.deepEqual(harness.offsets(), ['0', '1']);
    harness.confirm(0);
    harness.confirm(1);
    await hold;
    assert.deepEqual(harness.log, []);
    await until('the rest', () => harness.offsets().length === 4);
  });

  it('pauses a partition that is stuck, and resumes it when half of its bound is free', async () => {
    const harness = new Harness(4);
    harness.assign(0, 1);
    await harness.fetch(0, 6);
    assert.deepEqual(harness.log, ['pause 0']);
    assert.deepEqual(harness.offsets(0), ['0', '1', '2', '3']);
    for (let index = 0; index < 4; index++) {
      assert.deepEqual(harness.log, ['pause 0']);
      await until('one more', () => harness.handedOn[index]);
      harness.confirm(index);
    }
    assert.deepEqual(harness.log, ['pause 0', 'resume 0']);
  });

  it('gives each partition its own bound', async () => {
    const harness = new Harness(2);
    harness.assign(0, 1);
    await harness.fetch(0, 5);
    void harness.fetch(1, 2);
    assert.deepEqual(harness.offsets(1), ['0', '1']);
  });

  describe('holds no more than so many bytes in all', () => {
    // Each counts as 3000 bytes; equal parts are 4 records each.
    const value = Buffer.alloc(1_000);
    let harness: Harness;
    const fetch = (partition: number, count: number): Promise<void> | undefined =>
      harness.fetch(partition, count, undefined, value);
    const confirmAll = (partition: number): void =>
      harness.handedOn.forEach(({ queue }, index) => {
        if (queue.place.partition === partition) harness.confirm(index);
      });

    beforeEach(() => {
      harness = new Harness(1_000, false, 48_000);
      harness.assign(0, 1, 2, 3);
    });

    it('which one partition may fill alone', async () => {
      assert.equal(fetch(0, 16), undefined);
      await fetch(0, 1);
      assert.deepEqual(harness.log, ['pause 0']);
    });

    it('but for the equal part of each partition, so that a stuck one leaves the others theirs', async () => {
      await fetch(0, 20);
      assert.equal(fetch(1, 4), undefined);
      await fetch(1, 1);
      assert.equal(fetch(2, 1), undefined);
      assert.deepEqual(harness.log, ['pause 0', 'pause 1']);
      confirmAll(1);
      assert.deepEqual(harness.log, ['pause 0', 'pause 1', 'resume 1']);
    });

    it('and no partition fetches anything at twice as much', async () => {
      await fetch(0, 32);
      assert.deepEqual(harness.log, ['pause 0']);
      assert.equal(fetch(1, 1), undefined);
      assert.deepEqual(harness.log, ['pause 0', 'pause 1', 'pause 2', 'pause 3']);
      const first = harness.handedOn.findIndex(({ queue }) => queue.place.partition === 0);
      for (let index = first; index < first + 9; index++) harness.confirm(index);
      await until('the others to go on', () => harness.log.length === 7);
      assert.deepEqual(harness.log.slice(4).sort(), ['resume 1', 'resume 2', 'resume 3']);
    });

    it('and reads on where others have made room', async () => {
      await fetch(0, 16);
      await fetch(1, 5);
      assert.deepEqual(harness.log, ['pause 1']);
      confirmAll(0);
      await until('the room to be given', () => harness.log.includes('resume 1'));
    });

    it('and forgets what earlier assignments held', async () => {
      await fetch(0, 30);
      const [handed] = harness.handedOn;
      assert.ok(handed);
      harness.assign(0, 1, 2, 3);
      // Set aside in the earlier assignment, and safe only now.
      handed.delivery.flowIsDone = true;
      harness.queue.settle(handed.queue, handed.delivery);
      assert.equal(fetch(0, 16), undefined);
      await fetch(0, 1);
      assert.deepEqual(harness.log, ['pause 0', 'pause 0']);
    });
  });

  it('ignores what belongs to an earlier assignment', () => {
    const harness = new Harness(10);
    harness.assign(0);
    void harness.fetch(0, 2);
    const old = harness.handedOn[0];
    harness.assign(0);
    void harness.fetch(0, 2, 1);
    assert.equal(harness.handedOn.length, 2);
    assert.equal(harness.queue.find(old?.queue.slot ?? -1, 0), undefined);
    harness.confirm(0);
    assert.deepEqual(harness.committable(), []);
  });

  it('counts on how often a record stayed unconfirmed when the partition is assigned again', () => {
    const harness = new Harness(10);
    harness.assign(0);
    void harness.fetch(0, 2);
    const delivery = harness.handedOn[1]?.delivery;
    assert.ok(delivery);
    delivery.overdue = 3;
    harness.assign(1, 0);
    void harness.fetch(0, 2);
    assert.deepEqual(
      harness.handedOn.slice(2).map(({ delivery: { overdue } }) => overdue),
      [0, 3],
    );
  });

  it('does not count on for another record that has the place of one, as in a topic that is made again', () => {
    const harness = new Harness(10);
    harness.assign(0);
    void harness.fetch(0, 1);
    const delivery = harness.handedOn[0]?.delivery;
    assert.ok(delivery);
    delivery.overdue = 3;
    harness.assign(0);
    harness.time = 1;
    void harness.fetch(0, 1);
    assert.equal(harness.handedOn[1]?.delivery.overdue, 0);
  });

  it('hands on again in order what is not confirmed, and only that', async () => {
    const harness = new Harness(3);
    harness.assign(0);
    void harness.fetch(0, 5);
    harness.confirm(1);
    await until('the room to be used', () => harness.offsets().length === 4);
    harness.queue.handAllOnAgain();
    await until('three again', () => harness.offsets().length === 7);
    assert.deepEqual(harness.offsets().slice(4), ['0', '2', '3']);
    [4, 5, 6].forEach((index) => harness.confirm(index));
    await until('the last', () => harness.offsets().length === 8);
    harness.confirm(7);
    assert.deepEqual(harness.committable(), ['0: 5']);
    assert.equal(harness.queue.inFlight, 0);
  });

  it('makes batches of at most the bound', async () => {
    const harness = new Harness(3, true);
    harness.assign(0);
    void harness.fetch(0, 8);
    assert.deepEqual(harness.offsets(), ['0', '1', '2']);
    harness.confirm(0);
    await until('the next batch', () => harness.offsets().length === 6);
    assert.deepEqual(harness.committable(), ['0: 3']);
  });

  it('hands nothing on while it is paused, not even what is fetched already', async () => {
    const harness = new Harness(2);
    harness.assign(0, 1);
    void harness.fetch(0, 4);
    harness.queue.pause();
    assert.deepEqual(harness.log, ['pause 0', 'pause 1']);
    harness.confirm(0);
    harness.confirm(1);
    harness.assign(0);
    assert.deepEqual(harness.log, ['pause 0', 'pause 1', 'pause 0']);
    void harness.fetch(0, 2);
    assert.equal(harness.handedOn.length, 2);
    harness.queue.resume();
    await until('the two records', () => harness.handedOn.length === 4);
    assert.equal(harness.log.at(-1), 'resume 0');
  });

  it('pauses a partition when too much is confirmed behind a record that is not, and says which one', () => {
    const harness = new Harness(10, false, Infinity, 6);
    harness.assign(0, 1);
    void harness.fetch(0, 5);
    for (const index of [0, 2, 3, 4]) harness.confirm(index);
    void harness.fetch(0, 4);
    for (const index of [5, 6, 7, 8]) harness.confirm(index);
    assert.deepEqual(harness.log, []);
    void harness.fetch(0, 1);
    assert.deepEqual(harness.log, ['pause 0', 'stuck 0 at 1']);
    harness.confirm(9);
    assert.deepEqual(harness.committable(), ['0: 1']);
    harness.confirm(1);
    assert.deepEqual(harness.log, ['pause 0', 'stuck 0 at 1', 'resume 0']);
    assert.deepEqual(harness.committable(), ['0: 10']);
  });

  it('counts what is confirmed and not what waits', () => {
    const harness = new Harness(100, false, Infinity, 6);
    harness.assign(0);
    for (let n = 0; n < 5; n++) void harness.fetch(0, 10);
    assert.deepEqual(harness.log, []);
  });

  it('begins anew where the reading has been moved to, and commits that place', () => {
    const harness = new Harness(10);
    harness.assign(0);
    void harness.fetch(0, 3);
    harness.queue.moved(place(0), '1');
    harness.confirm(0);
    assert.deepEqual(harness.committable(), ['0: 1']);
  });

  it('keeps a delivery open while a dead letter of it is not yet safe', () => {
    const harness = new Harness(10);
    harness.assign(0);
    void harness.fetch(0, 1);
    const handed = harness.handedOn[0];
    assert.ok(handed);
    handed.delivery.asidePending = 1;
    harness.confirm(0);
    assert.deepEqual(harness.committable(), []);
    handed.delivery.asidePending = 0;
    assert.equal(harness.queue.settle(handed.queue, handed.delivery), true);
    assert.deepEqual(harness.committable(), ['0: 1']);
  });

  it('gives the rest of Node-RED its turn after many records', async () => {
    const harness = new Harness(5000);
    harness.assign(0, 1);
    void harness.fetch(0, 1500);
    const first = harness.offsets(0).length;
    assert.ok(first >= 100 && first <= 500, `${first} at once`);
    void harness.fetch(1, 10);
    assert.equal(harness.offsets(0).length, first);
    await until('the rest', () => harness.offsets(0).length === 1500);
    const others = harness.handedOn.findIndex(({ queue }) => queue.place.partition === 1);
    assert.ok(others <= first + 500, 'the other partition has the next turn or the one after it');
  });
});
