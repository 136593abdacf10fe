import assert from 'node:assert/strict';
import { setImmediate as turn } from 'node:timers/promises';
import {
  BSON,
  MongoBulkWriteError,
  MongoInvalidArgumentError,
  MongoNetworkError,
  MongoServerError,
  MongoServerSelectionError,
  type Collection,
} from 'mongodb';
import { toDocument, type ReadingDocument } from '../../../../nodes/mongo-sink/storing/document';
import { WriteRefusal, errorKind } from '../../../../nodes/mongo-sink/storing/write-errors';
import { Writer } from '../../../../nodes/mongo-sink/storing/writer';
import { element, reading } from '../support';

interface Answer {
  /** by the document's humedad: the code with which the server refuses it */
  refused?: Record<number, number>;
  writeConcernError?: unknown;
  /** what the server says of a duplicate key */
  duplicateText?: string;
  error?: Error;
  /** what the driver makes of an answer to which nothing was stored: the number of documents, and who was refused */
  says?: { insertedCount: unknown; refused?: { index: unknown; code: number }[] };
  /** when the answer comes; what is inserted can be seen before */
  at?: Promise<void>;
}

/** Answers inserts as it is told, then takes everything; remembers what it has, and how it was asked. */
class FakeCollection {
  readonly stored = new Map<string, ReadingDocument>();
  readonly inserts: number[][] = [];
  /** the names of its unique indexes beside that of `_id` */
  readonly unique: string[] = [];

  constructor(
    private readonly answers: (Answer | undefined)[],
    private readonly always: (documents: ReadingDocument[]) => Error | undefined = () => undefined,
  ) {}

  private async insertAll(documents: ReadingDocument[]): Promise<{ insertedCount: unknown }> {
    this.inserts.push(documents.map(({ humedad }) => Number(humedad)));
    const answer = this.answers.shift() ?? {};
    const error = answer.error ?? this.always(documents);
    if (error) throw error;
    if (answer.says) return untrue(answer.says);
    const { duplicateText = 'E11000 duplicate key error collection: d.c index: _id_ dup key: {}' } = answer;
    const writeErrors: { index: number; code: number; errmsg: string }[] = [];
    for (const [index, document] of documents.entries()) {
      const id = document._id.toHexString();
      const code = this.stored.has(id) ? 11_000 : answer.refused?.[Number(document.humedad)];
      if (code === undefined) this.stored.set(id, document);
      else writeErrors.push({ index, code, errmsg: code === 11_000 ? duplicateText : 'no' });
    }
    if (writeErrors.length > 0 || answer.writeConcernError !== undefined)
      throw bulkError(writeErrors, documents.length, answer.writeConcernError);
    await answer.at;
    return { insertedCount: documents.length };
  }

  initializeUnorderedBulkOp(): object {
    const documents: ReadingDocument[] = [];
    return {
      insert: (document: ReadingDocument) => documents.push(document),
      execute: () => this.insertAll(documents),
    };
  }

  findOne(): Promise<ReadingDocument | null> {
    return Promise.resolve(this.stored.values().next().value ?? null);
  }

  indexes(): Promise<object[]> {
    return Promise.resolve([{ name: '_id_' }, ...this.unique.map((name) => ({ name, unique: true }))]);
  }

  find({ _id }: { _id: { $in: { toHexString(): string }[] } }): ReadingDocument[] {
    return _id.$in.flatMap((id) => this.stored.get(id.toHexString()) ?? []);
  }
}

function resultOf(insertedCount: number, writeConcernError?: unknown): object {
  return { insertedCount, matchedCount: 0, upsertedCount: 0, getWriteConcernError: () => writeConcernError };
}

function untrue({ insertedCount, refused = [] }: NonNullable<Answer['says']>): { insertedCount: unknown } {
  if (refused.length === 0) return { insertedCount };
  throw new MongoBulkWriteError(
    { message: 'bulk', code: refused[0]?.code, writeErrors: refused } as never,
    resultOf(insertedCount as number) as never,
  );
}

function bulkError(
  writeErrors: { index: number }[],
  count: number,
  writeConcernError?: unknown,
): MongoBulkWriteError {
  const result = resultOf(count - writeErrors.length, writeConcernError);
  const [first] = writeErrors as { code?: number }[];
  return new MongoBulkWriteError(
    { message: 'bulk', code: first?.code ?? 64, writeErrors } as never,
    result as never,
  );
}

/** As the driver gives it: a bulk error with neither code nor list. */
function networkError(): MongoBulkWriteError {
  return new MongoBulkWriteError(new MongoNetworkError('connection 5 closed'), resultOf(0) as never);
}

const serverError = (code: number): MongoServerError =>
  new MongoServerError({ message: `error ${code}`, code });
const documents = (...humedades: number[]): ReadingDocument[] =>
  humedades.map((humedad) => toDocument(element(reading('a', humedad))));

describe('mongo-sink: what an error of the database means', () => {
  async function write(collection: FakeCollection, batch: ReadingDocument[]) {
    const waits: string[] = [];
    const writer = new Writer({
      collection: () => Promise.resolve(collection as unknown as Collection<ReadingDocument>),
      onWaiting: (error) => waits.push(error.message.split(' ')[0]!.replace('mongo-sink.errors.', '')),
    });
    const outcomes = await writer.write(batch, new AbortController().signal);
    return {
      waits,
      outcomes: outcomes.map((each) => (typeof each === 'string' ? each : each.key.slice(18))),
    };
  }

  it('a lost connection: all is written again, and what had arrived counts as stored', async () => {
    const collection = new FakeCollection([{ error: networkError() }]);
    const batch = documents(1, 2, 3);
    collection.stored.set(batch[1]!._id.toHexString(), batch[1]!);
    const { waits, outcomes } = await write(collection, batch);
    assert.deepEqual(outcomes, ['inserted', 'alreadyThere', 'inserted']);
    assert.deepEqual(waits, ['database-away']);
  });

  it('a refused document: only that one is refused, nothing is written again', async () => {
    const collection = new FakeCollection([{ refused: { 2: 121 } }]);
    const { waits, outcomes } = await write(collection, documents(1, 2, 3));
    assert.deepEqual(outcomes, ['inserted', 'refused', 'inserted']);
    assert.deepEqual(waits, []);
    assert.deepEqual(collection.inserts, [[1, 2, 3]]);
  });

  it('a document refused for a passing reason: only that one is written again', async () => {
    const collection = new FakeCollection([{ refused: { 2: 112, 3: 121 } }]);
    const { outcomes } = await write(collection, documents(1, 2, 3));
    assert.deepEqual(outcomes, ['inserted', 'inserted', 'refused']);
    assert.deepEqual(collection.inserts, [[1, 2, 3], [2]]);
  });

  it('a write that the majority has not acknowledged is not taken for stored', async () => {
    for (const refused of [{}, { 2: 121 }]) {
      const collection = new FakeCollection([{ refused, writeConcernError: { code: 64 } }]);
      const { waits, outcomes } = await write(collection, documents(1, 2));
      assert.deepEqual(waits, ['not-replicated']);
      assert.equal(outcomes[0], 'alreadyThere');
    }
  });

  it('says that the majority has not acknowledged, also of what an earlier attempt has left there', async () => {
    const late = { writeConcernError: { code: 64 } };
    const { waits, outcomes } = await write(new FakeCollection([late, late, late]), documents(1, 2));
    assert.deepEqual(waits, Array(3).fill('not-replicated'));
    assert.deepEqual(outcomes, ['alreadyThere', 'alreadyThere']);
  });

  for (const [code, wait] of [
    [13, 'not-authorized'],
    [18, 'authentication'],
    [14_031, 'disk-full'],
    [79, 'all-refused'],
    [10_107, 'not-primary'],
    [11_600, 'database-away'],
    [43, 'database-away'],
  ] as const) {
    it(`code ${code} refuses no document: it is waited for, telling "${wait}"`, async () => {
      const collection = new FakeCollection([{ error: serverError(code) }, { refused: { 1: code } }]);
      const { waits, outcomes } = await write(collection, documents(1, 2));
      assert.deepEqual(outcomes, ['inserted', 'inserted']);
      assert.deepEqual(waits, [wait, wait]);
    });
  }

  it('a server that can’t be found is waited for', async () => {
    const error = new MongoServerSelectionError('connect ECONNREFUSED', {} as never);
    const { waits, outcomes } = await write(new FakeCollection([{ error }]), documents(1));
    assert.deepEqual([waits, outcomes], [['database-away'], ['inserted']]);
  });

  it('a batch refused because of one document, which the error does not name: that one is found', async () => {
    for (const error of [serverError(15), new MongoInvalidArgumentError('Document is larger')]) {
      const collection = new FakeCollection([], (batch) =>
        batch.some(({ humedad }) => humedad === 5) ? error : undefined,
      );
      const { waits, outcomes } = await write(collection, documents(1, 2, 3, 4, 5, 6, 7));
      assert.deepEqual(outcomes, [...Array<string>(4).fill('inserted'), 'refused', 'inserted', 'inserted']);
      assert.deepEqual(waits, []);
    }
  });

  it('a limit of the driver’s that nothing keeps within blames no document', async () => {
    let refusing = 3;
    const collection = new FakeCollection([], () =>
      refusing-- > 0
        ? new MongoInvalidArgumentError('Document is larger than the maximum size 5')
        : undefined,
    );
    const { outcomes } = await write(collection, documents(1));
    assert.deepEqual(outcomes, ['inserted']);
  });

  it('a refusal that nobody knows is tried again for a while, then blamed on the documents one by one', async function () {
    this.timeout(60_000);
    const error = serverError(987_654);
    const collection = new FakeCollection([], (batch) =>
      batch.some(({ humedad }) => humedad === 2) ? error : undefined,
    );
    const { waits, outcomes } = await write(collection, documents(1, 2, 3));
    assert.deepEqual(outcomes, ['inserted', 'refused', 'inserted']);
    assert.equal(waits.length, 7);
  });

  it('a document refused with a code that nobody knows is tried again for a while, then refused alone', async function () {
    this.timeout(60_000);
    const always = { refused: { 2: 987_654 } };
    const passing = new FakeCollection([always, {}, always]);
    assert.deepEqual((await write(passing, documents(1, 2, 3))).outcomes, Array(3).fill('inserted'));
    // Between the refusals of the one, another is tried that the collection has.
    assert.deepEqual(passing.inserts, [[1, 2, 3], [1], [2], [1], [2]]);
    const lasting = new FakeCollection(Array<Answer>(19).fill(always));
    const { waits, outcomes } = await write(lasting, documents(1, 2, 3));
    assert.deepEqual(outcomes, ['inserted', 'refused', 'inserted']);
    assert.equal(waits.length, 4);
  });

  for (const [code, name] of [
    [249, 'StaleDbVersion'],
    [319, 'MovePrimaryInProgress'],
    [365, 'TemporarilyUnavailable'],
    [371, 'UserWritesBlocked'],
  ] as const) {
    it(`a document refused with ${name} is written again`, async () => {
      const collection = new FakeCollection([{ refused: { 2: code } }]);
      const { waits, outcomes } = await write(collection, documents(1, 2));
      assert.deepEqual([waits, outcomes], [['database-away'], ['inserted', 'inserted']]);
    });
  }

  for (const [what, says] of [
    ['fewer documents and no error', { insertedCount: 1 }],
    ['no number at all', { insertedCount: undefined }],
    ['an error about a document that was not sent', { insertedCount: 1, refused: [{ index: 7, code: 121 }] }],
    ['an error about a document before the first', { insertedCount: 1, refused: [{ index: -1, code: 8 }] }],
    ['an error about no document', { insertedCount: 1, refused: [{ index: undefined, code: 11_000 }] }],
    [
      'two errors about one document',
      {
        insertedCount: 0,
        refused: [
          { index: 0, code: 121 },
          { index: 0, code: 121 },
        ],
      },
    ],
  ] as [string, NonNullable<Answer['says']>][]) {
    it(`an answer with ${what} settles nothing`, async () => {
      const collection = new FakeCollection([{ says }]);
      const { waits, outcomes } = await write(collection, documents(1, 2));
      assert.deepEqual([waits.length, outcomes], [1, ['inserted', 'inserted']]);
      assert.equal(collection.stored.size, 2);
    });
  }

  for (const error of [new BSON.BSONError('Invalid UTF-8 string in BSON document'), new TypeError('null')]) {
    it(`an answer that the driver can't read (${error.name}) blames no document`, async () => {
      const { waits, outcomes } = await write(new FakeCollection([{ error }]), documents(1));
      assert.deepEqual([waits, outcomes], [['database-away'], ['inserted']]);
    });
  }

  it('a document that the driver has no form for is refused alone', async () => {
    const batch = documents(1, 2);
    batch[0]!.mal = { _bsontype: 'nothing' };
    const collection = new FakeCollection([], (some) =>
      some.includes(batch[0]!) ? new BSON.BSONError('Unrecognized or invalid _bsontype') : undefined,
    );
    const { waits, outcomes } = await write(collection, batch);
    assert.deepEqual([waits, outcomes], [[], ['refused', 'inserted']]);
  });

  it('a duplicate whose document has been deleted meanwhile is written again', async () => {
    const batch = documents(1, 2);
    const collection = new FakeCollection([{ refused: { 2: 11_000 } }]);
    const { outcomes } = await write(collection, batch);
    assert.deepEqual(outcomes, ['inserted', 'inserted']);
    assert.deepEqual(collection.inserts, [[1, 2], [2]]);
  });

  it('a duplicate of which the server names no index is written again, and refused when that changes nothing', async function () {
    this.timeout(60_000);
    const always = { refused: { 2: 11_000 }, duplicateText: 'E11000 duplicate key error collection: d.c' };
    const passing = new FakeCollection([always]);
    assert.deepEqual((await write(passing, documents(1, 2))).outcomes, ['inserted', 'inserted']);
    const lasting = new FakeCollection(Array<Answer>(9).fill(always));
    lasting.unique.push('x_1');
    assert.deepEqual((await write(lasting, documents(1, 2))).outcomes, ['inserted', 'refused']);
    const named = {
      ...always,
      duplicateText: 'E11000 duplicate key error collection: d.c index: x_1 dup key: {}',
    };
    const { waits, outcomes } = await write(new FakeCollection([named]), documents(1, 2));
    assert.deepEqual([waits, outcomes], [[], ['inserted', 'refused']]);
  });

  it('a duplicate of what another batch is just inserting counts as there only once that is answered', async () => {
    let answer = (): void => undefined;
    const at = new Promise<void>((resolve) => (answer = resolve));
    const collection = new FakeCollection([{ at }]) as unknown as Collection<ReadingDocument>;
    const writer = new Writer({
      collection: () => Promise.resolve(collection),
      onWaiting: (error) => assert.fail(error),
    });
    const batch = documents(1);
    const { signal } = new AbortController();
    const order: string[] = [];
    const first = writer.write(batch, signal).then((outcomes) => order.push(`first ${outcomes.join()}`));
    const second = writer.write(batch, signal).then((outcomes) => order.push(`second ${outcomes.join()}`));
    for (let turns = 0; turns < 5; turns++) await turn();
    assert.deepEqual(order, []);
    answer();
    await Promise.all([first, second]);
    assert.deepEqual(order, ['first inserted', 'second alreadyThere']);
  });

  for (const code of [1, 2, 121, 987_654]) {
    for (const each of [false, true]) {
      const how = each ? 'each document' : 'everything';
      it(`code ${code} for ${how} of a collection that takes nothing blames no document`, async function () {
        this.timeout(60_000);
        const batch = documents(1, 2, 3, 4, 5, 6);
        let refusing = 14;
        const collection = new FakeCollection([], (some) => {
          if (refusing-- <= 0) return undefined;
          return each
            ? bulkError(
                some.map((_, index) => ({ index, code, errmsg: 'no' })),
                some.length,
              )
            : serverError(code);
        });
        const { waits, outcomes } = await write(collection, batch);
        assert.deepEqual(outcomes, Array(6).fill('inserted'));
        assert.equal(new Set(waits).size, 1);
        assert.equal(waits[0], 'all-refused');
      });
    }
  }

  it('one document alone is blamed where the collection takes another that it has', async () => {
    const [bad, other] = documents(1, 2);
    const collection = new FakeCollection([], (some) =>
      some.some(({ humedad }) => humedad === 1) ? serverError(121) : undefined,
    );
    collection.stored.set(other!._id.toHexString(), other!);
    const { waits, outcomes } = await write(collection, [bad!]);
    assert.deepEqual([waits, outcomes], [[], ['refused']]);
  });

  it('a duplicate key for everything, of a collection without another unique index, blames no document', async () => {
    const always = { refused: { 1: 11_000, 2: 11_000 }, duplicateText: 'simulated' };
    const { outcomes } = await write(new FakeCollection(Array<Answer>(4).fill(always)), documents(1, 2));
    assert.deepEqual(outcomes, ['inserted', 'inserted']);
  });

  it('tells the rule of a validator that a document breaks', () => {
    const details = { operatorName: '$jsonSchema', schemaRulesNotSatisfied: [{ propertyName: 'humedad' }] };
    const refusal = new WriteRefusal({
      code: 121,
      errmsg: 'Document failed validation',
      errInfo: { details },
    });
    assert.match(refusal.message, /failed validation.*schemaRulesNotSatisfied.*humedad/);
  });

  it('takes the label of an answer for more than its code', () => {
    const labelled = (code: number, label: string): MongoServerError =>
      new MongoServerError({ message: 'no', code, errorLabels: [label] });
    assert.equal(errorKind(labelled(987_654, 'RetryableWriteError')), 'transient');
    assert.equal(errorKind(labelled(121, 'RetryableError')), 'transient');
    assert.equal(errorKind(labelled(2, 'SystemOverloadedError')), 'overload');
    assert.equal(errorKind(labelled(13, 'RetryableWriteError')), 'all');
  });

  it('finds the code of a server without retryable writes behind the driver’s words', () => {
    const original = new MongoServerError({ message: 'Transaction numbers', code: 20 });
    const thrown = new MongoServerError({ message: 'no retryable writes', originalError: original });
    assert.equal(errorKind(thrown), 'all');
  });

  it('ends at once when it is told to, in the middle of a wait', async () => {
    const abort = new AbortController();
    const collection = new FakeCollection([], () => networkError());
    const writer = new Writer({
      collection: () => Promise.resolve(collection as unknown as Collection<ReadingDocument>),
      onWaiting: () => abort.abort(),
    });
    await assert.rejects(writer.write(documents(1), abort.signal), { name: 'AbortError' });
    assert.equal(collection.inserts.length, 1);
  });
});
