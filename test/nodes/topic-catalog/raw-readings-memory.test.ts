import assert from 'node:assert/strict';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { ObjectId, type Db } from 'mongodb';
import type { ReadingsAnswer } from '../../../nodes/topic-catalog/contract';
import { RawReadings } from '../../../nodes/topic-catalog/raw-readings';
import { Readings } from '../../../nodes/topic-catalog/readings';
import { readRequest, type ReadingsRequest } from '../../../nodes/topic-catalog/requests';

const READINGS = 300_000;
const BEGIN = Date.UTC(2026, 0);
const STEP_MS = 1_000;
const MB = 2 ** 20;
/** All of them take more than a hundred. */
const MOST_GROWTH = 8 * MB;
const LOOKS = 6;

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

interface IdRange {
  _id: { $gte: ObjectId; $lt: ObjectId };
}

/** A collection whose documents are made when a cursor comes to them, as a server's come from its disk. */
function* documents({ _id: { $gte, $lt } }: IdRange): Iterable<object> {
  const numberOf = (id: ObjectId): number => Math.ceil((id.getTimestamp().getTime() - BEGIN) / STEP_MS);
  for (let n = Math.max(0, numberOf($gte)); n < Math.min(READINGS, numberOf($lt)); n++) {
    const ts = new Date(BEGIN + n * STEP_MS);
    const _id = ObjectId.createFromTime(ts.getTime() / 1_000);
    yield { _id, nodo: 'todas', topic: 't', ts, humedad: n % 100, temperatura: 20 + (n % 50) / 10 };
  }
}

describe('every reading of a range, from topic-catalog', function () {
  this.timeout(60_000);

  it(`takes no more memory, however many there are: ${READINGS}`, async () => {
    const db = { collection: () => ({ find: (range: IdRange) => documents(range) }) } as unknown as Db;
    const source = {
      description: 'test',
      collection: 'datos',
      nodesCollection: 'nodos',
      db: () => Promise.resolve(db),
    };
    const raw = new RawReadings(new Readings(source));
    const sizes: number[] = [];
    const to = BEGIN + READINGS * STEP_MS;
    let next: number | null = BEGIN;
    let width: number | undefined;
    let count = 0;
    while (next !== null) {
      const payload = { nodo: 'todas', from: next, to, ...(width === undefined ? {} : { width }) };
      const answer: ReadingsAnswer = await raw.answer(readRequest('readings', payload) as ReadingsRequest);
      count += answer.readings.length;
      ({ next, width } = answer);
      if (count < (sizes.length * READINGS) / LOOKS) continue;
      collect();
      sizes.push(process.memoryUsage().heapUsed);
    }
    assert.equal(count, READINGS);
    const inMb = sizes.map((size) => (size / MB).toFixed(1)).join(', ');
    console.log(`      alive meanwhile: ${inMb} MB; ${Math.round(process.memoryUsage().rss / MB)} MB in all`);
    assert.ok(sizes.length >= LOOKS, inMb);
    assert.ok(Math.max(...sizes) - sizes[0]! < MOST_GROWTH, inMb);
  });
});
