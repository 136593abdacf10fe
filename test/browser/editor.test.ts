import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Browser } from 'playwright-core';
import { ROOT } from '../../stack/paths';
import { launchBrowser } from '../support/browser';
import { Editor, type Dialog } from '../support/editor';
import { startNodeRed, type TestNodeRed } from '../support/node-red';
import { plugIn, type TestDevice } from '../support/pty';
import { database, kafka } from '../support/services';
import { until } from '../support/until';

const TYPES = [
  'serial-json-in',
  'kafka-producer',
  'kafka-consumer',
  'mongo-sink',
  'mongo-find',
  'topic-catalog',
];
/** From whose dialogs those of the config nodes are opened. */
const CONFIGS: Record<string, { property: string; type: string }> = {
  'kafka-producer': { property: 'cluster', type: 'kafka-cluster' },
  'mongo-sink': { property: 'database', type: 'mongo-database' },
};

describe("our nodes in Node-RED's editor", function () {
  this.timeout(180_000);

  let browser: Browser;
  let nodeRed: TestNodeRed;

  before(async () => {
    browser = await launchBrowser();
  });

  after(() => browser.close());

  beforeEach(async () => {
    nodeRed = await startNodeRed();
  });

  afterEach(async () => {
    try {
      nodeRed.assertRunning();
    } finally {
      await nodeRed.dispose();
    }
  });

  describe('with a board, Kafka and a database', () => {
    let directory: string;
    let board: TestDevice;

    beforeEach(async () => {
      directory = mkdtempSync(path.join(os.tmpdir(), 'editor-'));
      board = await plugIn(path.join(directory, 'board'));
    });

    afterEach(async () => {
      await board.unplug();
      rmSync(directory, { recursive: true });
    });

    it('are dragged, wired and filled in, and a reading of the board arrives', async () => {
      const [{ brokers }, { uri }] = await Promise.all([kafka(), database()]);
      const unique = randomUUID().slice(0, 8);
      const [topic, databaseName] = [`editor-${unique}`, `editor_${unique}`];
      const editor = await Editor.open(browser, nodeRed.editor);

      const serial = await editor.addNode('serial-json-in', { x: 180, y: 100 });
      const producer = await editor.addNode('kafka-producer', { x: 450, y: 100 });
      const consumer = await editor.addNode('kafka-consumer', { x: 180, y: 220 });
      const sink = await editor.addNode('mongo-sink', { x: 450, y: 220 });
      const catalog = await editor.addNode('topic-catalog', { x: 680, y: 220 });
      const debug = await editor.addNode('debug', { x: 680, y: 340 });
      await editor.wire(serial, producer);
      await editor.wire(consumer, sink);
      await editor.wire(sink, catalog);
      await editor.wire(sink, debug);
      await editor.wire(catalog, debug);

      const serialDialog = await editor.edit(serial);
      await serialDialog.fill('path', board.link);
      await serialDialog.done();

      const producerDialog = await editor.edit(producer);
      await producerDialog.addConfig('cluster', (dialog) => dialog.fill('brokers', brokers));
      await producerDialog.fill('topic', 'two words');
      assert.deepEqual(await producerDialog.invalidFields(), ['node-input-topic']);
      await producerDialog.fill('topic', topic);
      assert.deepEqual(await producerDialog.invalidFields(), []);
      await producerDialog.tick('createTopics');
      await producerDialog.done();

      const consumerDialog = await editor.edit(consumer);
      await consumerDialog.chooseConfig('cluster');
      await consumerDialog.fill('topics', topic);
      await consumerDialog.fill('groupId', `editor-${unique}`);
      await consumerDialog.choose('from', 'earliest');
      await consumerDialog.done();

      const sinkDialog = await editor.edit(sink);
      await sinkDialog.addConfig('database', async (dialog) => {
        await dialog.fill('uri', uri);
        await dialog.fill('database', databaseName);
      });
      await sinkDialog.done();

      const catalogDialog = await editor.edit(catalog);
      await catalogDialog.chooseConfig('cluster');
      await catalogDialog.chooseConfig('database');
      await catalogDialog.fill('groupId', `editor-${unique}`);
      await catalogDialog.done();

      await editor.deploy();
      await editor.showDebugSidebar();
      await until('the port to be open', async () => (await editor.statusOf(serial)) === 'connected', 30_000);
      board.write('{"nodo":"comuna_15","humedad":61,"temperatura":26}\r\n');
      const arrived = (text: string) =>
        until(`${text} in the debug sidebar`, async () =>
          (await editor.debugMessages()).find((message) => message.includes(text)),
        );
      assert.match(await arrived('comuna_15'), /humedad: 61/);
      assert.match(await arrived('readings'), /readings: array\[1\]/);
      await editor.close();
    });
  });

  it('come with examples that can be imported by the menu, one after the other, and deployed', async () => {
    const examples = readdirSync(path.join(ROOT, 'examples')).map((file) => path.basename(file, '.json'));
    const editor = await Editor.open(browser, nodeRed.editor);
    for (const example of examples) {
      await editor.importExample(example);
      assert.deepEqual(await editor.invalidNodes(), [], example);
      await editor.deploy();
    }
    await editor.close();
  });

  it('say what to tick for a topic that does not exist yet, and offer it', async () => {
    const { brokers } = await kafka();
    const topic = `fresh-${randomUUID().slice(0, 8)}`;
    const editor = await Editor.open(browser, nodeRed.editor);
    const inject = await editor.addNode('inject', { x: 150, y: 100 });
    const producer = await editor.addNode('kafka-producer', { x: 400, y: 100 });
    const consumer = await editor.addNode('kafka-consumer', { x: 400, y: 220 });
    const debug = await editor.addNode('debug', { x: 680, y: 220 });
    await editor.wire(inject, producer);
    await editor.wire(consumer, debug);

    let dialog = await editor.edit(producer);
    await dialog.addConfig('cluster', (config) => config.fill('brokers', brokers));
    await dialog.fill('topic', topic);
    const needed = ['Name', 'Cluster', 'Topic', 'Create topics that are missing', 'Key'];
    assert.deepEqual(await dialog.labels(), needed);
    await dialog.done();
    dialog = await editor.edit(consumer);
    await dialog.chooseConfig('cluster');
    await dialog.fill('topics', topic);
    await dialog.done();
    assert.equal(await editor.labelOf(producer), `write to ${topic}`);
    assert.equal(await editor.labelOf(consumer), `read topic ${topic}`);
    await editor.deploy();
    await editor.showDebugSidebar();

    const waits = `waiting for topic ${topic}, which does not exist yet`;
    await until('the consumer that waits', async () => (await editor.statusOf(consumer)) === waits, 30_000);
    await editor.press(inject);
    const error = await until('the error', async () =>
      (await editor.debugMessages()).find((message) => message.includes('does not exist on')),
    );
    assert.match(error, /tick "Create topic/);
    assert.match(error, /Flow 1 \/ fresh-/, 'the flow and the topic, where the node has no name');
    assert.doesNotMatch(error, /\*/);

    dialog = await editor.edit(producer);
    await dialog.tick('createTopics');
    await dialog.done();
    await editor.deploy();
    await until(
      'the record',
      async () => (await editor.debugMessages()).some((text) => /\b\d{13}\b/.test(text)),
      30_000,
    );
    await editor.close();
  });

  it('show what is needed first, and open a fold in which something is set', async () => {
    const editor = await Editor.open(browser, nodeRed.editor);
    const id = await editor.addNode('kafka-consumer', { x: 300, y: 100 });
    let dialog = await editor.edit(id);
    assert.deepEqual(await dialog.labels(), [
      'Name',
      'Cluster',
      'Topics',
      'Group',
      'New group from',
      'Confirmed by',
    ]);
    const folds = ['Form of the messages', 'Dead letters', 'Limits and times', 'Fetching'];
    assert.deepEqual(await dialog.unfold(), folds);
    await dialog.fill('maxInFlight', '10');
    await dialog.done();
    dialog = await editor.edit(id);
    assert.deepEqual(
      await dialog.unfold(),
      folds.filter((name) => name !== 'Limits and times'),
      'closed',
    );
    await dialog.done();
    await editor.close();
  });

  it('lead from their help to what each status and error means', async () => {
    for (const [locale, title] of [
      ['en-US', 'What it says, and what to do'],
      ['es-CO', 'Qué dice y qué hacer'],
    ] as const) {
      const editor = await Editor.open(browser, nodeRed.editor, locale);
      for (const type of [...TYPES, ...Object.values(CONFIGS).map((config) => config.type)]) {
        const link = await editor.page.evaluate<string>(
          `$(RED.nodes.getNodeHelp('${type}')).find('a[href*=troubleshooting]').prop('href')`,
        );
        const answer = await editor.page.request.get(link);
        const text = await answer.text();
        assert.ok(text.includes(title) && text.includes(`id="${new URL(link).hash.slice(1)}"`), link);
      }
      await editor.close();
    }
  });

  it('show what becomes of a line that is pasted, and again when a setting changes', async () => {
    const editor = await Editor.open(browser, nodeRed.editor);
    const dialog = await editor.edit(await editor.addNode('serial-json-in', { x: 300, y: 100 }));
    await dialog.unfold();
    const lines = editor.page.locator('#serial-json-in-preview-text');
    const shown = async (what: string, ...parts: (string | RegExp)[]): Promise<void> => {
      await until(what, async () => {
        const text = await editor.page.locator('#serial-json-in-preview').innerText();
        return parts.every((part) => (typeof part === 'string' ? text.includes(part) : part.test(text)));
      });
    };
    await lines.fill('{"nodo":"comuna_15","t":+23,5,"h":nan}');
    await shown('the reading', '"nodo": "comuna_15"', '"t": 23.5', '"h": null', 't (+23,5)', 'h (nan)');
    await lines.fill('{"device":"m_esp","Temp 1":21.4}');
    await shown('why it is none', '✗ {"device":"m_esp","Temp 1":21.4}', 'no field names its node');
    await dialog.fill('nodeField', 'device');
    await dialog.fill('rename', 'Temp 1 = temperatura');
    await shown('the reading by its new names', '"nodo": "m_esp"', '"temperatura": 21.4');
    await dialog.fill('variables', 'temperatura: 40..-40');
    await shown('what is wrong with a setting', 'The field variables has "temperatura: 40..-40"');
    await lines.fill('');
    await shown('nothing', /^$/);
    await editor.close();
  });

  it('begin with a group that no other kafka-consumer has, and a topic-catalog with that of the first', async () => {
    const editor = await Editor.open(browser, nodeRed.editor);
    const groups: string[] = [];
    for (const [i, type] of [
      'kafka-consumer',
      'kafka-consumer',
      'kafka-consumer',
      'topic-catalog',
    ].entries()) {
      const dialog = await editor.edit(await editor.addNode(type, { x: 180, y: 60 + i * 80 }));
      groups.push(await dialog.field('groupId').inputValue());
      await dialog.done();
    }
    assert.deepEqual(groups, ['node-red', 'node-red-2', 'node-red-3', 'node-red']);
    await editor.close();
  });

  it('test a connection before it is saved, and say what to change', async () => {
    const [{ brokers }, { uri }] = await Promise.all([kafka(), database()]);
    const editor = await Editor.open(browser, nodeRed.editor);
    const producer = await editor.addNode('kafka-producer', { x: 300, y: 100 });
    const sink = await editor.addNode('mongo-sink', { x: 300, y: 220 });

    const producerDialog = await editor.edit(producer);
    await producerDialog.addConfig('cluster', async (dialog) => {
      await dialog.fill('brokers', '127.0.0.1:1');
      const [problem, ...others] = await dialog.testConnection();
      assert.match(problem ?? '', /^error: .*127\.0\.0\.1:1/);
      assert.deepEqual(others, []);
      await dialog.fill('brokers', brokers);
      assert.deepEqual(await dialog.findings(), [], 'what was found held for the other address');
      const found = await dialog.testConnection();
      assert.match(found[0] ?? '', /^good: Connected to the cluster \S+$/);
      assert.equal(found[1], `good: Brokers: 1 (${brokers})`);
    });
    await producerDialog.done();

    const sinkDialog = await editor.edit(sink);
    await sinkDialog.addConfig('database', async (dialog) => {
      await dialog.fill('uri', uri.replace('://', '://ana:secreto@'));
      await dialog.fill('database', 'editor');
      const fields = ['uri', 'username', 'password'].map((name) => dialog.field(name).inputValue());
      assert.deepEqual(await Promise.all(fields), [uri, 'ana', 'secreto'], 'a password in a URI is moved');
      const [refused] = await dialog.testConnection();
      assert.match(refused ?? '', /^error: .* refused the user or the password/);
      assert.doesNotMatch(refused ?? '', /secreto/);
      await dialog.fill('username', '');
      const found = await dialog.testConnection();
      assert.match(found[0] ?? '', /^good: Connected to .* version \d+\.\d+\.\d+, database editor$/);
      assert.equal(found[1], 'good: May read and write editor');
    });
    await sinkDialog.done();
    await editor.close();
  });

  for (const [title, locale, language, name] of [
    ['speak Spanish in a browser of Colombia', 'es-CO', 'es', 'Nombre'],
    ['speak English in a browser of the United States', 'en-US', 'en-US', 'Name'],
  ] as const) {
    it(`${title}, with every label on one line`, async () => {
      const editor = await Editor.open(browser, nodeRed.editor, locale);
      const check = async (type: string, dialog: Dialog): Promise<void> => {
        await dialog.unfold();
        const labels = await dialog.labels();
        assert.ok(labels.includes(name), `${type}: ${labels.join(', ')}`);
        const known = textsOf(language, type);
        assert.deepEqual(
          labels.filter((label) => !known.has(label)),
          [],
          `labels of ${type} that are not in its catalog`,
        );
        assert.deepEqual(await dialog.wrappedLabels(), [], `labels of ${type} on more than one line`);
      };
      for (const [i, type] of TYPES.entries()) {
        const id = await editor.addNode(type, { x: 180, y: 60 + i * 80 });
        const dialog = await editor.edit(id);
        await check(type, dialog);
        const config = CONFIGS[type];
        if (config) await dialog.addConfig(config.property, (opened) => check(config.type, opened));
        await dialog.done();
      }
      await editor.close();
    });
  }
});

/** All texts of a node's catalog. */
function textsOf(language: string, type: string): Set<string> {
  const file = path.join(ROOT, 'nodes', type, 'locales', language, `${type}.json`);
  const texts = new Set<string>();
  JSON.parse(readFileSync(file, 'utf8'), (_key, value: unknown) => {
    if (typeof value === 'string') texts.add(value);
    return value;
  });
  return texts;
}
