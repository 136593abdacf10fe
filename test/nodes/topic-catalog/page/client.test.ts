import assert from 'node:assert/strict';
import type { LiveUpdate } from '../../../../nodes/topic-catalog/contract';
import { Client, AnswerError, type Message } from '../../../../nodes/topic-catalog/page/client';

describe("the page's questions", () => {
  let sent: Message[];
  let states: Client['state'][];
  let client: Client;

  beforeEach(() => {
    sent = [];
    states = [];
    client = new Client(
      (message) => sent.push(message),
      () => states.push(client.state),
    );
  });

  function answer(to: Message, payload: object): void {
    client.receive({ ...to, payload: { at: Date.now(), ...payload } });
  }

  it('get their own answer, in whatever order answers come', async () => {
    const [first, second] = [client.ask('nodes', {}), client.ask('nodes', {})];
    answer(sent[1]!, { n: 2 });
    answer(sent[0]!, { n: 1 });
    assert.deepEqual(
      [(await first) as object, (await second) as object].map((found) => (found as { n: number }).n),
      [1, 2],
    );
  });

  it("do not take another browser's answer, nor one twice", async () => {
    const asked = client.ask<{ n: number }>('nodes', {});
    client.receive({ action: 'nodes', request: 'of-another-browser', payload: { at: 0, n: 7 } });
    client.receive({ action: 'nodes', payload: { at: 0, n: 8 } });
    client.receive({});
    answer(sent[0]!, { n: 1 });
    answer(sent[0]!, { n: 9 });
    assert.equal((await asked).n, 1);
    assert.deepEqual(states, ['answered']);
  });

  it('fail with what the answer says', async () => {
    const asked = client.ask('topics', {});
    client.receive({ ...sent[0], error: { source: 'kafka', message: 'no broker' } });
    await assert.rejects(
      asked,
      (error) => error instanceof AnswerError && error.source === 'kafka' && error.message === 'no broker',
    );
    assert.equal(client.state, 'kafka');
  });

  it('fail after ten seconds without an answer, and say that there is no connection', async function () {
    this.timeout(15_000);
    const begun = performance.now();
    await assert.rejects(
      client.ask('topics', {}),
      (error) => error instanceof AnswerError && error.source === 'connection',
    );
    assert.ok(Math.abs(performance.now() - begun - 10_000) < 1_000);
    answer(sent[0]!, {});
    assert.deepEqual(states, ['connection']);
  });

  it('hear what is told to everybody, until they stop listening, and learn the time of the runtime', () => {
    const heard: LiveUpdate[] = [];
    const stop = client.onLive((update) => heard.push(update));
    const update = { at: Date.now() + 3_600_000, readings: [], events: [], skipped: 0 };
    client.receive({ action: 'live', payload: update });
    stop();
    client.receive({ action: 'live', payload: update });
    assert.deepEqual(heard, [update]);
    assert.ok(Math.abs(client.now() - Date.now() - 3_600_000) < 1_000);
  });
});
