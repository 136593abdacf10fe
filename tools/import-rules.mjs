// What may import what, as rules that ESLint holds everyone to: a node's file -> its own logic -> nodes/shared.

import { readdirSync } from 'node:fs';

const CONFIG_NODES = ['kafka-cluster', 'mongo-database', 'schema-registry'];
/** What is no node, but used by nodes or beside them. */
const PARTS = ['shared', 'dialogs', 'guard', 'vendored'];
const NODES = readdirSync(new URL('../nodes/', import.meta.url)).filter((name) => !PARTS.includes(name));
const PATCHED_KAFKAJS = 'nodes/kafka-cluster/patched-kafkajs/**';

/** A path from a file up to one of these folders or files of another. */
const upTo = (names, rest = '(?:/|$)') => `^(?:\\.\\./)+(?:${names.join('|')})${rest}`;

const outside = {
  regex: upTo(['stack', 'proteus', 'bench', 'test', 'tools', 'flows', 'examples']),
  message: 'What is in the package imports nothing from outside of nodes/.',
};
const anyNode = {
  regex: upTo(NODES),
  message: 'What is used by several nodes knows none of them.',
};
const dialogs = {
  regex: upTo(['dialogs']),
  message: 'The dialogs run in the editor: what the runtime knows too is in nodes/shared.',
};
const kafkajs = {
  group: ['kafkajs', 'kafkajs/**'],
  allowTypeImports: true,
  // What is loaded before it is patched stays as it was.
  message: 'Import it from nodes/kafka-cluster/patched-kafkajs.',
};
const nodeRed = {
  group: ['node-red', 'node-red/**'],
  message: "Logic knows nothing of Node-RED: that is for the node's own file.",
};

/** The paths out of a node's folder that lead into another node's. */
function otherNodes(node) {
  const others = NODES.filter((name) => name !== node && !CONFIG_NODES.includes(name));
  const configNodes = CONFIG_NODES.filter((name) => name !== node);
  const message =
    "Of other nodes only the config nodes' types are known: what several nodes use is in nodes/shared.";
  return [
    { regex: upTo(others), message },
    { regex: upTo(configNodes, '(?:/|$)(?!types$)'), message },
    {
      regex: upTo(configNodes, '/types$'),
      allowTypeImports: true,
      message: "Of a config node only its types are known, and the node is found by Node-RED: 'import type'.",
    },
    {
      regex: `^(?:\\./|(?:\\.\\./)+)${node}$`,
      message: "The node's own file is what Node-RED loads: nothing else imports it.",
    },
  ];
}

const page = {
  regex: '^\\./page/',
  message: 'The page runs in the browser: what both know is in contract.ts.',
};
const ofPage = [outside, ...otherNodes('topic-catalog'), kafkajs, nodeRed];
/** @param out what leads from a file of the page to the node's folder */
const beyondContract = (out) => ({
  regex: `^${out}(?!contract$|\\.\\./shared/)`,
  message: 'Of the node the page knows contract.ts alone.',
});
const STACK = 'The stack knows nothing of what runs on it.';
const PROTEUS = 'The circuit and its bench know nothing of what reads them.';

const rule = (files, patterns, ignores = []) => ({
  files,
  ignores,
  rules: { '@typescript-eslint/no-restricted-imports': ['error', { patterns }] },
});

/** A later entry takes the place of an earlier one for the files of both. */
export default [
  rule(
    ['shared', 'guard', 'vendored'].map((part) => `nodes/${part}/**/*.ts`),
    [outside, anyNode, dialogs, kafkajs],
  ),
  rule(['nodes/dialogs/**/*.ts'], [outside, anyNode, kafkajs, nodeRed]),
  ...NODES.flatMap((node) => {
    const patterns = [outside, dialogs, ...otherNodes(node)];
    return [
      rule([`nodes/${node}/**/*.ts`], [...patterns, kafkajs], [PATCHED_KAFKAJS]),
      rule([`nodes/${node}/*/**/*.ts`], [...patterns, kafkajs, nodeRed], [PATCHED_KAFKAJS]),
    ];
  }),
  rule([PATCHED_KAFKAJS], [outside, ...otherNodes('kafka-cluster'), nodeRed]),
  // The page runs in the browser.
  rule(['nodes/topic-catalog/*.ts'], [outside, ...otherNodes('topic-catalog'), kafkajs, page]),
  rule(['nodes/topic-catalog/page/*.ts'], [...ofPage, beyondContract('\\.\\./')]),
  rule(['nodes/topic-catalog/page/*/*.ts'], [...ofPage, beyondContract('\\.\\./\\.\\./')]),
  // Both would serve another program as well.
  rule(['stack/**/*.ts'], [{ regex: upTo(['nodes', 'proteus', 'bench', 'test']), message: STACK }]),
  rule(['proteus/**/*.ts'], [{ regex: upTo(['nodes', 'stack', 'test']), message: PROTEUS }]),
];
