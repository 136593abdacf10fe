import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { readClusterConfig, type ClusterConfig } from '../../nodes/kafka-cluster/config';
import { readConsumerConfig, type ConsumerConfig } from '../../nodes/kafka-consumer/config';
import { readProducerConfig, type ProducerConfig } from '../../nodes/kafka-producer/config';
import { sinkSettings, type SinkConfig } from '../../nodes/mongo-sink/config';
import { renamedSettings } from '../../nodes/shared/renamed-settings';
import { mergeFlows, type FlowNode } from '../../stack/node-red/flows';
import { dialogOf, invalidProperties, type Dialog } from '../support/dialogs';

const ROOT = path.join(__dirname, '../..');
/** The nodes of the pipeline; the others are beside it. */
const PIPELINE = ['serial-json-in', 'kafka-producer', 'kafka-consumer', 'mongo-sink', 'topic-catalog'];
const NORMAL = [...PIPELINE, 'mongo-find'];
const CONFIG = ['kafka-cluster', 'mongo-database', 'schema-registry'];
/** Which no flow has that was saved so long ago. */
const NEWER = ['schema-registry', 'mongo-find'];
const EDITOR_ONLY = ['id', 'type', 'z', 'x', 'y', 'wires'];
const WITHOUT_PLACE = [...CONFIG, 'tab', 'ui_base', 'ui_tab', 'ui_group', 'ui-base', 'ui-theme', 'ui-page'];

const FLOWS = ['flows/edge.json', 'flows/edge-status.json', 'flows/server.json', 'flows/dashboard-2.json'];
const EXAMPLES = readdirSync(path.join(ROOT, 'examples'))
  .filter((file) => file.endsWith('.json'))
  .map((file) => `examples/${file}`);

/** @returns what a dialog saves today: a property without a value of its own is what an earlier version called it */
function todaysProperties({ defaults }: Dialog): string[] {
  const names = Object.keys(defaults).filter((name) => 'value' in (defaults[name] ?? {}));
  return names.sort();
}

function read(file: string): FlowNode[] {
  return JSON.parse(readFileSync(path.join(ROOT, file), 'utf8')) as FlowNode[];
}

for (const file of [...FLOWS, ...EXAMPLES]) {
  describe(file, () => {
    const nodes = read(file);
    const byId = new Map(nodes.map((node) => [node.id, node]));

    it('holds each id once, and stands on a tab of its own', () => {
      assert.equal(byId.size, nodes.length);
      const [tab, ...others] = nodes.filter(({ type }) => type === 'tab');
      assert.ok(tab && others.length === 0);
      for (const node of nodes.filter(({ type }) => !WITHOUT_PLACE.includes(type)))
        assert.equal(node.z, tab.id);
    });

    it('gives every node that is drawn its place, and no two the same', () => {
      const drawn = nodes.filter(({ type }) => !WITHOUT_PLACE.includes(type));
      for (const { id, x, y } of drawn) assert.ok(typeof x === 'number' && typeof y === 'number', id);
      assert.equal(new Set(drawn.map(({ x, y }) => `${x as number},${y as number}`)).size, drawn.length);
    });

    it('has wires that all lead somewhere', () => {
      for (const { id, wires } of nodes) {
        for (const target of ((wires as string[][] | undefined) ?? []).flat())
          assert.ok(byId.has(target), id);
      }
    });

    it('fills the dialogs of our nodes: all their properties, valid, and no others', () => {
      for (const node of nodes.filter(({ type }) => [...NORMAL, ...CONFIG].includes(type))) {
        const dialog = dialogOf(node.type);
        const properties = Object.keys(node).filter((name) => !EDITOR_ONLY.includes(name));
        assert.deepEqual(properties.sort(), todaysProperties(dialog), node.type);
        assert.deepEqual(invalidProperties(dialog, node), [], node.type);
        for (const [name, { type }] of Object.entries(dialog.defaults)) {
          if (type && node[name])
            assert.equal(byId.get(node[name] as string)?.type, type, `${node.type}.${name}`);
        }
        if (NORMAL.includes(node.type)) {
          assert.ok((node.wires as unknown[]).length <= (dialog.outputs ?? 0), node.type);
        }
      }
    });

    it('explains itself in a comment, catches errors and keeps no secret', () => {
      // The status page stands on the tab of the flow that it shows.
      const onTab = file === 'flows/edge-status.json' ? [...nodes, ...read('flows/edge.json')] : nodes;
      for (const type of ['comment', 'catch', 'debug'])
        assert.ok(
          onTab.some((node) => node.type === type),
          type,
        );
      assert.doesNotMatch(JSON.stringify(nodes), /"(credentials|password|username)":/);
    });

    it(
      file.startsWith('flows/') ? 'takes its addresses from the environment' : 'needs no environment',
      () => {
        const ours = nodes.filter(({ type }) => [...NORMAL, ...CONFIG].includes(type));
        const settings = ours.flatMap((node) => [
          node.brokers,
          node.uri,
          node.path,
          node.topics,
          node.type === 'kafka-producer' && node.topic,
        ]);
        for (const setting of settings.filter((value) => typeof value === 'string')) {
          assert.equal(/^\$\{[A-Z_]+\}$/.test(setting), file.startsWith('flows/'), setting);
        }
        if (file.startsWith('examples/')) assert.doesNotMatch(JSON.stringify(nodes), /\$\{/);
      },
    );
  });
}

/** Flows as people have saved them; one is added for each version of the properties, and none is ever changed. */
const SAVED = readdirSync(path.join(__dirname, 'saved')).map((file) => `test/flows/saved/${file}`);

const READERS: readonly [type: string, read: (node: FlowNode) => object][] = [
  ['kafka-cluster', (node) => readClusterConfig(node as ClusterConfig, {})],
  ['kafka-producer', (node) => readProducerConfig(node as ProducerConfig)],
  ['kafka-consumer', (node) => readConsumerConfig(node as ConsumerConfig)],
  ['mongo-sink', (node) => sinkSettings(node as unknown as SinkConfig)],
];
/** Two functions that do the same are not equal. */
const plain = (settings: object): unknown => JSON.parse(JSON.stringify(settings)) as unknown;

/** jQuery, as far as dialogs use it: `val()` keeps what is put into a field, by the property's name. */
function fieldsOf(fields: Map<string, unknown>): unknown {
  const $ = (selector: string): unknown => {
    const [, name = ''] = /#node(?:-config)?-input-(\w+)/.exec(selector) ?? [];
    const element: object = new Proxy(
      {},
      {
        get: (_target, method) => (value?: unknown) => {
          if (method !== 'val') return element;
          if (value === undefined) return fields.get(name);
          fields.set(name, value);
          return element;
        },
      },
    );
    return element;
  };
  return $;
}

describe('a flow saved in the past', () => {
  for (const file of SAVED) {
    const ours = read(file).filter(({ type }) => [...NORMAL, ...CONFIG].includes(type));

    it(`${path.basename(file)}: the dialogs of today take all of its properties for valid`, () => {
      assert.deepEqual(
        new Set(ours.map(({ type }) => type)),
        new Set([...NORMAL, ...CONFIG].filter((type) => !NEWER.includes(type))),
      );
      for (const node of ours) assert.deepEqual(invalidProperties(dialogOf(node.type), node), [], node.type);
    });

    it(`${path.basename(file)}: the dialogs of today know all of its properties`, () => {
      for (const node of ours) {
        const known = Object.keys(dialogOf(node.type).defaults);
        const properties = Object.keys(node).filter((name) => !EDITOR_ONLY.includes(name));
        assert.deepEqual(
          properties.filter((name) => !known.includes(name)),
          [],
          node.type,
        );
      }
    });
  }

  it('has its settings under the names of today once its dialog is saved, with the same values', () => {
    for (const node of SAVED.flatMap(read)) {
      const renamed = renamedSettings(node.type).filter(([before]) => before in node);
      if (renamed.length === 0) continue;
      const fields = new Map<string, unknown>();
      const saved: Record<string, unknown> = { ...node, _: (key: string) => key, _def: { defaults: {} } };
      const dialog = dialogOf(node.type, fieldsOf(fields));
      dialog.oneditprepare?.call(saved);
      dialog.oneditsave?.call(saved);
      for (const [before, now] of renamed) {
        assert.equal(fields.get(now), node[before], `${node.type}.${now}`);
        assert.ok(!(before in saved), `${node.type}.${before}`);
      }
      assert.equal(saved.version, dialog.defaults.version?.value);
    }
  });

  it('means to the node what it meant when it was saved', () => {
    const [one, two] = ['version 1', 'version 2'].map((name) => read(`test/flows/saved/${name}.json`));
    assert.ok(one && two);
    for (const [type, readConfig] of READERS) {
      const meant = (flow: FlowNode[]): unknown[] =>
        flow.filter((node) => node.type === type).map((node) => plain(readConfig(node)));
      assert.ok(meant(one).length > 0);
      assert.deepEqual(meant(one), meant(two), type);
    }
    const old = { name: '', topicRetention: '2', outboxMaxAge: '7', drainRate: 100 };
    const { newTopics, maxAgeMs, drainRecordsPerSecond } = readProducerConfig(old);
    assert.deepEqual([newTopics.retentionMs, maxAgeMs, drainRecordsPerSecond], [172_800_000, 7_000, 100]);
    assert.equal(
      readProducerConfig({ ...old, outboxMaxAgeSeconds: '9' }).maxAgeMs,
      9_000,
      "today's name counts",
    );
  });

  it('is there for each version that the dialogs have saved', () => {
    const newest = [...NORMAL, ...CONFIG].map((type) => dialogOf(type).defaults.version?.value as number);
    const saved = SAVED.flatMap((file) => read(file).map(({ version }) => version));
    for (let version = 1; version <= Math.max(...newest); version++) assert.ok(saved.includes(version));
  });
});

describe('the shipped flows and examples together', () => {
  for (const file of ['flows/edge.json', 'flows/dashboard-2.json']) {
    it(`${file} and the server's share config nodes only, with equal content, and merge`, () => {
      const [flow, server] = [read(file), read('flows/server.json')];
      const shared = flow.filter(({ id }) => server.some((node) => node.id === id));
      assert.ok(shared.length > 0);
      for (const node of shared) {
        assert.ok(CONFIG.includes(node.type), node.type);
        assert.ok(server.some((other) => isDeepStrictEqual(other, node)));
      }
      const merged = mergeFlows([flow, server]);
      assert.equal(merged.length, flow.length + server.length - shared.length);
      assert.equal(merged.filter(({ type }) => type === 'kafka-cluster').length, 1);
    });
  }

  it('the status page of an edge looks at the nodes of its flow, on the same tab', () => {
    const [edge, status] = [read('flows/edge.json'), read('flows/edge-status.json')];
    assert.equal(mergeFlows([edge, status]).length, edge.length + status.length - 1);
    for (const { scope } of status.filter(({ scope }) => scope !== undefined)) {
      for (const id of scope as string[]) assert.ok(edge.some((node) => node.id === id));
    }
  });

  it('hands stored readings from the server to Dashboard 2.0 over a link', () => {
    const sink = read('flows/server.json').find(({ type }) => type === 'mongo-sink');
    const [[stored]] = sink?.wires as [[string]];
    const out = read('flows/server.json').find(({ id }) => id === stored);
    const into = read('flows/dashboard-2.json').filter(({ id }) => (out?.links as string[]).includes(id));
    assert.deepEqual(
      into.map(({ type, links }) => [type, links]),
      [['link in', [stored]]],
    );
  });

  it('has links that know each other at both ends', () => {
    const files = [['flows/server.json', 'flows/dashboard-2.json'], ...EXAMPLES.map((example) => [example])];
    for (const nodes of files.map((group) => mergeFlows(group.map(read)))) {
      for (const { id, type, links } of nodes.filter(({ type }) => type.startsWith('link '))) {
        for (const other of links as string[]) {
          const end = nodes.find((node) => node.id === other);
          assert.equal(end?.type, type === 'link in' ? 'link out' : 'link in');
          assert.ok((end.links as string[]).includes(id));
        }
      }
    }
  });

  for (const [file, type, host] of [
    ['flows/server.json', 'ui_template', 'classic.html'],
    ['flows/dashboard-2.json', 'ui-template', 'dashboard-2.vue'],
  ] as const) {
    it(`the dashboard of ${file} hosts the page as topic-catalog says`, () => {
      const content = readFileSync(path.join(ROOT, 'nodes/topic-catalog/page/hosts', host), 'utf8');
      const [template, ...others] = read(file).filter((node) => node.type === type);
      assert.equal(others.length, 0);
      assert.equal(template?.format, content.trim());
    });
  }

  it('no two examples share an id, nor an example and a flow', () => {
    const ids = [...EXAMPLES, ...FLOWS].flatMap((file) =>
      [...new Set(read(file).map(({ id }) => id))].map((id) => ({ id, file })),
    );
    const seen = new Map<string, string>();
    for (const { id, file } of ids) {
      const other = seen.get(id);
      assert.ok(
        other === undefined || (other.startsWith('flows/') && file.startsWith('flows/')),
        `${file}, ${other}: ${id}`,
      );
      seen.set(id, file);
    }
  });

  it('there is one example for each node, and one of the whole pipeline', () => {
    const types = NORMAL.filter((type) => EXAMPLES.some((file) => file.endsWith(` ${type}.json`)));
    assert.deepEqual(types, NORMAL);
    const whole = read('examples/06 whole pipeline.json');
    for (const type of PIPELINE) assert.equal(whole.filter((node) => node.type === type).length, 1, type);
  });

  for (const [file, types] of [
    ['07 stock widgets', ['ui_dropdown', 'ui_table', 'ui_chart']],
    ['08 replay', ['inject', 'kafka-consumer', 'mongo-sink']],
    ['09 errors and dead letters', ['kafka-producer', 'kafka-consumer', 'function']],
  ] as const) {
    it(`the example ${file} has what it is about`, () => {
      const nodes = read(`examples/${file}.json`);
      for (const type of types)
        assert.ok(
          nodes.some((node) => node.type === type),
          type,
        );
    });
  }
});
