import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { PACKAGE_NAME } from '../../../nodes/shared/package-name';
import type { FlowNode } from '../../../stack/node-red/flows';
import { ROOT } from '../../../stack/paths';
import { ask, askForSocket } from '../../security/support/foreign';
import { nodeOf, withSettings } from '../../support/flow-settings';
import { EXAMPLE_RUNS, EXPECTED_ERRORS, EXPECTED_WARNING } from './example-runs';
import { Home } from './home';
import type { Versions } from './versions';

export const TYPES = [
  ...['kafka-cluster', 'mongo-database', 'schema-registry'],
  ...['serial-json-in', 'kafka-producer', 'kafka-consumer', 'mongo-sink', 'mongo-find', 'topic-catalog'],
  ...['ui_serial_kafka_mongo', 'ui-serial-kafka-mongo'],
];
const SAVED_FLOWS = path.join(ROOT, 'test', 'flows', 'saved');
const EXAMPLES = readdirSync(path.join(ROOT, 'examples')).sort();
/** What the comment of an example says that it needs besides, in the versions that the checkout has. */
const PACKAGES_OF_EXAMPLES = ['node-red-dashboard', 'node-red-node-ui-table'].map(
  (name) => `${name}@${versionOf(name)}`,
);

/** What stands beside ours in the Node-RED of somebody who has built with serial lines, Kafka, MongoDB and dashboards before. */
const NEIGHBOURS = {
  'node-red-node-serialport': '2.0.3',
  'node-red-contrib-mongodb4': '3.4.0',
  'node-red-contrib-kafkajs': '0.0.7',
  '@flowfuse/node-red-dashboard': versionOf('@flowfuse/node-red-dashboard'),
  'node-red-dashboard': versionOf('node-red-dashboard'),
};

/** Mocha tests of the package in someone's Node-RED, put there in both of the ways there are. */
export function describeAtHome(versions: Versions, tarball: () => string): void {
  describe(`in Node-RED ${versions.nodeRed} on Node.js ${versions.node}`, function () {
    this.timeout(600_000);

    describe('installed by npm', () => {
      let home: Home;

      before(async () => {
        home = await Home.prepare(versions);
        const neighbours = Object.entries(NEIGHBOURS).map(([name, version]) => `${name}@${version}`);
        await home.nodeRed.npmInstall(tarball(), ...PACKAGES_OF_EXAMPLES, ...neighbours);
        await home.nodeRed.addToSettings(`require('${PACKAGE_NAME}').protect(module.exports);`);
        await home.start();
      });

      after(() => home?.dispose());

      it('has loaded all its nodes', () => assertLoaded(home));

      it('lets no page of another website in, since settings.js asks for that', async () => {
        const { url } = home.nodeRed;
        for (const headers of [{ origin: 'http://evil.example' }, { host: 'evil.example' }] as Record<
          string,
          string
        >[]) {
          for (const place of ['/', '/flows', '/ui/', '/ui/socket.io/?EIO=4&transport=polling'])
            assert.equal((await ask(url + place, { headers })).status, 403, place);
          for (const place of ['/comms', '/ui/socket.io/?EIO=4&transport=websocket'])
            assert.equal((await askForSocket(url + place, headers)).status, 403, place);
        }
      });

      it('shares no type with the packages beside it, whose nodes are all loaded too', async () => {
        const sets = await home.api.nodeSets();
        for (const name of Object.keys(NEIGHBOURS)) {
          const theirs = sets.filter(({ module }) => module === name);
          assert.ok(theirs.length > 0, name);
          assert.deepEqual(
            theirs.filter(({ enabled, err }) => !enabled || err !== undefined),
            [],
          );
        }
        const types = sets.flatMap((set) => set.types);
        assert.deepEqual(
          types.filter((type, i) => types.indexOf(type) !== i),
          [],
        );
      });

      it('uses a kafkajs of its own, and leaves that of the packages beside it as it is', () => {
        const modules = path.join(home.nodeRed.userDir, 'node_modules');
        assert.ok(existsSync(path.join(modules, 'kafkajs')), 'node-red-contrib-kafkajs brings one');
        assert.ok(existsSync(path.join(modules, PACKAGE_NAME, 'node_modules', 'kafkajs')), 'so does ours');
      });

      it('gives the editor its texts and its help in English and in Spanish', async () => {
        for (const [language, title] of [
          ['en-US', 'Name'],
          ['es', 'Nombre'],
        ] as const) {
          const catalogs = await home.api.get<Record<string, unknown>>(`/nodes/messages?lng=${language}`);
          const help = await home.api.request('/nodes', {
            headers: { accept: 'text/html', 'accept-language': language },
          });
          for (const type of TYPES) {
            assert.ok(
              JSON.stringify(catalogs[`${PACKAGE_NAME}/${type}`]).includes(`"${title}"`),
              `texts of ${type} in ${language}`,
            );
            assert.ok(help.includes(`data-help-name="${type}"`), `help of ${type} in ${language}`);
          }
        }
      });

      for (const example of EXAMPLES) {
        it(`runs the example ${path.basename(example, '.json')}`, () => runExample(home, example));
      }

      for (const file of readdirSync(SAVED_FLOWS)) {
        it(`runs the flow ${path.basename(file, '.json')}, saved in the past`, async () => {
          const saved = JSON.parse(readFileSync(path.join(SAVED_FLOWS, file), 'utf8')) as FlowNode[];
          await runFlow(home, saved, '06 whole pipeline.json');
        });
      }

      it('serves the script of its dialogs, and the page of the dashboard', async () => {
        const script = await home.api.request(`/resources/${PACKAGE_NAME}/kafka-cluster.js`);
        assert.match(script, /serialKafkaMongo/);
        assert.ok((await home.api.request('/serial-kafka-mongo/dashboard.js')).length > 10_000);
      });
    });

    describe('uploaded in the palette manager', () => {
      let home: Home;

      before(async () => {
        home = await Home.prepare(versions);
        await home.start();
      });

      after(() => home?.dispose());

      it('is there at once, without a restart', async () => {
        await home.nodeRed.upload(home.api, tarball());
        await assertLoaded(home);
        assert.match((await home.nodeRed.dependencies())[PACKAGE_NAME] ?? '', /\.tgz$/);
      });

      it('brings a reading from the board to the database', async () => {
        await runExample(home, '06 whole pipeline.json');
        const [reading] = await home.storedReadings();
        assert.ok(reading);
        assert.equal(reading.nodo, 'comuna_15');
        assert.equal(reading.radiacion, 1997.07);
        assert.match(String(reading.readingId), /^[0-9a-f-]{36}$/);
      });
    });
  });
}

async function assertLoaded(home: Home): Promise<void> {
  const ours = (await home.api.nodeSets()).filter(({ module }) => module === PACKAGE_NAME);
  assert.deepEqual(
    ours.filter(({ enabled, err }) => !enabled || err !== undefined),
    [],
  );
  assert.deepEqual(ours.flatMap(({ types }) => types).sort(), [...TYPES].sort());
  assert.deepEqual(home.nodeRed.troubles, []);
}

/** Takes the example out of the installed package, as the menu does, puts the addresses in, deploys and uses it. */
async function runExample(home: Home, file: string): Promise<void> {
  const { api } = home;
  const name = path.basename(file, '.json');
  const example = await api.get<FlowNode[]>(
    `/library/examples/flows/${PACKAGE_NAME}/${encodeURIComponent(name)}`,
  );
  await runFlow(home, example, file);
}

/** @param file of the example that the flow is, or was */
async function runFlow(home: Home, example: FlowNode[], file: string): Promise<void> {
  const { api, settings } = home;
  const flow = withSettings(example, settings);
  const run = EXAMPLE_RUNS[file];
  assert.ok(run, `${file} has no run in example-runs.ts`);
  await api.deploy(flow);
  await run(home, flow);
  const errors = nodeOf(flow, 'debug', 'error').id;
  assert.deepEqual(
    api.debugMessages.filter(({ id, value }) => id === errors && !EXPECTED_ERRORS[file]?.test(String(value))),
    [],
    'what the catch node of the example shows',
  );
  const troubles = home.nodeRed.troubles.filter((line) => !EXPECTED_WARNING.test(line));
  assert.deepEqual(troubles, [], 'warnings and errors in the log');
}

function versionOf(name: string): string {
  const file = path.join(ROOT, 'node_modules', name, 'package.json');
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}
