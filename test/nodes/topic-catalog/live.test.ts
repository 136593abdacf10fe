import assert from 'node:assert/strict';
import type { LiveReading, LiveUpdate } from '../../../nodes/topic-catalog/contract';
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

  /** One every 10 ms or so, for a second. */
  async function steadily(atATime: number): Promise<number> {
    const end = performance.now() + 1_000;
    let sent = 0;
    while (performance.now() < end) {
      live.add(Array.from({ length: atATime }, () => reading('a', sent++)));
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    return sent;
  }

  function pauses(): number[] {
    return updates.slice(1).map(({ at }, index) => at - (updates[index]?.at ?? 0));
  }

  it('sends no more than 20 messages a second, and loses no reading of a steady stream', async () => {
    const sent = await steadily(1);
    const received = () => updates.flatMap(({ update }) => update.readings);
    await until('all readings', () => received().length === sent);
    assert.deepEqual(
      received().map(({ ts }) => ts),
      Array.from({ length: sent }, (_, index) => index),
    );
    for (const pause of pauses()) assert.ok(pause > 48, `${pause} ms between two messages`);
    // The shortest, since a busy machine makes others longer.
    assert.ok(Math.min(...pauses()) < 200, 'a hundred readings a second wait for a quarter of a second');
  });

  it('sends no more than four messages a second where each holds many readings', async () => {
    await steadily(20);
    for (const pause of pauses().slice(1)) assert.ok(pause > 240, `${pause} ms between two messages`);
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
