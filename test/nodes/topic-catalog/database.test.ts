import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { MongoClient, ObjectId, type CommandStartedEvent, type Db, type Document } from 'mongodb';
import { UUID } from 'uuidv7';
import { objectIdOfReading } from '../../../nodes/shared/reading-id';
import { localClock } from '../../../nodes/serial-json-in/lines/local-time';
import type { LiveReading, NodesAnswer, SeriesAnswer } from '../../../nodes/topic-catalog/contract';
import { CatalogError } from '../../../nodes/topic-catalog/catalog-error';
import { NodeEvents } from '../../../nodes/topic-catalog/events';
import type { NodeRecord } from '../../../nodes/topic-catalog/node-record';
import { NodeList } from '../../../nodes/topic-catalog/node-list';
import { NodeIndex } from '../../../nodes/topic-catalog/nodes';
import { Readings } from '../../../nodes/topic-catalog/readings';
import { readRequest, type NodesRequest, type SeriesRequest } from '../../../nodes/topic-catalog/requests';
import { Series } from '../../../nodes/topic-catalog/series';
import { Summaries } from '../../../nodes/topic-catalog/summaries';
import { database } from '../../support/services';
import { until } from '../../support/until';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** An ObjectId as a driver makes it at this time. */
function idAt(time: number): ObjectId {
  return new ObjectId(
    Math.floor(time / 1000)
      .toString(16)
      .padStart(8, '0') + randomUUID().replaceAll('-', '').slice(0, 16),
  );
}

const clockAt = localClock('UTC');

/** A reading as mongo-sink stores it; without `ts` it is one of the original system. */
function stored(nodo: string, time: number, values: object, original = false): Document {
  return {
    _id: idAt(time),
    nodo,
    ...values,
    ...clockAt(time),
    ...(original ? {} : { ts: new Date(time) }),
  };
}

describe('topic-catalog: nodes and series out of a real database', function () {
  this.timeout(120_000);
  let client: MongoClient;
  let db: Db;
  let index: NodeIndex;
  let list: NodeList;
  let series: Series;

  before(async () => {
    const { uri } = await database();
    client = new MongoClient(uri, { monitorCommands: true });
    await client.connect();
  });

  after(() => client.close());

  beforeEach(async () => {
    db = client.db(`catalog-${randomUUID()}`);
    await db.collection('datos').createIndex({ nodo: 1, _id: -1 });
    await db.collection('nodos').createIndex({ nodo: 1 }, { unique: true });
    const source = {
      description: 'test',
      collection: 'datos',
      nodesCollection: 'nodos',
      db: () => Promise.resolve(db),
    };
    const readings = new Readings(source);
    list = new NodeList(source);
    index = new NodeIndex(readings, list, 5);
    series = new Series(readings, index, new Summaries(source));
  });

  afterEach(() => db.dropDatabase());

  function page(payload: object = {}): Promise<NodesAnswer> {
    return index.page(readRequest('nodes', payload) as NodesRequest);
  }

  function ask(payload: object): Promise<SeriesAnswer> {
    return series.answer(readRequest('series', payload) as SeriesRequest);
  }

  async function addNode(nodo: string, time: number, valores: object, topic = 'Prueba'): Promise<void> {
    const node = { nodo, topic, ...clockAt(time), ts: new Date(time), valores };
    await db.collection('nodos').insertOne(node);
  }

  async function addReadings(
    nodo: string,
    times: number[],
    values: (index: number) => object,
  ): Promise<void> {
    await db.collection('datos').insertMany(times.map((time, n) => stored(nodo, time, values(n))));
  }

  function heard(nodo: string, ts = Date.now()): [NodeRecord, LiveReading] {
    const times = { ts, fecha: null, hora: null };
    const reading = { id: null, nodo, topic: 'Prueba', ...times, valores: { humedad: 60 } };
    return [index.accept(reading), reading];
  }

  /** Asks until the list has been read anew. */
  async function listed(...names: string[]): Promise<void> {
    const shown = async (): Promise<string> =>
      (await page()).nodes
        .map(({ nodo }) => nodo)
        .sort()
        .join();
    await until(`the list of ${names.join()}`, async () => (await shown()) === names.join());
  }

  it('forgets a node that is in no list once it has fallen silent, and this was told', async () => {
    const events = new NodeEvents(index);
    const now = Date.now();
    await addNode('known', now - DAY, { humedad: 1 });
    for (const [nodo, age] of [
      ['alive', 1],
      ['falling', 9_900],
      ['falling', 9_000],
      ['known', DAY],
      ['made-up', DAY],
    ] as const) {
      events.onReading(...heard(nodo, now - age), now);
    }
    await listed('alive', 'falling', 'known');
    const [silent] = await until('the silence', () => {
      const found = events.sweep();
      return found.length > 0 && found;
    });
    assert.equal(silent?.nodo, 'falling');
    await listed('alive', 'known');
    await db.collection('nodos').deleteMany({});
    await listed('alive');
  });

  it('remembers a bounded number of names that the database does not list, and none in place of a listed one', async () => {
    await addNode('listed', Date.now(), { humedad: 1 });
    await listed('listed');
    for (let n = 0; n < 25_000; n++) heard(`made-up ${n}`);
    const { nodes, total } = await page({ search: 'made-up 24999' });
    assert.deepEqual([nodes[0]?.nodo, total], ['made-up 24999', 20_001]);
    assert.equal((await page({ search: 'made-up 4999' })).matching, 0);
    assert.equal((await page({ search: 'listed' })).matching, 1);
  });

  it('lists the nodes with their last values, and says which have fallen silent', async () => {
    const now = Date.now();
    await addNode('comuna_15', now - 1_000, { humedad: 60 });
    await addReadings('comuna_15', [now - 7_000, now - 4_000, now - 1_000], () => ({ humedad: 60 }));
    await addNode('comuna_2', now - HOUR, { humedad: null });
    await addReadings('comuna_2', [now - HOUR - 3_000, now - HOUR], () => ({ humedad: null }));
    const answer = await page();
    assert.deepEqual([answer.total, answer.matching, answer.silent], [2, 2, 1]);
    assert.deepEqual(
      answer.nodes.map(({ nodo, topic, valores, state }) => ({ nodo, topic, valores, state })),
      [
        { nodo: 'comuna_2', topic: 'Prueba', valores: { humedad: null }, state: 'silent' },
        { nodo: 'comuna_15', topic: 'Prueba', valores: { humedad: 60 }, state: 'live' },
      ],
    );
    const row = await until('what its stored readings tell', async () => {
      const { nodes } = await page({ nodo: 'comuna_15' });
      return nodes[0]?.interval ? nodes[0] : undefined;
    });
    assert.equal(row.interval, 3_000);
    assert.deepEqual(row.recent, [{ name: 'humedad', values: [60, 60, 60] }]);
  });

  it('tells the topics of a node whose readings come from two in turns, stored and heard', async () => {
    const now = Date.now();
    await db.collection('nodos').insertOne({ nodo: 'doble', fecha: clockAt(now).fecha });
    await db
      .collection('datos')
      .insertMany(
        ['a', 'b', 'a'].map((topic, n) => ({ ...stored('doble', now - 9_000 + n, { humedad: n }), topic })),
      );
    await addNode('simple', now, { humedad: 1 });
    const mixedOf = async (nodo: string): Promise<string[] | undefined> =>
      (await page({ nodo })).nodes[0]?.mixedTopics;
    assert.deepEqual(await mixedOf('doble'), ['a', 'b']);
    assert.deepEqual(await mixedOf('simple'), []);
    for (const [topic, after] of [
      ['c', 1],
      ['Prueba', 2],
    ] as const) {
      const at = { ts: now + after, fecha: null, hora: null };
      index.accept({ id: null, nodo: 'simple', topic, ...at, valores: { humedad: 1 } });
    }
    assert.deepEqual(await mixedOf('simple'), ['Prueba', 'c']);
  });

  it('pages, searches without regard to case and accents, filters by topic and sorts thousands of nodes', async () => {
    const now = Date.now();
    const nodes = Array.from({ length: 3_000 }, (_, n) => ({
      nodo: `estación ${n}`,
      topic: n % 2 ? 'impar' : 'par',
      ts: new Date(now - n * 1_000),
      valores: { n },
    }));
    await db.collection('nodos').insertMany(nodes);
    const first = await page({ limit: 3, offset: 10 });
    assert.equal(first.total, 3_000);
    assert.deepEqual(
      first.nodes.map(({ nodo }) => nodo),
      ['estación 10', 'estación 11', 'estación 12'],
    );
    assert.deepEqual((await page({ search: 'ESTACION 299' })).matching, 11);
    assert.deepEqual((await page({ search: '.*' })).matching, 0);
    assert.deepEqual((await page({ topic: 'par' })).matching, 1_500);
    assert.deepEqual((await page({ sort: 'ts', limit: 1 })).nodes[0]?.nodo, 'estación 2999');
    assert.deepEqual((await page({ sort: 'ts', descending: true, limit: 1 })).nodes[0]?.nodo, 'estación 0');
  });

  it('gives the last readings of a node however long ago they were', async () => {
    const then = Date.now() - 400 * DAY;
    await addNode('lejano', then, {});
    await addReadings(
      'lejano',
      Array.from({ length: 25 }, (_, n) => then - n * HOUR),
      (n) => ({ humedad: n }),
    );
    const answer = await ask({ nodo: 'lejano' });
    assert.equal(answer.bucketMs, 0);
    assert.deepEqual(answer.columns, [
      {
        name: 'humedad',
        mean: [9, 8, 7, 6, 5, 4, 3, 2, 1, 0],
        summary: { n: 10, min: 0, mean: 4.5, max: 9 },
      },
    ]);
    assert.equal(answer.times.at(-1), then);
  });

  for (const [what, listed] of [
    ['a board without a clock dates 1970', { fecha: '1970-01-01', hora: '00:00:07' }],
    ['a clock that is months behind dates', { fecha: clockAt(Date.now() - 90 * DAY).fecha }],
    ['has a date that is no year of ours', { fecha: '0001-01-01' }],
    ['is listed at a time before 1970, which can be none', { ts: new Date('0001-01-01T00:00:00Z') }],
  ] as const) {
    it(`gives the last readings of a node that ${what}`, async () => {
      const now = Math.floor(Date.now() / 1_000) * 1_000;
      await db.collection('nodos').insertOne({ nodo: 'a', ...listed });
      const times = [now - 90 * DAY - HOUR, ...Array.from({ length: 12 }, (_, n) => now - (12 - n) * MINUTE)];
      await db
        .collection('datos')
        .insertMany(times.map((time, n) => stored('a', time, { humedad: n }, true)));
      const answer = await ask({ nodo: 'a' });
      assert.deepEqual(answer.columns[0]?.mean, [3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
      assert.equal((await page({ nodo: 'a' })).nodes[0]?.ts, now - MINUTE);
      assert.deepEqual((await ask({ nodo: 'a', last: 13 })).readings, 13);
    });
  }

  it('gives the variables that most readings have, where the names change with each, and says that there are more', async () => {
    const now = Date.now();
    await addNode('escáner', now, {});
    const names = Array.from({ length: 120 }, (_, n) => n);
    await addReadings(
      'escáner',
      Array.from({ length: 20 }, (_, n) => now - n * 1_000),
      (n) => ({ ...Object.fromEntries(names.map((name) => [`aa:${n}:${name}`, -70])), ruido: n }),
    );
    const answer = await ask({ nodo: 'escáner', last: 100 });
    assert.deepEqual([answer.columns.length, answer.isMore, answer.readings], [500, true, 20]);
    assert.equal(answer.columns.find(({ name }) => name === 'ruido')?.summary.n, 20);
    await addNode('uno', now, {});
    await addReadings('uno', [now], () => ({ ruido: 1 }));
    assert.equal('isMore' in (await ask({ nodo: 'uno' })), false);
  });

  it('gives readings of one millisecond as they were taken, whatever order the database gives them in', async () => {
    const now = Date.now();
    const taken = Array.from({ length: 8 }, (_, n) => {
      const _id = ObjectId.createFromHexString(objectIdOfReading(UUID.fromFieldsV7(now, n, 0, 0).toString()));
      return { ...stored('a', now, { humedad: n }), _id };
    });
    await addNode('a', now, {});
    await db.collection('datos').insertMany([3, 0, 5, 7, 1, 6, 2, 4].map((n) => taken[n]!));
    const inOrder = async (range: object): Promise<unknown> =>
      (await ask({ nodo: 'a', ...range })).columns[0]?.mean;
    assert.deepEqual(await inOrder({}), [0, 1, 2, 3, 4, 5, 6, 7]);
    assert.deepEqual(await inOrder({ last: 3 }), [5, 6, 7]);
    assert.deepEqual(await inOrder({ from: now, to: now + 1 }), [0, 1, 2, 3, 4, 5, 6, 7]);
  });

  it('gives all there is when a node has sent less than what was asked for', async () => {
    await addNode('nuevo', Date.now(), {});
    await addReadings('nuevo', [Date.now()], () => ({ humedad: 1 }));
    assert.equal((await ask({ nodo: 'nuevo', last: 100 })).readings, 1);
  });

  it('gives each reading of a short range as a point, nulls as gaps, and nothing from outside', async () => {
    const end = Date.now() - HOUR;
    await addNode('a', end, {});
    await addReadings('a', [end - 3_000, end - 2_000, end - 1_000, end], (n) => ({
      temperatura: n === 1 ? null : n,
    }));
    const answer = await ask({ nodo: 'a', from: end - 3_000, to: end });
    assert.deepEqual(answer.times, [end - 3_000, end - 2_000, end - 1_000]);
    assert.deepEqual(answer.columns[0]?.mean, [0, null, 2]);
    assert.deepEqual(answer.columns[0]?.summary, { n: 2, min: 0, mean: 1, max: 2 });
  });

  it('folds what does not fit into buckets, with least, mean and greatest, and leaves gaps where nothing was sent', async () => {
    const end = Math.floor(Date.now() / HOUR) * HOUR;
    await addNode('a', end, {});
    const times = Array.from({ length: 1_200 }, (_, n) => end - HOUR + n * 3_000).filter(
      (time) => time < end - 30 * MINUTE || time >= end - 10 * MINUTE,
    );
    await addReadings('a', times, (n) => ({ radiacion: n % 2 ? 10 : 20 }));
    const answer = await ask({ nodo: 'a', from: end - HOUR, to: end, points: 60 });
    assert.equal(answer.bucketMs, MINUTE);
    assert.equal(answer.readings, 800);
    assert.equal(answer.times.length, 40);
    const [column] = answer.columns;
    assert.deepEqual([column?.min?.[0], column?.mean[0], column?.max?.[0]], [10, 15, 20]);
    assert.deepEqual(column?.summary, { n: 800, min: 10, mean: 15, max: 20 });
  });

  it('shows everything a node has sent, whatever the span', async () => {
    const now = Date.now();
    await addNode('viejo', now, {});
    await addReadings(
      'viejo',
      Array.from({ length: 1_000 }, (_, n) => now - n * DAY),
      () => ({ x: 1 }),
    );
    const answer = await ask({ nodo: 'viejo', all: true, points: 100 });
    assert.equal(answer.readings, 1_000);
    assert.ok(answer.times.length <= 100 && answer.times.length > 30, `${answer.times.length} points`);
    assert.ok(answer.from <= now - 999 * DAY);
  });

  it('reads a database that the original system filled: no times, no last values, the ids alone', async () => {
    const then = Date.parse('2021-11-24T15:00:00Z');
    await db.collection('nodos').insertOne({ nodo: 'comuna_15', fecha: '2021-11-24' });
    await db
      .collection('datos')
      .insertMany(
        Array.from({ length: 12 }, (_, n) =>
          stored('comuna_15', then + n * 13_000, { humedad: n, radiacion: 5 * n }, true),
        ),
      );
    const [node] = (await page()).nodes;
    assert.equal(node?.ts, then + 11 * 13_000);
    assert.deepEqual(node?.valores, { humedad: 11, radiacion: 55 });
    assert.equal(node?.state, 'silent');
    assert.equal(node?.topic, null);
    const answer = await ask({ nodo: 'comuna_15' });
    assert.deepEqual(
      answer.columns.find(({ name }) => name === 'humedad')?.mean,
      [2, 3, 4, 5, 6, 7, 8, 9, 10, 11],
    );
  });

  it('says so when there is no such node, and takes a hostile name as a name', async () => {
    assert.equal((await ask({ nodo: 'nadie' })).known, false);
    for (const nodo of [
      '<img src=x onerror=alert(1)>',
      '{{7*7}}',
      '$where',
      '__proto__',
      'a.b',
      '\u202Eodon',
      '🌡️'.repeat(50),
    ]) {
      await addNode(nodo, Date.now(), { x: 1 });
      await addReadings(nodo, [Date.now()], () => JSON.parse('{"__proto__": 1, "<b>": 2}') as object);
      const answer = await ask({ nodo });
      assert.equal(answer.known, true);
      assert.deepEqual(answer.columns.map(({ name }) => name).sort(), ['<b>', '__proto__']);
    }
  });

  it('keeps up with what is stored without asking again, and forgets nodes that were removed', async () => {
    await addNode('a', 1_000_000, { x: 1 });
    await addNode('b', 1_000_000, { x: 1 });
    assert.equal((await page()).total, 2);
    index.accept({
      id: null,
      nodo: 'a',
      topic: 'T',
      ts: Date.now(),
      fecha: null,
      hora: null,
      valores: { x: 2 },
    });
    const [a] = (await page({ nodo: 'a' })).nodes;
    assert.deepEqual([a?.valores, a?.state, a?.topic], [{ x: 2 }, 'live', 'T']);
    await db.collection('nodos').deleteMany({});
    await until('b to be gone', async () => (await page()).total === 1);
  });

  it('asks for readings only between two times, whatever is asked: its cost does not grow with what is stored', async () => {
    const now = Date.now();
    await addNode('a', now, { x: 1 });
    await addReadings('a', [now - HOUR, now - MINUTE, now], (x) => ({ x }));
    const commands: Document[] = [];
    const listen = ({ command }: CommandStartedEvent): void => void commands.push(command);
    client.on('commandStarted', listen);
    for (const range of [{}, { last: 1_000 }, { recent: HOUR }, { from: 1, to: now }, { all: true }]) {
      await ask({ nodo: 'a', ...range });
    }
    await page();
    await until('its past', async () => (await page()).nodes[0]?.interval);
    client.off('commandStarted', listen);
    const [finds, others] = [true, false].map((isFind) =>
      commands.filter((command) => 'find' in command === isFind),
    );
    assert.deepEqual(
      [...new Set(others!.map((command) => Object.keys(command)[0]))].filter((name) => name !== 'getMore'),
      [],
    );
    const ofReadings = finds!.filter(({ find }) => find === 'datos');
    assert.ok(ofReadings.length >= 5);
    for (const { filter, sort } of ofReadings as { filter: Document; sort: unknown }[]) {
      assert.deepEqual(
        [typeof filter.nodo, Object.keys(filter._id as object).sort()],
        ['string', ['$gte', '$lt']],
      );
      assert.equal(sort, undefined);
    }
  });

  it('says that the database does not answer, within seconds', async () => {
    const nowhere = {
      description: 'nowhere',
      collection: 'datos',
      nodesCollection: 'nodos',
      db: (signal: AbortSignal) =>
        new Promise<Db>((_, reject) =>
          signal.addEventListener('abort', () => reject(new Error('no connection'))),
        ),
    };
    const begun = Date.now();
    await assert.rejects(
      new NodeIndex(new Readings(nowhere), new NodeList(nowhere), 5).page(
        readRequest('nodes', {}) as NodesRequest,
      ),
      (error) =>
        error instanceof CatalogError && error.source === 'database' && error.params.where === 'nowhere',
    );
    assert.ok(Date.now() - begun < 5_000);
  });
});
