import assert from 'node:assert/strict';
import { MongoBulkWriteError, MongoServerError, ObjectId } from 'mongodb';
import { RejectedStore, type RejectedDocument } from '../../../../nodes/mongo-sink/rejected/rejected';
import type { UserError } from '../../../../nodes/shared/user-error';

function document(value: string): RejectedDocument {
  const now = new Date();
  return { _id: new ObjectId(), value, reason: 'no', error: 'no', ts: now, rejectedAt: now };
}

function refused(code: number): MongoBulkWriteError {
  return new MongoBulkWriteError(new MongoServerError({ message: 'no', code }), {
    insertedCount: 0,
    matchedCount: 0,
    upsertedCount: 0,
    getWriteConcernError: () => undefined,
  } as never);
}

/** Refuses values that are longer than it takes, with a code that says nothing. */
class FakeCollection {
  readonly kept: RejectedDocument[] = [];

  constructor(private readonly longest: number) {}

  initializeUnorderedBulkOp(): object {
    const documents: RejectedDocument[] = [];
    return {
      insert: (document: RejectedDocument) => documents.push(document),
      execute: () => {
        if (documents.some(({ value }) => String(value).length > this.longest))
          return Promise.reject(refused(2));
        this.kept.push(...documents);
        return Promise.resolve({ insertedCount: documents.length });
      },
    };
  }
}

describe('mongo-sink: a rejected document that its server can never take', function () {
  this.timeout(120_000);

  const write = async (
    collection: FakeCollection,
    documents: RejectedDocument[],
    takesReadings: () => Promise<boolean>,
    signal = new AbortController().signal,
  ): Promise<UserError[]> => {
    const lost: UserError[] = [];
    const store = new RejectedStore({
      collection: () => Promise.resolve(collection as never),
      onWaiting: () => undefined,
      onLost: (error) => lost.push(error),
      takesReadings,
      doubtMs: 0,
    });
    await store.write(documents, signal);
    return lost;
  };

  it('is kept with less of its value where the refusal does not say why, and the others with all of theirs', async () => {
    const collection = new FakeCollection(600_000);
    const [long, short] = [document('x'.repeat(1_000_000)), document('y')];
    assert.deepEqual(await write(collection, [long, short], () => Promise.resolve(true)), []);
    const kept = collection.kept.map(({ value, truncatedFrom }) => [String(value).length, truncatedFrom]);
    assert.deepEqual(
      kept.sort(),
      [
        [1, undefined],
        [524_288, 1_000_000],
      ].sort(),
    );
  });

  it('is told where nothing of it is taken', async () => {
    const lost = await write(new FakeCollection(-1), [document('x')], () => Promise.resolve(true));
    assert.deepEqual(
      lost.map(({ key }) => key),
      ['mongo-sink.errors.rejected-not-kept'],
    );
  });

  it('is waited with as long as the database takes no readings either', async () => {
    const ended = new AbortController();
    let asked = 0;
    const takesReadings = (): Promise<boolean> => {
      if (++asked === 6) ended.abort();
      return Promise.resolve(false);
    };
    await assert.rejects(write(new FakeCollection(-1), [document('x')], takesReadings, ended.signal), {
      name: 'AbortError',
    });
  });
});
