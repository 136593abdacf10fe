import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { LiveReading, SeriesAnswer, Values } from '../../../../nodes/topic-catalog/contract';
import { Buckets } from '../../../../nodes/topic-catalog/buckets';
import type { Range } from '../../../../nodes/topic-catalog/page/address';
import { SeriesModel } from '../../../../nodes/topic-catalog/page/series-model';

const LAST_3: Range = { kind: 'last', count: 3 };

function answer(times: number[], values: Record<string, (number | null)[]>): SeriesAnswer {
  const summary = { n: 0, min: null, mean: null, max: null };
  const columns = Object.entries(values).map(([name, mean]) => ({ name, mean, summary }));
  const about = { at: 0, nodo: 'a', known: true, topic: null, last: null, from: 0, to: 0 };
  const newestId = times.length === 0 ? null : idAt(times.at(-1)!);
  return { ...about, readings: times.length, newestId, bucketMs: 0, times, columns };
}

/** @param place among the readings of that millisecond */
function reading(ts: number, valores: Values, place = 0): LiveReading {
  return { id: idAt(ts, place), nodo: 'a', topic: null, ts, fecha: null, hora: null, valores };
}

function idAt(ts: number, place = 0): string {
  return String(ts).padStart(20, '0') + String(place).padStart(4, '0');
}

describe("a chart's points", () => {
  it('move on with each live reading, the oldest going when there are enough', () => {
    const model = new SeriesModel(answer([1, 2, 3], { x: [10, 20, 30] }), LAST_3);
    assert.equal(model.add(reading(4, { x: 40 })), true);
    assert.deepEqual(model.times, [2, 3, 4]);
    assert.deepEqual(model.columns.get('x')?.mean, [20, 30, 40]);
    assert.deepEqual(model.summary('x'), { n: 3, min: 20, mean: 30, max: 40 });
  });

  it('take a reading once, though it comes with the answer and live', () => {
    const model = new SeriesModel(answer([1, 2], { x: [10, 20] }), LAST_3);
    assert.equal(model.add(reading(2, { x: 20 })), false);
    assert.equal(model.add(reading(1, { x: 10 })), false);
    assert.deepEqual(model.times, [1, 2]);
  });

  it('are two for two readings of one millisecond', () => {
    const model = new SeriesModel(answer([1, 2], { x: [10, 20] }), LAST_3);
    assert.equal(model.add(reading(2, { x: 20 }, 1)), true);
    assert.equal(model.add(reading(2, { x: null }, 2)), true);
    assert.equal(model.add(reading(2, { x: 20 }, 1)), false);
    assert.deepEqual(model.times, [2, 2, 2]);
    assert.deepEqual(model.columns.get('x')?.mean, [20, 20, null]);
  });

  it('leave a reading to the next answer that nothing tells from those which are there', () => {
    const model = new SeriesModel(answer([1, 2], { x: [10, 20] }), LAST_3);
    assert.equal(model.add({ ...reading(3, { x: 30 }), id: null }), false);
    assert.deepEqual(model.times, [1, 2]);
  });

  it('begin a variable that was not there before, and keep a gap for one that is missing or null', () => {
    const model = new SeriesModel(answer([1, 2], { x: [10, 20] }), LAST_3);
    model.add(reading(3, { x: null, y: 5 }));
    assert.deepEqual(model.columns.get('x')?.mean, [10, 20, null]);
    assert.deepEqual(model.columns.get('y')?.mean, [null, null, 5]);
    assert.deepEqual(model.latest('x'), { value: 20, time: 2 });
  });

  it('are of a bounded number of variables, however many names come live', () => {
    const model = new SeriesModel(answer([1], { x: [10] }), { kind: 'all' });
    for (let ts = 2; ts < 1_002; ts++) model.add(reading(ts, { x: ts, [`aa:${ts}`]: -70 }));
    assert.deepEqual([model.columns.size, model.isMore], [500, true]);
    assert.equal(model.latest('x')?.value, 1_001);
    assert.equal(new SeriesModel(answer([1], { x: [10] }), LAST_3).isMore, false);
  });

  it('are drawn with a gap where the node was silent for much longer than usual', () => {
    const model = new SeriesModel(answer([0, 3_000, 6_000, 60_000], { x: [1, 2, 3, 4] }), { kind: 'all' });
    assert.deepEqual(model.drawn('x').times, [0, 3, 6, 33, 60]);
    assert.deepEqual(model.drawn('x').mean, [1, 2, 3, null, 4]);
    const burst = new SeriesModel(answer([0, 0, 0, 0, 3_000, 6_000], { x: [1, 2, 3, 4, 5, 6] }), {
      kind: 'all',
    });
    assert.deepEqual(burst.drawn('x').mean, [1, 2, 3, 4, 5, 6]);
  });

  it('leave a moving range at its old end, and none out of a fixed one', () => {
    const moving = new SeriesModel(answer([1_000, 2_000, 3_000], { x: [1, 2, 3] }), {
      kind: 'recent',
      milliseconds: 1_500,
    });
    moving.trim(4_000);
    assert.deepEqual(moving.times, [3_000]);
    const fixed = new SeriesModel(answer([1], { x: [1] }), { kind: 'between', from: 0, to: 5 });
    assert.equal(fixed.add(reading(6, { x: 6 })), false);
  });

  it('in buckets say the same whether readings came with the answer, live, or both ways and twice', () => {
    const values = fc.array(fc.tuple(fc.nat(400), fc.integer({ min: -9, max: 9 })), {
      minLength: 1,
      maxLength: 60,
    });
    fc.assert(
      fc.property(values, fc.nat(59), fc.nat(59), (pairs, cut, overlap) => {
        const readings = pairs
          .sort((a, b) => a[0] - b[0])
          .map(([time, x], place) => ({ time: time * 1_000 + place, x }));
        const back = Math.max(0, Math.min(cut, readings.length) - overlap);
        const folded = (some: typeof readings): SeriesAnswer => {
          const buckets = new Buckets(100, 15_000);
          for (const { time, x } of some) buckets.add(time, { x });
          return {
            ...answer(
              some.map(({ time }) => time),
              {},
            ),
            ...buckets.result(),
          };
        };
        const model = new SeriesModel(folded(readings.slice(0, cut)), { kind: 'all' });
        // Some of what the answer has comes live as well, and all of it twice: a batch was delivered again.
        // The width is known from the answer even when it has no bucket yet.
        for (const { time, x } of readings.slice(back)) model.add(reading(time, { x }));
        for (const { time, x } of readings.slice(back)) model.add(reading(time, { x }));
        const whole = new SeriesModel(folded(readings), { kind: 'all' });
        assert.deepEqual(model.times, whole.times);
        const [a, b] = [model.summary('x'), whole.summary('x')];
        assert.deepEqual([a.n, a.min, a.max], [b.n, b.min, b.max]);
        assert.ok(Math.abs(a.mean! - b.mean!) < 1e-9);
      }),
    );
  });

  it('are states where a variable says texts, each from its first reading to the next other one', () => {
    const states = ['OK', 'OK', null, 'FALLA', 'OK'];
    const said = {
      ...answer(
        [1, 2, 3, 4, 5].map((n) => n * 1_000),
        {},
      ),
      columns: [
        {
          name: 'estado',
          mean: states.map(() => null),
          summary: { n: 0, min: null, mean: null, max: null },
          states,
        },
      ],
    };
    const model = new SeriesModel(said, { kind: 'all' });
    assert.equal(model.hasNumbers('estado'), false);
    assert.deepEqual(
      model.stretches('estado').map(({ state, from, to }) => [state, from, to]),
      [
        ['OK', 1_000, 4_000],
        ['FALLA', 4_000, 5_000],
        ['OK', 5_000, 5_000],
      ],
    );
    assert.deepEqual(model.latestState('estado'), { value: 'OK', time: 5_000 });
  });

  it('take numbers in texts, true and false, and texts as they come live', () => {
    const model = new SeriesModel(answer([], {}), { kind: 'all' });
    const reading = { nodo: 'n', topic: null, fecha: null, hora: null };
    model.add({ ...reading, id: 'a', ts: 1_000, valores: { t: '20.5', puerta: true, estado: 'OK' } });
    model.add({ ...reading, id: 'b', ts: 2_000, valores: { t: '21', puerta: false, estado: 'FALLA' } });
    assert.deepEqual(model.columns.get('t')?.mean, [20.5, 21]);
    assert.deepEqual(model.columns.get('puerta')?.mean, [1, 0]);
    assert.deepEqual(
      ['t', 'puerta'].map((name) => model.columns.get(name)?.isBoolean),
      [false, true],
    );
    assert.deepEqual(model.columns.get('estado')?.states, ['OK', 'FALLA']);
  });
});
