import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { MongoClient, type Db } from 'mongodb';
import { PageSettings } from '../../../../nodes/topic-catalog/settings/page-settings';
import { database } from '../../../support/services';

const LIMIT = { side: 'above', value: 30, seconds: 0, hysteresis: 0 } as const;

describe('topic-catalog: what is set on the page, in a real database', function () {
  this.timeout(60_000);
  let client: MongoClient;
  let db: Db;
  const opened: PageSettings[] = [];

  before(async () => {
    const { uri } = await database();
    client = await MongoClient.connect(uri);
  });

  after(() => client.close());

  beforeEach(() => void (db = client.db(`settings-${randomUUID()}`)));

  afterEach(async () => {
    for (const settings of opened.splice(0)) settings.close();
    await db.dropDatabase();
  });

  async function open(): Promise<{ settings: PageSettings; changes: () => number }> {
    let changes = 0;
    const source = { description: 'db', settingsCollection: 'ajustes', db: () => Promise.resolve(db) };
    const settings = new PageSettings(source, {
      onChange: () => changes++,
      onProblem: (error) => assert.fail(error),
    });
    opened.push(settings);
    await settings.start();
    return { settings, changes: () => changes };
  }

  it('is kept, found again by the next start, told of with each change, and forgotten when nothing is set any more', async () => {
    const { settings, changes } = await open();
    const before = settings.revision;
    const luz = { nodo: null, variable: 'luz', name: 'Luz', limits: [LIMIT] };
    const own = { nodo: 'a', variable: 'luz', unit: 'lx' };
    await settings.setVariable(own);
    await settings.setVariable(luz);
    assert.equal(changes(), 2);
    assert.notEqual(settings.revision, before);
    assert.deepEqual(settings.variables, [luz, own]);
    const next = await open();
    assert.deepEqual(next.settings.variables, [luz, own]);
    await settings.setVariable({ nodo: null, variable: 'luz', name: 'Claridad' });
    await settings.setVariable({ nodo: 'a', variable: 'luz' });
    assert.deepEqual((await open()).settings.variables, [{ nodo: null, variable: 'luz', name: 'Claridad' }]);
  });

  it('has notes of a node and a range, newest first, until they are deleted', async () => {
    const { settings } = await open();
    await settings.addNote({ nodo: 'a', from: 1_000, to: null, text: 'one' });
    await settings.addNote({ nodo: 'a', from: 500, to: 5_000, text: 'long' });
    await settings.addNote({ nodo: 'b', from: 2_000, to: null, text: 'other' });
    const texts = (...args: Parameters<PageSettings['notes']>): string[] =>
      settings.notes(...args).map(({ text }) => text);
    assert.deepEqual(texts(), ['other', 'one', 'long']);
    assert.deepEqual(texts('a', 4_000, 6_000), ['long']);
    assert.deepEqual(texts('a', 900, 1_000), ['one', 'long']);
    const [newest] = settings.notes();
    assert.equal(await settings.deleteNote(newest!.id), 1);
    assert.equal(await settings.deleteNote(newest!.id), 0);
    assert.deepEqual(
      (await open()).settings.notes().map(({ text }) => text),
      ['one', 'long'],
    );
  });

  it('takes a file in twice without doubling anything', async () => {
    const { settings } = await open();
    await settings.addNote({ nodo: 'a', from: 1_000, to: null, text: 'one' });
    await settings.setVariable({ nodo: null, variable: 'luz', name: 'Luz' });
    const file = { variables: settings.variables, notes: settings.notes() };
    await settings.write(file);
    await settings.write(file);
    assert.deepEqual({ variables: settings.variables, notes: settings.notes() }, file);
    assert.equal(await db.collection('ajustes').countDocuments(), 2);
  });

  it('leaves alone what others keep in the collection, and what it does not know', async () => {
    const strange = [
      { _id: 'x', kind: 'variable', nodo: { $gt: '' }, variable: 'a' },
      { _id: 'y', kind: 'nota', text: 'without a time' },
      { _id: 'z', anything: 1 },
    ];
    await db.collection<{ _id: string }>('ajustes').insertMany(strange);
    const { settings } = await open();
    assert.deepEqual([settings.variables, settings.notes()], [[], []]);
    await settings.setVariable({ nodo: null, variable: 'luz', name: 'Luz' });
    assert.equal(await db.collection('ajustes').countDocuments(), 4);
  });

  it('holds only so much, and can still be changed when it is full', async () => {
    const documents = Array.from({ length: 500 }, (_, n) => ({
      _id: `variable:${JSON.stringify([null, `v${n}`])}`,
      kind: 'variable',
      nodo: null,
      variable: `v${n}`,
      unit: 'm',
    }));
    await db.collection<{ _id: string }>('ajustes').insertMany(documents);
    const { settings } = await open();
    const more = { nodo: null, variable: 'more', unit: 'm' };
    await assert.rejects(settings.setVariable(more), { key: 'topic-catalog.errors.too-many-variables' });
    await settings.setVariable({ nodo: null, variable: 'v0', unit: 'km' });
    await settings.setVariable({ nodo: null, variable: 'v1' });
    await settings.setVariable(more);
    assert.equal(settings.variables.length, 500);
    // Those of a file that comes in many messages are counted before the first of them.
    settings.checkTotal({ variables: 500, notes: 2_000 });
    const tooMany = { key: 'topic-catalog.errors.too-many-variables' };
    assert.throws(() => settings.checkTotal({ variables: 501, notes: 0 }), tooMany);
    assert.throws(() => settings.checkTotal({ variables: 0, notes: 2_001 }), {
      key: 'topic-catalog.errors.too-many-notes',
    });
  });

  it('makes changes one after the other, and only so many wait', async () => {
    const { settings } = await open();
    const all = await Promise.allSettled(
      Array.from({ length: 150 }, (_, n) =>
        settings.setVariable({ nodo: null, variable: `v${n}`, order: 1 }),
      ),
    );
    const made = all.filter(({ status }) => status === 'fulfilled').length;
    assert.equal(made, 100);
    assert.equal(settings.variables.length, made);
  });
});
