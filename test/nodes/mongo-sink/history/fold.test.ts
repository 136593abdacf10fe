import assert from 'node:assert/strict';
import { ObjectId } from 'mongodb';
import { foldReadings } from '../../../../nodes/mongo-sink/history/fold';
import type { HistoryDatabase } from '../../../../nodes/mongo-sink/history/history-database';

const NOON = Date.UTC(2026, 10, 24, 12);

describe('mongo-sink: readings folded into summaries', () => {
  it('keep a bounded number of names, as of a scanner that names what it hears', async () => {
    function* documents(): Iterable<object> {
      for (let n = 0; n < 3_000; n++)
        yield { _id: ObjectId.createFromTime(NOON / 1_000 + n), ruido: n, [`aa:${n}`]: -70 };
    }
    const database = { readings: { find: documents } } as unknown as HistoryDatabase;
    const minutes = await foldReadings(database, 'a', NOON, NOON + 3_600_000, 'minute');
    const names = new Set([...minutes.values()].flatMap(({ variables }) => [...variables.keys()]));
    assert.equal(names.size, 1_000);
    const noise = [...minutes.values()].map(({ variables }) => variables.get('ruido')?.n ?? 0);
    assert.equal(
      noise.reduce((sum, n) => sum + n, 0),
      3_000,
    );
  });
});
