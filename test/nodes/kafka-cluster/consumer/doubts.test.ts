import assert from 'node:assert/strict';
import { Doubts } from '../../../../nodes/kafka-cluster/consumer/doubts';
import { FetchedRun } from '../../../../nodes/kafka-cluster/patched-kafkajs';
import { RECORD_LIMITS } from '../../../../nodes/kafka-cluster/records/limits';
import { batch, body } from '../records/batches';

const SOUND = [0n, 1n, 2n].map((base) => batch({ base, body: body([`v${base}`]), count: 1 }));

/** What a fetch from this offset brings, with these batches damaged, as far as it is given out. */
async function fetched(doubts: Doubts, from: number, damaged: readonly number[]): Promise<FetchedRun> {
  const bytes = SOUND.map((sound, number) => {
    const copy = Buffer.from(sound);
    if (damaged.includes(number)) copy.writeUInt8(0xff, copy.length - 1);
    return copy;
  });
  const messages = Buffer.concat(bytes.slice(from));
  const run = new FetchedRun('t', String(from), { partition: 0, highWatermark: '3', messages });
  await run.read(RECORD_LIMITS);
  doubts.settle(run);
  return run;
}

function given({ messages, isStill }: FetchedRun): string {
  const records = messages.map(({ offset, rejection }) =>
    rejection ? `${offset} ${rejection.reason}` : offset,
  );
  return isStill ? 'nothing' : records.join(', ');
}

describe('bytes that come damaged', () => {
  it('are fetched again with what stands behind them, and read where they come whole', async () => {
    const doubts = new Doubts();
    const run = await fetched(doubts, 0, [1]);
    assert.equal(given(run), '0');
    assert.equal(run.lastOffset(), '0');
    assert.equal(given(await fetched(doubts, 1, [1])), 'nothing');
    assert.equal(given(await fetched(doubts, 1, [])), '1, 2');
  });

  it('count as what is stored where they are damaged each time', async () => {
    const doubts = new Doubts();
    assert.equal(given(await fetched(doubts, 0, [1])), '0');
    assert.equal(given(await fetched(doubts, 1, [1])), 'nothing');
    assert.equal(given(await fetched(doubts, 1, [1])), '1 batch-damaged, 2');
  });

  it('are judged one by one', async () => {
    const doubts = new Doubts();
    for (const expected of ['nothing', 'nothing', '0 batch-damaged'])
      assert.equal(given(await fetched(doubts, 0, [0, 1])), expected);
    for (const expected of ['nothing', 'nothing', '1 batch-damaged, 2'])
      assert.equal(given(await fetched(doubts, 1, [1])), expected);
  });
});
