import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { MongoClient } from 'mongodb';
import { LastReadings } from '../../../nodes/mongo-sink/nodos/last-readings';
import { Lasting } from '../../../nodes/mongo-sink/lasting';
import { toDocument, type ReadingDocument } from '../../../nodes/mongo-sink/storing/document';
import type { NodoDocument } from '../../../nodes/mongo-sink/storing/nodo';
import type { UserError } from '../../../nodes/shared/user-error';
import { MongoProxy, refusal } from '../../support/mongo-proxy';
import { database } from '../../support/services';
import { until } from '../../support/until';
import { element, openDatabase, reading, type TestDatabase } from './support';

const WRITE_CONFLICT = 112;
const PATIENCE_MS = 400;

describe('mongo-sink: a refusal of the list of nodes alone that is said to pass', function () {
  this.timeout(60_000);
  let test: TestDatabase;

  before(async function () {
    this.timeout(300_000);
    test = await openDatabase((await database()).uri);
  });

  after(() => test.drop());

  it('is told once where it lasts while readings are stored', async () => {
    const proxy = await MongoProxy.start(test.uri);
    const client = new MongoClient(proxy.uri);
    const problems: Error[] = [];
    const db = client.db(test.name);
    const list = new LastReadings({
      collection: () => Promise.resolve({ nodos: db.collection<NodoDocument>('nodos'), unique: true }),
      readings: () => Promise.resolve(db.collection<ReadingDocument>('datos')),
      onWaiting: () => undefined,
      onProblem: (error) => problems.push(error),
      patienceMs: PATIENCE_MS,
    });
    const { signal } = new AbortController();
    const note = (humedad: number): Promise<void> =>
      list.note([toDocument(element(reading('a', humedad)))], signal);
    try {
      await client.db(test.name).collection('nodos').createIndex({ nodo: 1 }, { unique: true });
      await note(0);
      let refuse = true;
      proxy.reply = ({ name, target }) =>
        refuse && name === 'update' && target === 'nodos' ? refusal(WRITE_CONFLICT) : undefined;
      let humedad = 0;
      await until('it to be told', async () => {
        await note(++humedad);
        return problems.length > 0;
      });
      assert.deepEqual(
        problems.map((error) => [(error as UserError).key, (error as UserError).params.reason]),
        [['mongo-sink.errors.nodos', `simulated ${WRITE_CONFLICT}`]],
      );
      refuse = false;
      // A write that took long is followed by a pause of up to half a minute.
      await until(
        'the newest to be there',
        async () => {
          const there = await test.db.collection('nodos').findOne({ nodo: 'a' });
          return (there?.valores as { humedad?: number } | undefined)?.humedad === humedad;
        },
        40_000,
      );
      assert.equal(problems.length, 1);
    } finally {
      await list.close(AbortSignal.timeout(1_000));
      await client.close();
      await proxy.stop();
    }
  });

  it('is told of nobody while nothing is stored either: that is told by who stores', async () => {
    let [storedAt, told] = [performance.now(), 0];
    const lasting = new Lasting(
      () => storedAt,
      () => told++,
      20,
    );
    lasting.failed(new Error('away'));
    await sleep(40);
    lasting.failed(new Error('away'));
    assert.equal(told, 0);
    storedAt = performance.now();
    lasting.failed(new Error('away'));
    lasting.failed(new Error('away'));
    assert.equal(told, 1);
    lasting.succeeded();
    lasting.failed(new Error('away'));
    assert.equal(told, 1);
  });
});
