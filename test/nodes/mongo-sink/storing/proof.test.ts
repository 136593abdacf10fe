import assert from 'node:assert/strict';
import type { Collection, Document } from 'mongodb';
import type { ReadingDocument } from '../../../../nodes/mongo-sink/storing/document';
import { toDocument } from '../../../../nodes/mongo-sink/storing/document';
import { Proof } from '../../../../nodes/mongo-sink/storing/proof';
import { database } from '../../../support/services';
import { element, openDatabase, reading, type TestDatabase } from '../support';

describe('mongo-sink: whether a collection takes documents', function () {
  this.timeout(60_000);
  let test: TestDatabase;
  let collection: Collection<ReadingDocument>;

  before(async function () {
    this.timeout(300_000);
    test = await openDatabase((await database()).uri);
  });

  beforeEach(async () => {
    await test.db.dropDatabase();
    collection = test.db.collection<ReadingDocument>('datos');
  });

  after(() => test.drop());

  const documents = (...humedades: number[]): ReadingDocument[] =>
    humedades.map((humedad) => toDocument(element(reading('a', humedad))));
  const stored = (): Promise<Document[]> => test.db.collection('datos').find().toArray();

  for (const [what, foreign] of [
    ['no _id', { _id: null }],
    ['an _id with nothing in it', { _id: { parte: undefined } }],
  ] as const) {
    it(`is learned without storing a second time what another program has stored with ${what}`, async () => {
      // The driver's own methods would give it an _id.
      await test.db.command({ insert: 'datos', documents: [{ ...foreign, nodo: 'ajeno' }] });
      const waiting = documents(1, 2);
      const inserted: ReadingDocument[] = [];
      assert.equal(await new Proof().seek(collection, waiting, (document) => inserted.push(document)), true);
      const there = await stored();
      assert.equal(there.filter(({ nodo }) => nodo === 'ajeno').length, 1);
      assert.equal(there.length, 2);
      assert.equal(inserted.length, 1);
    });
  }

  it('is learned from what is there now: what has been deleted is not stored again', async () => {
    const [known, ...waiting] = documents(1, 2, 3);
    const proof = new Proof();
    await collection.insertOne({ ...known! });
    proof.has(known);
    await collection.deleteMany({});
    assert.equal(await proof.seek(collection, waiting, () => undefined), true);
    const there = await stored();
    assert.deepEqual(
      there.filter(({ humedad }) => humedad === 1),
      [],
    );
    assert.equal(there.length, 1);
  });
});
