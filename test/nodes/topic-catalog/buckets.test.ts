import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Buckets, bucketWidthFor } from '../../../nodes/topic-catalog/buckets';

describe('topic-catalog: readings folded into buckets', () => {
  it('chooses the least whole unit that fits', () => {
    assert.equal(bucketWidthFor(3_600_000, 600), 15_000);
    assert.equal(bucketWidthFor(86_400_000, 600), 300_000);
    assert.equal(bucketWidthFor(30 * 86_400_000, 600), 3 * 3_600_000);
  });

  it('gives least, mean and greatest of each bucket and of the whole range', () => {
    const buckets = new Buckets(10, 1_000);
    buckets.add(1_500, { humedad: 2 });
    buckets.add(200, { humedad: 1 });
    buckets.add(900, { humedad: 5 });
    assert.deepEqual(buckets.result(), {
      readings: 3,
      bucketMs: 1_000,
      times: [0, 1_000],
      columns: [
        {
          name: 'humedad',
          summary: { n: 3, min: 1, mean: 8 / 3, max: 5 },
          mean: [3, 2],
          min: [1, 2],
          max: [5, 2],
          n: [2, 1],
        },
      ],
    });
  });

  it('counts a null, a text and NaN as no value, and keeps a variable that never had one', () => {
    const buckets = new Buckets(10, 1_000);
    buckets.add(0, { temperatura: null, estado: 'ok', radiacion: NaN });
    const { columns } = buckets.result();
    assert.deepEqual(
      columns.map(({ name, summary, mean }) => [name, summary.n, mean]),
      [
        ['temperatura', 0, [null]],
        ['estado', 0, [null]],
        ['radiacion', 0, [null]],
      ],
    );
  });

  it('keeps a bounded number of names, as of a scanner, and says that there are more', () => {
    const buckets = new Buckets(100, 1_000);
    for (let n = 0; n < 2_000; n++) buckets.add(n * 10, { ruido: n, [`aa:${n}`]: -70 });
    const { columns, isMore, readings } = buckets.result();
    assert.deepEqual([columns.length, isMore, readings], [500, true, 2_000]);
    assert.equal(columns.find(({ name }) => name === 'ruido')?.summary.n, 2_000);
    const few = new Buckets(100, 1_000);
    few.add(0, { ruido: 1 });
    assert.equal('isMore' in few.result(), false);
  });

  it('takes any name for a variable', () => {
    const buckets = new Buckets(10, 1_000);
    buckets.add(
      0,
      JSON.parse('{"__proto__": 1, "constructor": 2, "$set.a": 3}') as object as Record<string, number>,
    );
    assert.deepEqual(
      buckets.result().columns.map(({ name, mean }) => [name, mean[0]]),
      [
        ['__proto__', 1],
        ['constructor', 2],
        ['$set.a', 3],
      ],
    );
  });

  it('widens until it fits, and says the same as if it had known the width from the start, in any order', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(40_000_000), fc.integer({ min: -50, max: 50 })), {
          minLength: 1,
          maxLength: 200,
        }),
        (readings) => {
          const widened = new Buckets(20);
          for (const [time, x] of readings) widened.add(time, { x });
          const result = widened.result();
          assert.ok(result.times.length <= 20);
          const known = new Buckets(1_000, result.bucketMs);
          for (const [time, x] of readings.toReversed()) known.add(time, { x });
          assert.deepEqual(result, known.result());
        },
      ),
    );
  });

  it('keep the last text of each, and say what was true and false alone, however far they are widened', () => {
    const buckets = new Buckets(2);
    for (let n = 0; n < 40; n++)
      buckets.add((39 - n) * 1_000, {
        estado: `s${39 - n}`,
        puerta: n % 2 === 0,
        mezcla: n === 0 ? true : n,
      });
    const { columns, times } = buckets.result();
    const column = (name: string) => columns.find((found) => found.name === name);
    assert.deepEqual(times, [0, 30_000]);
    assert.deepEqual(column('estado')?.states, ['s29', 's39']);
    assert.deepEqual([column('puerta')?.isBoolean, column('mezcla')?.isBoolean], [true, undefined]);
    assert.equal(column('puerta')?.summary.mean, 0.5);
  });
});
