import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import {
  MongoClient,
  type Collection,
  type CommandStartedEvent,
  type Db,
  type Document,
  type FindOptions,
} from 'mongodb';
import type { NodesAnswer } from '../../../nodes/topic-catalog/contract';
import { NodeList } from '../../../nodes/topic-catalog/node-list';
import { NodeIndex } from '../../../nodes/topic-catalog/nodes';
import { ALWAYS_WHOLE } from '../../../nodes/topic-catalog/path-watch';
import { Readings } from '../../../nodes/topic-catalog/readings';
import { readRequest, type NodesRequest } from '../../../nodes/topic-catalog/requests';
import { database } from '../../support/services';
import { until } from '../../support/until';

/** As many nodes as are kept in memory here; a list of more is asked for page by page. */
const MAX_LISTED = 100;
const NODES = 2_500;

describe('topic-catalog: more nodes than are kept in memory', function () {
  this.timeout(120_000);
  let client: MongoClient;
  let db: Db;
  let index: NodeIndex;
  const names = Array.from({ length: NODES }, (_, n) => `comuna_${n}`).sort();

  before(async () => {
    client = await new MongoClient((await database()).uri, { monitorCommands: true }).connect();
    db = client.db(`catalog-${randomUUID()}`);
    const nodos = db.collection('nodos');
    await nodos.createIndex({ nodo: 1 }, { unique: true });
    await nodos.createIndex({ topic: 1, nodo: 1 });
    await db.collection('datos').createIndex({ nodo: 1, _id: -1 });
    const ts = new Date();
    await nodos.insertMany(
      names.map((nodo) => ({ nodo, topic: nodo.endsWith('7') ? 'siete' : 'otros', ts, valores: { x: 1 } })),
    );
  });

  beforeEach(() => (index = newIndex()));

  after(async () => {
    await db.dropDatabase();
    await client.close();
  });

  function newIndex(maxListed = MAX_LISTED, of = db): NodeIndex {
    const source = {
      description: 'test',
      collection: 'datos',
      nodesCollection: 'nodos',
      db: () => Promise.resolve(of),
    };
    return new NodeIndex(new Readings(source), new NodeList(source), 5, ALWAYS_WHOLE, maxListed);
  }

  const page = (payload: object = {}): Promise<NodesAnswer> =>
    index.page(readRequest('nodes', payload) as NodesRequest);
  /** What can't be listed is counted now and then, and is told with a later answer. */
  const isOfUnlistable = (filter: unknown): boolean => /"\$(?:not|nor)"/.test(JSON.stringify(filter ?? null));
  const shown = ({ nodes }: NodesAnswer): string[] => nodes.map(({ nodo }) => nodo);

  it('are paged through without one left out or shown twice, each with its values', async () => {
    const seen: string[] = [];
    let after: object = {};
    for (;;) {
      const answer = await page({ limit: 400, ...after });
      assert.deepEqual([answer.total, answer.isMore, answer.silent], [MAX_LISTED, true, null]);
      assert.ok(answer.nodes.every(({ valores }) => valores.x === 1));
      seen.push(...shown(answer));
      if (typeof answer.next !== 'string') break;
      after = { after: answer.next };
    }
    assert.deepEqual(seen, names);
    // What is known of the first page leads to it by another way.
    assert.deepEqual(shown(await page({ limit: 3 })), names.slice(0, 3));
    assert.deepEqual(shown(await page({ limit: 3, offset: 10 })), names.slice(10, 13));
  });

  it('are searched by how they begin, in any case, and counted', async () => {
    for (const search of ['comuna_24', 'COMUNA_24', 'Comuna_24']) {
      const answer = await page({ search, limit: 5 });
      const matching = names.filter((name) => name.startsWith('comuna_24'));
      assert.deepEqual(shown(answer), matching.slice(0, 5), search);
      assert.equal(answer.matching, matching.length);
      assert.deepEqual(
        shown(await page({ search, limit: 5, after: answer.next })),
        matching.slice(5, 10),
        search,
      );
    }
    const many = await page({ search: 'comuna' });
    assert.deepEqual([many.matching, many.isMoreMatching], [1_000, true], 'no wrong number');
    const none = await page({ search: '.*' });
    assert.deepEqual([none.matching, none.next, none.nodes], [0, null, []]);
  });

  it('are listed and counted by topic', async () => {
    const sevens = names.filter((name) => name.endsWith('7'));
    const answer = await page({ topic: 'siete', limit: 3 });
    assert.deepEqual([shown(answer), answer.matching], [sevens.slice(0, 3), sevens.length]);
    const next = await page({ topic: 'siete', limit: 3, after: answer.next });
    assert.deepEqual(shown(next), sevens.slice(3, 6));
    const topics = await index.byTopic(['siete', 'otros', 'vacío']);
    assert.deepEqual(
      Array.from(topics, ([topic, { count, isMore }]) => [topic, count, isMore]).sort(),
      [
        [null, 0, false],
        ['otros', 1_000, true],
        ['siete', sevens.length, false],
        ['vacío', 0, false],
      ].sort(),
    );
  });

  it('cost a page what is on it: no question for all, and none without an end', async () => {
    await page();
    const commands: Document[] = [];
    const listen = ({ command }: CommandStartedEvent): void => void commands.push(command);
    client.on('commandStarted', listen);
    await page({ limit: 10 });
    await page({ limit: 10, after: names[1_000] });
    client.off('commandStarted', listen);
    const asked = commands.filter(({ find, filter }) => find === 'nodos' && !isOfUnlistable(filter));
    assert.ok(asked.length >= 4);
    for (const { filter, limit } of asked) {
      const { nodo } = filter as { nodo: { $in?: unknown[] } };
      assert.ok(nodo.$in ? nodo.$in.length <= 25 : Number(limit) <= 11, JSON.stringify(asked));
    }
  });

  it('cost a page about as much of the list where that is six times as long', async () => {
    const [few, many] = [await examined(1_000), await examined(6_000)];
    assert.ok(few >= 100);
    assert.ok(many <= 2 * few, `${many} documents instead of ${few}`);
  });

  /** How many documents a server that does not stop at a limit has to look at for some pages of so long a list. */
  async function examined(length: number): Promise<number> {
    const other = client.db(`catalog-${randomUUID()}`);
    const commands: Document[] = [];
    const listen = ({ command, databaseName }: CommandStartedEvent): void => {
      if (databaseName === other.databaseName && command.find === 'nodos') commands.push(command);
    };
    try {
      const nodos = other.collection('nodos');
      await nodos.createIndex({ nodo: 1 }, { unique: true });
      await nodos.createIndex({ topic: 1, nodo: 1 });
      // In no order, as nodes turn up.
      const nodo = (n: number): string => `comuna_${(n * 7_919) % length}`;
      for (let from = 0; from < length; from += 1_000) {
        const some = Array.from({ length: 1_000 }, (_, n) => ({ nodo: nodo(from + n), topic: 'T' }));
        await nodos.insertMany(some);
      }
      index = newIndex(500, other);
      await page();
      client.on('commandStarted', listen);
      await page({ limit: 50 });
      await page({ limit: 50, after: 'comuna_300' });
      await page({ limit: 50, search: 'comuna_30' });
      await page({ limit: 50, topic: 'T', after: 'comuna_300' });
      client.off('commandStarted', listen);
      const asked = commands
        .map(({ filter }) => filter as { nodo?: object })
        .filter((one) => !isOfUnlistable(one));
      assert.ok(asked.length >= 8);
      let count = 0;
      for (const filter of asked) {
        // With anything else than the bounds of a range no index is of use to the embedded database.
        const isRange = Object.keys(filter.nodo ?? { all: 1 }).every((key) =>
          /^\$(?:gte?|lte?|in)$/.test(key),
        );
        count += isRange ? (await nodos.find(filter, { projection: { _id: 1 } }).toArray()).length : length;
      }
      return count;
    } finally {
      client.off('commandStarted', listen);
      await other.dropDatabase();
    }
  }

  it('are those of a name that is text of 1 to 256 characters, and a page is filled up in place of others', async () => {
    const nodos = db.collection<Document>('nodos');
    const long = Array.from({ length: 30 }, (_, n) => `!!${'x'.repeat(255)}${n}`);
    const least = ['!', '!' + 'ñ'.repeat(255), '!' + '𝄞'.repeat(255), '\u{10ffff}'];
    const others = [null, 15, '', { nodo: '!' }, '!' + 'x'.repeat(256), ...long];
    await nodos.insertMany([...least, ...others].map((nodo) => ({ nodo, topic: 'raro' })));
    try {
      const answer = await page({ topic: 'raro' });
      assert.deepEqual(shown(answer), least);
      assert.deepEqual([answer.matching, answer.next], [least.length, null]);
      assert.deepEqual(shown(await page({ topic: 'raro', limit: 3 })), least.slice(0, 3));
      assert.deepEqual(shown(await page({ limit: 4 })), [...least.slice(0, 3), names[0]]);
      const { unlistable } = await until('what can’t be listed', async () => {
        const found = await page({ limit: 1 });
        return found.unlistable && found;
      });
      assert.deepEqual(unlistable, { count: others.length, isMore: false });
    } finally {
      await nodos.deleteMany({ topic: 'raro' });
    }
  });

  it('are all told from others, where as many of those are stored as are kept in memory', async () => {
    const few = client.db(`catalog-${randomUUID()}`);
    try {
      const nodos = few.collection<Document>('nodos');
      const strange = Array.from({ length: MAX_LISTED + 5 }, (_, nodo) => ({ nodo }));
      await nodos.insertMany([...strange, { nodo: 'uno' }, { nodo: 'dos' }]);
      index = newIndex(MAX_LISTED, few);
      const answer = await page();
      assert.deepEqual([shown(answer), answer.total, answer.isMore], [['dos', 'uno'], 2, undefined]);
    } finally {
      await few.dropDatabase();
    }
  });

  it('are listed by a server, too, that cuts no names and knows no schemas', async () => {
    const refusing = new Proxy(db, {
      get: (target, key) =>
        key === 'collection'
          ? (name: string) => refusesExpressions(target.collection(name))
          : (Reflect.get(target, key) as unknown),
    });
    index = newIndex(MAX_LISTED, refusing);
    const answer = await page({ search: 'comuna_24', limit: 5 });
    const matching = names.filter((name) => name.startsWith('comuna_24'));
    assert.deepEqual([shown(answer), answer.matching], [matching.slice(0, 5), matching.length]);
  });

  /** As a server does that takes nothing but fields in a projection. */
  function refusesExpressions(collection: Collection): Collection {
    return new Proxy(collection, {
      get: (target, key) => {
        if (key !== 'find') return Reflect.get(target, key) as unknown;
        return (filter: Document, options: FindOptions) => {
          const isRefused = /"\$(?:cond|jsonSchema)"/.test(JSON.stringify([filter, options.projection]));
          return target.find(isRefused ? { $unknown: 1 } : filter, options);
        };
      },
    });
  }

  it('one that is asked for by its name, and one that is heard, are found whatever the list', async () => {
    const answer = await page({ nodo: 'comuna_2222' });
    assert.deepEqual(shown(answer), ['comuna_2222']);
    await page();
    const ts = Date.now();
    index.accept({ id: null, nodo: 'comuna_0', topic: 'T', ts, fecha: null, hora: null, valores: { x: 2 } });
    const [first] = (await page({ limit: 1 })).nodes;
    assert.deepEqual([first?.nodo, first?.valores, first?.topic], ['comuna_0', { x: 2 }, 'T']);
  });

  it('a name of a megabyte, or one that is no text, harms nothing and is told', async () => {
    const nodos = db.collection<Document>('nodos');
    const strange = Array.from({ length: 60 }, (_, n) => ({ nodo: `${'x'.repeat(900_000)}${n}` }));
    // An index may refuse so long a key: the collection of a program that made none.
    for (const name of ['nodo_1', 'topic_1_nodo_1']) await nodos.dropIndex(name);
    for (const one of [...strange, { nodo: 15 }]) await nodos.insertOne(one);
    try {
      for (const maxListed of [MAX_LISTED, 5_000]) {
        index = newIndex(maxListed);
        const answer = await until('what can’t be listed', async () => {
          const found = await page({ limit: 500 });
          return found.unlistable && found;
        });
        assert.deepEqual(answer.unlistable, { count: 61, isMore: false });
        assert.equal(answer.nodes.length, 500);
        assert.ok(answer.nodes.every(({ nodo }) => nodo.startsWith('comuna_')));
      }
    } finally {
      await nodos.deleteMany({ nodo: 15 });
      await nodos.deleteMany({ nodo: { $regex: '^x' } });
    }
  });
});
