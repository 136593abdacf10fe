import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { MongoClient, type CommandStartedEvent, type Db, type Document } from 'mongodb';
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

  function newIndex(maxListed = MAX_LISTED): NodeIndex {
    const source = {
      description: 'test',
      collection: 'datos',
      nodesCollection: 'nodos',
      db: () => Promise.resolve(db),
    };
    return new NodeIndex(new Readings(source), new NodeList(source), 5, ALWAYS_WHOLE, maxListed);
  }

  const page = (payload: object = {}): Promise<NodesAnswer> =>
    index.page(readRequest('nodes', payload) as NodesRequest);
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
    // What can't be listed is counted now and then, and is told with a later answer.
    const isCount = ({ filter }: Document): boolean => '$not' in (filter as { nodo: object }).nodo;
    const asked = commands.filter((command) => command.find === 'nodos' && !isCount(command));
    assert.ok(asked.length >= 4);
    for (const { filter, limit } of asked) {
      const { nodo } = filter as { nodo: { $in?: unknown[] } };
      assert.ok(nodo.$in ? nodo.$in.length <= 25 : Number(limit) <= 11, JSON.stringify(asked));
    }
  });

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
