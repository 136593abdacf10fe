import assert from 'node:assert/strict';
import type { IncomingRecord } from '../../../../nodes/kafka-cluster/types';
import { Confirmations } from '../../../../nodes/kafka-consumer/confirming/confirmations';
import type { Rejection } from '../../../../nodes/kafka-consumer/delivery/decode';
import { DeliveryQueue } from '../../../../nodes/kafka-consumer/delivery/delivery-queue';
import { Dispatcher } from '../../../../nodes/kafka-consumer/delivery/dispatcher';
import type { Delivery, PartitionQueue } from '../../../../nodes/kafka-consumer/delivery/partition-queue';
import type { PipelineMessage } from '../../../../nodes/shared/messages';
import { nextTurn } from '../../../../nodes/shared/turns';
import { until } from '../../../support/until';

const MAX_BYTES = 16 * 2 ** 20;
/** 2 MB of JSON are a million numbers, some 12 MB of memory; reckoned as 4 MB. */
const MANY_NUMBERS = Buffer.from(`[${'0,'.repeat(999_998)}0]`);
/** Some 50 bytes of memory for each three of JSON: 14 MB beyond what was reckoned. */
const MANY_ARRAYS = Buffer.from(`[${'[],'.repeat(299_999)}[]]`);
const TOO_MUCH = Buffer.from(`[${'{},'.repeat(999_998)}{}]`);

/** A consumer's way from what is fetched to the flow, without Kafka. */
class Harness {
  readonly sent: PipelineMessage[] = [];
  readonly aside: string[] = [];
  private readonly confirmations: Confirmations;
  readonly queue: DeliveryQueue;
  private readonly next = new Map<number, number>();

  constructor(mode: 'single' | 'batch', partitions: number) {
    this.queue = new DeliveryQueue(
      { maxInFlight: 4_000, maxBytes: MAX_BYTES, maxAhead: 100_000, batches: mode === 'batch' },
      {
        handOn: (queue, delivery, admit) => dispatcher.handOn(queue, delivery, admit),
        pause: () => undefined,
        resume: () => undefined,
        stuck: () => undefined,
      },
    );
    const one = (
      { place }: PartitionQueue,
      delivery: Delivery,
      index: number,
      { reason }: Rejection,
    ): void => {
      if (delivery.aside?.has(index)) return;
      (delivery.aside ??= new Set()).add(index);
      this.aside.push(`${place.partition}/${delivery.records[index]?.offset}: ${reason}`);
    };
    this.confirmations = new Confirmations('test', this.queue, {
      one,
      all: (queue, delivery, rejection) => {
        for (let index = delivery.from; index < delivery.to; index++) one(queue, delivery, index, rejection);
      },
    });
    const dispatcher = new Dispatcher(
      { mode, output: 'json', keyOutput: 'string', integers: 'text' },
      this.confirmations,
      { one },
      (message) => this.sent.push(message),
    );
    this.queue.assigned(
      1,
      Array.from({ length: partitions }, (_, partition) => ({ topic: 't', partition })),
    );
  }

  fetch(partition: number, values: Buffer[]): void {
    const first = this.next.get(partition) ?? 0;
    const end = first + values.length;
    this.next.set(partition, end);
    const records = values.map<IncomingRecord>((value, index) => ({
      key: null,
      value,
      headers: {},
      timestamp: 0,
      offset: String(first + index),
    }));
    void this.queue.add({
      topic: 't',
      partition,
      generation: 1,
      records,
      nextOffset: String(end),
      highWatermark: String(end),
    });
  }

  /** Confirms messages, as a flow would, and forgets them. */
  confirm(...messages: PipelineMessage[]): void {
    for (const message of messages) this.confirmations.confirm(String(message.kafka?.delivery));
  }

  committable(): string[] {
    return this.queue.uncommitted().map(({ offset }) => `${offset.partition}: ${offset.offset}`);
  }
}

describe('values that take much more memory than their bytes', function () {
  this.timeout(120_000);

  it('are with the flow no more than there is room for, and go on as they are confirmed', async () => {
    const harness = new Harness('single', 1);
    harness.fetch(0, Array<Buffer>(40).fill(MANY_ARRAYS));
    assert.equal(harness.sent.length, 1);
    for (let count = 1; count <= 40; count++) {
      await until(`message ${count}`, () => harness.sent.length >= 1);
      assert.equal(harness.sent.length, 1);
      harness.confirm(...harness.sent.splice(0));
    }
    assert.deepEqual(harness.committable(), ['0: 40']);
  });

  it('of a partition that is stuck hold up no small ones, and one large one at a time of the others', async () => {
    const harness = new Harness('single', 5);
    const small = Buffer.from('{}');
    for (const partition of [0, 1, 2, 3]) harness.fetch(partition, [MANY_ARRAYS, MANY_ARRAYS, small]);
    assert.equal(harness.sent.length, 3);
    harness.fetch(4, [small, small]);
    const stuck = harness.sent[0]?.kafka?.partition;
    const seen = new Set<string>();
    await until('all of the others', () => {
      for (const message of harness.sent.splice(0)) {
        seen.add(`${message.kafka?.partition}/${message.kafka?.offset}`);
        if (message.kafka?.partition !== stuck) harness.confirm(message);
      }
      return seen.size === 3 * 3 + 2 + 1;
    });
    assert.ok(!seen.has(`${stuck}/1`));
  });

  it('are in messages that are no larger than may be, each confirmed by itself', async () => {
    const harness = new Harness('batch', 1);
    harness.fetch(0, Array<Buffer>(12).fill(MANY_ARRAYS));
    const offsets: string[] = [];
    for (let count = 0; count < 12; count++) {
      const message = await until('a message', () => harness.sent.shift());
      assert.equal((message.payload as unknown[]).length, 1);
      offsets.push(String(message.kafka?.firstOffset));
      assert.deepEqual(harness.committable(), []);
      harness.confirm(message);
      // Twice, as flows do: it says nothing of the next.
      harness.confirm(message);
    }
    assert.deepEqual(
      offsets,
      Array.from({ length: 12 }, (_, n) => String(n)),
    );
    assert.deepEqual(harness.committable(), ['0: 12']);
  });

  it('are with the flow at once where they take what was reckoned', async () => {
    const harness = new Harness('batch', 1);
    harness.fetch(0, Array<Buffer>(1_000).fill(Buffer.from('{"nodo":"n","humedad":61.5,"lista":[1,2,3]}')));
    // So many are handed on in one turn of the event loop; the others in the next, though nobody has confirmed any.
    assert.equal(harness.sent.length, 1);
    await nextTurn();
    assert.deepEqual(
      harness.sent.map(({ payload }) => (payload as unknown[]).length),
      [500, 500],
    );
  });

  for (const mode of ['single', 'batch'] as const)
    it(`are set aside with their place where one alone is too much, and the next goes on (${mode})`, () => {
      const harness = new Harness(mode, 1);
      harness.fetch(0, [Buffer.from('[1]'), TOO_MUCH, Buffer.from('[2]')]);
      assert.deepEqual(harness.aside, ['0/1: bounds']);
      assert.deepEqual(
        harness.sent.flatMap(({ payload }) => payload),
        mode === 'single' ? [1, 2] : [[1], [2]],
      );
    });

  it('hold back what is fetched', () => {
    const harness = new Harness('single', 1);
    harness.fetch(0, [MANY_NUMBERS, MANY_NUMBERS, MANY_NUMBERS]);
    assert.ok(harness.sent.length >= 1);
    assert.ok((harness.queue.partitions[0]?.bytes ?? 0) > 3 * 2 * MANY_NUMBERS.length);
  });
});
