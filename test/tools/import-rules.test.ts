import assert from 'node:assert/strict';
import { ESLint } from 'eslint';
import { parser, plugin } from 'typescript-eslint';
import importRules from '../../tools/import-rules.mjs';
import { ROOT } from '../../stack/paths';

const eslint = new ESLint({
  cwd: ROOT,
  overrideConfigFile: true,
  overrideConfig: [
    { files: ['**/*.ts'], languageOptions: { parser }, plugins: { '@typescript-eslint': plugin } },
    ...importRules,
  ],
});

/** @returns what is said about one import in a file, which need not exist */
async function said(file: string, source: string): Promise<string[]> {
  const [result] = await eslint.lintText(`${source}\n`, { filePath: `${ROOT}/${file}` });
  return (result?.messages ?? []).map(({ message }) => message);
}

const REFUSED: readonly [what: string, file: string, source: string][] = [
  ["another node's logic", 'nodes/mongo-sink/sink.ts', "import { a } from '../kafka-consumer/consumer';"],
  ["another node's types", 'nodes/mongo-sink/sink.ts', "import type { A } from '../serial-json-in/types';"],
  [
    "another node's room from a room",
    'nodes/kafka-consumer/delivery/a.ts',
    "import { a } from '../../kafka-producer/record/record';",
  ],
  [
    "a config node's logic",
    'nodes/kafka-producer/sending/a.ts',
    "import { a } from '../../kafka-cluster/client';",
  ],
  [
    "the value of a config node's types",
    'nodes/kafka-producer/a.ts',
    "import { a } from '../kafka-cluster/types';",
  ],
  [
    "one config node's logic in the other",
    'nodes/mongo-database/client.ts',
    "import { a } from '../kafka-cluster/client';",
  ],
  ["the node's own file in its logic", 'nodes/mongo-sink/sink.ts', "import a from './mongo-sink';"],
  ["the node's own file in a room", 'nodes/mongo-sink/history/a.ts', "import a from '../mongo-sink';"],
  ['a node in what is shared', 'nodes/shared/a.ts', "import type { A } from '../kafka-cluster/types';"],
  ['the stack in a node', 'nodes/mongo-sink/a.ts', "import { a } from '../../stack/paths';"],
  [
    'the circuit in a node',
    'nodes/serial-json-in/port/a.ts',
    "import { a } from '../../../proteus/bench/uno';",
  ],
  ['the benchmarks in what is shared', 'nodes/shared/a.ts', "import { a } from '../../bench/support/rate';"],
  ['the tests in a node', 'nodes/kafka-cluster/client.ts', "import { a } from '../../test/support/until';"],
  [
    'the tests in the patched kafkajs',
    'nodes/kafka-cluster/patched-kafkajs/a.ts',
    "import { a } from '../../../test/support/until';",
  ],
  ['kafkajs as it comes', 'nodes/kafka-cluster/client.ts', "import { Kafka } from 'kafkajs';"],
  ["kafkajs' inside", 'nodes/kafka-cluster/consumer/a.ts', "import a from 'kafkajs/src/utils/long';"],
  ['Node-RED in a room', 'nodes/kafka-consumer/delivery/a.ts', "import type { Node } from 'node-red';"],
  ['the page in its node', 'nodes/topic-catalog/nodes.ts', "import { a } from './page/format';"],
  ["the node's logic in the page", 'nodes/topic-catalog/page/a.ts', "import { a } from '../values';"],
  ["the node's logic in a view", 'nodes/topic-catalog/page/views/a.ts', "import { a } from '../../values';"],
  ['a node in a dialog', 'nodes/dialogs/mongo-sink.ts', "import { a } from '../mongo-sink/config';"],
  ['a dialog in a node', 'nodes/mongo-sink/config.ts', "import { a } from '../dialogs/fields';"],
  ['a node in the stack', 'stack/node-red/flows.ts', "import { a } from '../../nodes/shared/clock';"],
  ['a node in the circuit', 'proteus/bench/uno.ts', "export * from '../../nodes/shared/clock';"],
];

const TAKEN: readonly [what: string, file: string, source: string][] = [
  ["a node's own logic", 'nodes/mongo-sink/mongo-sink.ts', "import { a } from './sink';"],
  ['one room in another', 'nodes/mongo-sink/history/a.ts', "import { a } from '../storing/document';"],
  ['what is shared', 'nodes/mongo-sink/history/a.ts', "import { a } from '../../shared/clock';"],
  ["a config node's types", 'nodes/mongo-sink/sink.ts', "import type { A } from '../mongo-database/types';"],
  [
    "a config node's types in a room",
    'nodes/kafka-consumer/delivery/a.ts',
    "import type { A } from '../../kafka-cluster/types';",
  ],
  ['what is shared in a dialog', 'nodes/dialogs/a.ts', "import { a } from '../shared/topic-name';"],
  ["kafkajs' types", 'nodes/kafka-cluster/client.ts', "import type { Kafka } from 'kafkajs';"],
  [
    'kafkajs where it is patched',
    'nodes/kafka-cluster/patched-kafkajs/index.ts',
    "import { Kafka } from 'kafkajs';",
  ],
  [
    "Node-RED's types in a node's file",
    'nodes/mongo-sink/mongo-sink.ts',
    "import type { Node } from 'node-red';",
  ],
  [
    'the contract in a view',
    'nodes/topic-catalog/page/views/a.ts',
    "import type { A } from '../../contract';",
  ],
  ["the page's own in a view", 'nodes/topic-catalog/page/views/a.ts', "import { a } from '../format';"],
  [
    'the nodes in the benchmarks',
    'bench/history/main.ts',
    "import { a } from '../../nodes/topic-catalog/catalog';",
  ],
];

describe('the rules on imports', () => {
  for (const [what, file, source] of REFUSED) {
    it(`refuse ${what}`, async () => {
      const messages = await said(file, source);
      assert.equal(messages.length, 1, messages.join('\n'));
      assert.match(messages[0] ?? '', /is restricted from being used/);
    });
  }

  for (const [what, file, source] of TAKEN) {
    it(`take ${what}`, async () => assert.deepEqual(await said(file, source), []));
  }
});
