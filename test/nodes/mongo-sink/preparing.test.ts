import assert from 'node:assert/strict';
import { testConnection } from '../../../nodes/mongo-database/connection-test';
import { connectionSettings } from '../../../nodes/mongo-database/settings';
import type { UserError } from '../../../nodes/shared/user-error';
import { newReadingId } from '../../../nodes/shared/reading-id';
import { database } from '../../support/services';
import { MongoProxy, refusal, type ProxiedCommand } from '../../support/mongo-proxy';
import { missing } from '../../support/database-gaps';
import { skip } from '../../support/skip';
import { until } from '../../support/until';
import { openDatabase, reading, record, TestSink, type TestDatabase } from './support';

describe('mongo-sink: its collections and indexes', function () {
  this.timeout(120_000);
  let test: TestDatabase;
  let proxy: MongoProxy;
  let sink: TestSink | undefined;
  let offset = 0;

  before(async () => {
    test = await openDatabase((await database()).uri);
  });

  beforeEach(async () => {
    await test.db.dropDatabase();
    proxy = await MongoProxy.start(test.uri);
  });

  afterEach(async () => {
    await sink?.close();
    sink = undefined;
    await proxy.stop();
  });

  after(() => test.drop());

  const start = (settings = {}): TestSink =>
    (sink = new TestSink({ uri: proxy.uri, name: test.name }, settings));
  const store = (nodo = 'a') => sink!.store(record(reading(nodo), offset++, newReadingId()));

  async function indexNames(collection: string): Promise<string[]> {
    const indexes = await test.db.collection(collection).indexes();
    return indexes.map(({ name = '', unique = false }) => (unique ? `${name} unique` : name)).sort();
  }

  it('are made one after the other before the first insertion', async () => {
    const commands: string[] = [];
    let underWay = 0;
    proxy.reply = ({ name, target }) => {
      if (['create', 'createIndexes', 'insert'].includes(name)) commands.push(`${name} ${target}`);
      if (name === 'createIndexes') underWay++;
      return undefined;
    };
    start();
    await store();
    const firstInsertion = commands.findIndex((command) => command.startsWith('insert'));
    const made = commands.slice(0, firstInsertion);
    assert.deepEqual(made, [
      'create datos',
      'create nodos',
      'create rechazados',
      'create datos_marcas',
      'create datos_resumen',
      'createIndexes nodos',
      'createIndexes nodos',
      'createIndexes datos_marcas',
      'createIndexes datos_marcas',
      'createIndexes datos',
    ]);
    assert.equal(underWay, 5);
  });

  for (const code of [211, 987_654]) {
    it(`are made although everything is answered with ${code} at the start`, async () => {
      proxy.reply = () => refusal(code);
      start({ retention: 30 });
      const stored = store();
      await until(
        'the wait to be told',
        () => sink!.states.some(({ state }) => state === 'waiting') || sink!.troubles.length > 0,
      );
      proxy.reply = () => undefined;
      assert.equal((await stored).inserted, 1);
      await until('all indexes', async () => (await indexNames('datos')).length === 3);
      assert.deepEqual(await indexNames('datos'), ['_id_', 'nodo_1__id_-1', 'ts_retencion']);
      assert.ok((await indexNames('nodos')).includes('nodo_1 unique'));
    });
  }

  for (const [what, refused] of [
    ['its indexes are', ['createIndexes']],
    ['everything is', undefined],
  ] as const) {
    it(`are made once that is allowed, also over what is stored by then, where ${what} refused for long`, async () => {
      const unauthorized = 13;
      proxy.reply = ({ name }) =>
        (refused ?? [name]).some((command) => command === name) ? refusal(unauthorized) : undefined;
      start({ retention: 30 });
      const stored = sink!.store(record(reading('a'), offset++, newReadingId(), Date.now()));
      await until('the refusal to be told', () =>
        sink!.troubles.some((error) => (error as UserError).key === 'mongo-sink.errors.retention-refused'),
      );
      // What was refused comes in before the next attempt at the indexes.
      proxy.reply = ({ name }) =>
        /^(insert|update)$/.test(name) || offset > 1 ? undefined : refusal(unauthorized);
      assert.equal((await stored).inserted, 1);
      offset++;
      await until('all indexes', async () => (await indexNames('datos')).length === 3, 60_000);
      assert.deepEqual(await indexNames('datos'), ['_id_', 'nodo_1__id_-1', 'ts_retencion']);
    });
  }

  it('hold up no reading where their command is never answered, which is told', async () => {
    await test.db.collection('datos').insertOne({ nodo: 'viejo' });
    await test.db.collection('nodos').insertOne({ nodo: 'viejo' });
    proxy.reply = ({ name, target }: ProxiedCommand) =>
      name === 'createIndexes' && target === 'nodos' ? 'none' : undefined;
    start();
    const results = await Promise.all([store('a'), store('b')]);
    assert.ok(results.every(({ inserted }) => inserted === 1));
    const told = await until('it to be told', () =>
      sink!.troubles.find((error) => (error as UserError).key === 'mongo-sink.errors.unanswered'),
    );
    assert.deepEqual((told as UserError).params, { command: 'createIndexes', target: 'nodos' });
    const state = sink!.states.at(-1);
    assert.ok(state?.state === 'ready' && state.unanswered?.command === 'createIndexes');
    assert.equal(await test.db.collection('nodos').countDocuments(), 3);
  });

  it('tell an insertion that is never answered', async () => {
    start();
    await store();
    proxy.reply = ({ name, target }) => (name === 'insert' && target === 'datos' ? 'none' : undefined);
    void store();
    const told = await until('it to be told', () => sink!.troubles[0] as UserError | undefined, 20_000);
    assert.deepEqual(told.params, { command: 'insert', target: 'datos' });
  });

  for (const code of [112, 285]) {
    it(`hold up no reading for long where an index is refused with ${code} again and again`, async () => {
      proxy.reply = ({ name, target }: ProxiedCommand) =>
        name === 'createIndexes' && target === 'datos' ? refusal(code) : undefined;
      start();
      const begun = Date.now();
      assert.equal((await store()).inserted, 1);
      assert.ok(Date.now() - begun < 30_000);
      proxy.reply = () => undefined;
      await until('the index', async () => (await indexNames('datos')).includes('nodo_1__id_-1'), 20_000);
    });
  }

  it('tell an index that is refused for ever with a code that is said to pass, while readings are stored', async () => {
    const interrupted = 11_601;
    proxy.reply = ({ name, target }: ProxiedCommand) =>
      name === 'createIndexes' && target === 'nodos' ? refusal(interrupted) : undefined;
    start({ lookMs: 8_000, patienceMs: 1_000 });
    assert.equal((await store()).inserted, 1);
    const told = await until(
      'it to be told',
      async () => {
        assert.equal((await store()).inserted, 1);
        return sink!.troubles.find((error) => (error as UserError).key === 'mongo-sink.errors.index');
      },
      30_000,
    );
    assert.deepEqual((told as UserError).params, { collection: 'nodos', reason: `simulated ${interrupted}` });
  });

  const namesThere = (collection: string): Promise<string[]> =>
    indexNames(collection).catch((): string[] => []);

  const allIndexes = async (): Promise<boolean> =>
    (await namesThere('datos')).join() === '_id_,nodo_1__id_-1,ts_retencion' &&
    (await namesThere('nodos')).includes('nodo_1 unique');

  // The driver looks each ten seconds; of an outage between two looks it says nothing.
  const noticed = (): Promise<unknown> =>
    until('the outage to be noticed', () => sink!.states.at(-1)?.state !== 'ready', 20_000);

  for (const [how, lookMs, lose] of [
    ['behind an outage', 600_000, () => proxy.cut(() => test.db.dropDatabase().then(noticed))],
    ['while all goes on', 200, () => test.db.dropDatabase()],
  ] as const) {
    it(`are made again where they are gone ${how}, and the nodes and marks as well`, async () => {
      start({ retention: 30, lookMs });
      await store('a');
      await until('all indexes', allIndexes);
      await lose();
      await until('all indexes again', allIndexes);
      await until('nodes to be listed again', async () => {
        await Promise.all([store('a'), store('b')]);
        return (await test.db.collection('nodos').countDocuments()) === 2;
      });
      await until('their marks', async () => {
        await store('a');
        return (await test.db.collection('datos_marcas').countDocuments()) === 2;
      });
      assert.deepEqual(
        sink!.troubles.filter((error) => error.message.includes('retention')),
        [],
      );
      assert.equal(await test.db.collection('rechazados').countDocuments(), 0);
    });
  }

  for (const [what, make, reason, needs] of [
    [
      'a capped collection',
      () => test.db.createCollection('datos', { capped: true, size: 4096 }),
      'unfit-capped',
      'capped',
    ],
    [
      'a time series',
      () => test.db.createCollection('datos', { timeseries: { timeField: 'ts', metaField: 'nodo' } }),
      'unfit-time-series',
      'time-series',
    ],
    [
      'a view',
      () => test.db.createCollection('datos', { viewOn: 'otra', pipeline: [] }),
      'unfit-view',
      'views',
    ],
    [
      'nodes whose names are compared without accents',
      () => test.db.createCollection('nodos', { collation: { locale: 'es', strength: 1 } }),
      'unfit-collation',
      'collations',
    ],
  ] as const) {
    it(`are refused where there is ${what}, until there is another`, async function () {
      const lacks = missing(needs);
      if (lacks !== undefined) skip(this, lacks);
      await make();
      start();
      const stored = store();
      const waiting = await until('it to be told', () =>
        sink!.states.find(
          (state) => state.state === 'waiting' && (state.error as UserError).key.endsWith(reason),
        ),
      );
      assert.ok(waiting);
      await test.db.collection(reason === 'unfit-collation' ? 'nodos' : 'datos').drop();
      assert.equal((await stored).inserted, 1);
    });
  }

  it('are told by the connection test where they are of no use', async () => {
    await test.db.createCollection('viejas', { capped: true, size: 4096 });
    await test.db.createCollection('datos');
    const settings = connectionSettings({ uri: test.uri, database: test.name });
    const findings = await testConnection(settings, new AbortController().signal);
    assert.deepEqual(findings.slice(2), [
      { level: 'warning', key: 'mongo-database.test.capped', params: { collection: 'viejas' } },
    ]);
  });

  it('give up a rejected reading that the database never takes, and go on', async () => {
    start();
    await store();
    proxy.reply = ({ name, target }) =>
      name === 'insert' && target === 'rechazados' ? refusal(121) : undefined;
    const { rejected } = await sink!.store({ ...record('no reading', offset++), payload: 'no reading' });
    assert.equal(rejected.length, 1);
    assert.ok(
      sink!.troubles.some((error) => (error as UserError).key === 'mongo-sink.errors.rejected-not-kept'),
    );
    assert.equal((await store()).inserted, 1);
  });
});
