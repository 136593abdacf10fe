import assert from 'node:assert/strict';
import { BSON, MongoNetworkError, MongoServerError, type Db } from 'mongodb';
import { readFindConfig, type FindConfig } from '../../../nodes/mongo-find/config';
import { Finder, type Found } from '../../../nodes/mongo-find/finder';
import { readQuestion, type Question } from '../../../nodes/mongo-find/question';
import type { UserError } from '../../../nodes/shared/user-error';

const LIMITS = { output: 'single', pageSize: 100, maxBytes: 2 ** 20, timeoutMs: 60_000 } as const;

const key = (name: string) => (error: UserError) => error.key === `mongo-find.errors.${name}`;

function question(operation: FindConfig['operation'] = 'find'): Question {
  return readQuestion({}, {}, readFindConfig({ collection: 'datos', operation }));
}

/** A database of which all collections are this one. */
function dbOf(collection: object): Db {
  return { collection: () => collection } as unknown as Db;
}

describe('mongo-find: finder', () => {
  let found: Found[];
  const listener = {
    found: (one: Found) => void found.push(one),
    skipped: (error: Error) => assert.fail(error),
  };

  beforeEach(() => (found = []));

  /** Gives three documents, and the rest only when it is told to. */
  function slowCollection(): { collection: object; goOn: () => void } {
    let goOn = (): void => undefined;
    const rest = new Promise<void>((resolve) => (goOn = resolve));
    const collection = {
      find: () => ({
        async *[Symbol.asyncIterator]() {
          for (let n = 0; n < 3; n++) yield BSON.serialize({ n });
          await rest;
          for (let n = 3; n < 6; n++) yield BSON.serialize({ n });
        },
        close: () => Promise.resolve(),
      }),
      countDocuments: () => Promise.resolve(6),
    };
    return { collection, goOn };
  }

  it('waits for the rest of what is found no longer than is set, and goes on with the next question', async () => {
    const { collection } = slowCollection();
    const finder = new Finder(() => Promise.resolve(dbOf(collection)), { ...LIMITS, timeoutMs: 50 });
    await assert.rejects(finder.ask(question(), listener), key('no-answer'));
    assert.equal(await finder.ask(question('count'), listener), 6);
  });

  it('tells a connection that was lost from a database that refuses', async () => {
    for (const [error, text] of [
      [new MongoNetworkError('connection 1 closed'), 'lost'],
      [new MongoServerError({ code: 13, errmsg: 'not authorized' }), 'refused'],
    ] as const) {
      const db = dbOf({ countDocuments: () => Promise.reject(error) });
      const finder = new Finder(() => Promise.resolve(db), LIMITS);
      await assert.rejects(finder.ask(question('count'), listener), key(text));
    }
  });

  it('gives out nothing once it is closed', async () => {
    const { collection, goOn } = slowCollection();
    const finder = new Finder(() => Promise.resolve(dbOf(collection)), LIMITS);
    const asked = finder.ask(question(), listener);
    const refused = assert.rejects(asked, key('closed'));
    while (found.length < 2) await new Promise((resolve) => setImmediate(resolve));
    finder.close();
    await refused;
    const before = found.length;
    goOn();
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(found.length, before);
  });
});
