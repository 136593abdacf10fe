import assert from 'node:assert/strict';
import type { LiveReading, LiveUpdate } from '../../../nodes/topic-catalog/answers';
import { LiveUpdates } from '../../../nodes/topic-catalog/live';
import { until } from '../../support/until';

function reading(nodo: string, ts = 0): LiveReading {
  return { id: null, nodo, topic: 'Prueba', ts, fecha: null, hora: null, valores: {} };
}

describe('topic-catalog: live updates', () => {
  let updates: { at: number; update: LiveUpdate }[];
  let live: LiveUpdates;

  beforeEach(() => {
    updates = [];
    live = new LiveUpdates((update) => updates.push({ at: performance.now(), update }));
  });

  afterEach(() => live.close());

  it('hands a lone reading on at once', () => {
    live.add([reading('a')]);
    assert.equal(updates.length, 1);
    assert.deepEqual(updates[0]?.update.readings, [reading('a')]);
  });

  it('sends no more than four messages a second, and loses no reading of a steady stream', async () => {
    const end = performance.now() + 1_000;
    let sent = 0;
    while (performance.now() < end) {
      live.add([reading('a', sent++)]);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    const received = () => updates.flatMap(({ update }) => update.readings);
    await until('all readings', () => received().length === sent);
    assert.deepEqual(
      received().map(({ ts }) => ts),
      Array.from({ length: sent }, (_, index) => index),
    );
    for (const [index, { at }] of updates.entries()) {
      const previous = updates[index - 1];
      if (previous) assert.ok(at - previous.at > 240, `${at - previous.at} ms between two messages`);
    }
  });

  it('bounds a message, keeps the newest readings and says how many it left out', async () => {
    live.add([reading('first')]);
    live.add(Array.from({ length: 150_000 }, (_, ts) => reading('a', ts)));
    await until('the second message', () => updates.length === 2);
    const second = updates[1]!.update;
    assert.equal(second.readings.length + second.skipped, 150_000);
    assert.equal(second.readings.length, 1_000);
    assert.equal(second.readings.at(-1)?.ts, 149_999);
  });

  it('sends nothing after it was closed', async () => {
    live.add([reading('a')]);
    live.add([reading('b')]);
    live.close();
    await new Promise((resolve) => setTimeout(resolve, 400));
    assert.equal(updates.length, 1);
  });
});
