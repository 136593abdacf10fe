import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { MongoClient, ObjectId, type Db } from 'mongodb';
import type { ReadingsAnswer } from '../../../nodes/topic-catalog/contract';
import { RawReadings } from '../../../nodes/topic-catalog/raw-readings';
import { Readings } from '../../../nodes/topic-catalog/readings';
import { readRequest, type ReadingsRequest } from '../../../nodes/topic-catalog/requests';
import { database } from '../../support/services';

const READINGS = 10_000;
/** So often all of them are handed out: 300,000. */
const ROUNDS = 30;
const BATCH = 5_000;
const STEP_MS = 1_000;
const MB = 2 ** 20;
/** What is handed out is many times that. */
const MOST_GROWTH = 8 * MB;

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

describe('every reading of a range, out of a real database', function () {
  this.timeout(120_000);
  let client: MongoClient;
  let db: Db;
  const begin = Date.UTC(2026, 0);

  before(async () => {
    client = await MongoClient.connect((await database()).uri);
    db = client.db(`raw-${randomUUID()}`);
    const datos = db.collection<{ _id: ObjectId }>('datos');
    await datos.createIndex({ nodo: 1, _id: -1 });
    for (let from = 0; from < READINGS; from += BATCH) {
      const documents = Array.from({ length: BATCH }, (_, n) => {
        const ts = new Date(begin + (from + n) * STEP_MS);
        const _id = ObjectId.createFromTime(ts.getTime() / 1_000);
        return { _id, nodo: 'todas', topic: 't', ts, humedad: n % 100, temperatura: 20 + (n % 50) / 10 };
      });
      await datos.insertMany(documents, { ordered: false });
    }
  });

  after(async () => {
    await db?.dropDatabase();
    await client?.close();
  });

  async function handOut(raw: RawReadings): Promise<number> {
    let next: number | null = begin;
    let width: number | undefined;
    let count = 0;
    while (next !== null) {
      const to = begin + READINGS * STEP_MS;
      const payload = { nodo: 'todas', from: next, to, ...(width === undefined ? {} : { width }) };
      const answer: ReadingsAnswer = await raw.answer(readRequest('readings', payload) as ReadingsRequest);
      count += answer.readings.length;
      ({ next, width } = answer);
    }
    return count;
  }

  it(`takes no more memory, however many there are: ${ROUNDS * READINGS}`, async () => {
    const source = {
      description: 'test',
      collection: 'datos',
      nodesCollection: 'nodos',
      db: () => Promise.resolve(db),
    };
    const raw = new RawReadings(new Readings(source));
    const sizes: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      assert.equal(await handOut(raw), READINGS);
      collect();
      sizes.push(process.memoryUsage().heapUsed);
    }
    const inMb = sizes.map((size) => (size / MB).toFixed(1)).join(', ');
    console.log(
      `      alive: ${inMb} MB; ${Math.round(process.memoryUsage().rss / MB)} MB as the system counts`,
    );
    assert.ok(Math.max(...sizes.slice(1)) - sizes[0]! < MOST_GROWTH, inMb);
  });
});
