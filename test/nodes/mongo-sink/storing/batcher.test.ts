import assert from 'node:assert/strict';
import { setImmediate as turn } from 'node:timers/promises';
import { Batcher } from '../../../../nodes/mongo-sink/storing/batcher';

interface Numbered {
  number: number;
  bytes: number;
}

/** Writes that end when they are told to. */
class Writes {
  readonly batches: number[][] = [];
  readonly settled: number[] = [];
  private readonly ends: (() => void)[] = [];

  readonly write = async (batch: Numbered[], before: Promise<void>): Promise<void> => {
    const number = this.batches.push(batch.map((item) => item.number)) - 1;
    await new Promise<void>((resolve) => (this.ends[number] = resolve));
    await before;
    this.settled.push(number);
  };

  async end(number: number): Promise<void> {
    this.ends[number]?.();
    await turn();
  }
}

describe('mongo-sink: the forming of batches', () => {
  let writes: Writes;
  let batcher: Batcher<Numbered>;

  beforeEach(() => {
    writes = new Writes();
    batcher = new Batcher(3, writes.write);
  });

  const small = (number: number): Numbered => ({ number, bytes: 100 });

  const add = async (...items: number[]): Promise<void> => {
    batcher.add(items.map(small));
    await turn();
    await turn();
  };

  it('writes a lone item at once, and together with it what came in the same turn', async () => {
    batcher.add([small(1)]);
    batcher.add([small(2)]);
    await turn();
    assert.deepEqual(writes.batches, [[1, 2]]);
  });

  it('lets what arrives meanwhile wait for the write, until it fills a batch of its own', async () => {
    await add(1);
    await add(2, 3);
    assert.deepEqual(writes.batches, [[1]]);
    await add(4, 5);
    assert.deepEqual(writes.batches, [[1], [2, 3, 4]]);
    await add(6, 7, 8, 9);
    assert.equal(writes.batches.length, 2, 'two at the same time');
    assert.equal(batcher.waiting, 5);
    await writes.end(0);
    assert.deepEqual(writes.batches[2], [5, 6, 7]);
  });

  it('puts no more bytes into a batch than are made ready quickly, and one that is larger alone', async () => {
    const large = (number: number, megabytes: number): Numbered => ({ number, bytes: megabytes * 2 ** 20 });
    batcher.add([large(1, 1.5), large(2, 0.4), large(3, 1.5), large(4, 16)]);
    await turn();
    assert.deepEqual(writes.batches, [[1, 2]], 'one in a turn of the event loop');
    await turn();
    assert.deepEqual(writes.batches, [[1, 2], [3]]);
    await writes.end(0);
    assert.deepEqual(writes.batches, [[1, 2], [3], [4]]);
  });

  it('settles batches in their order, whichever is written first', async () => {
    await add(1, 2, 3, 4, 5, 6);
    await writes.end(1);
    assert.deepEqual(writes.settled, []);
    await writes.end(0);
    assert.deepEqual(writes.settled, [0, 1]);
  });

  it('is idle when all is written, and begins nothing once it is stopped', async () => {
    await add(1, 2, 3, 4, 5, 6, 7);
    let idle = false;
    const whenIdle = batcher.idle().then(() => (idle = true));
    await writes.end(0);
    await writes.end(1);
    assert.equal(idle, false);
    assert.deepEqual(writes.batches[2], [7]);
    batcher.add([small(8)]);
    assert.deepEqual(batcher.stop(), [small(8)]);
    await writes.end(2);
    await whenIdle;
    await add(9);
    assert.equal(writes.batches.length, 3);
  });
});
