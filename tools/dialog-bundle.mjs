// How what a dialog does becomes the script of resources/ that its HTML loads.
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));

/** The nodes whose dialogs have a script of their own. */
export const DIALOGS = [
  'serial-json-in',
  'kafka-cluster',
  'mongo-database',
  'schema-registry',
  'kafka-producer',
  'kafka-consumer',
  'mongo-sink',
  'mongo-find',
  'topic-catalog',
];

/** @returns options for esbuild: what the file exports is window.serialKafkaMongo[type] in the editor */
export function dialogBundle(type) {
  return {
    entryPoints: [sourceOf(type)],
    outfile: path.join(root, 'resources', `${type}.js`),
    bundle: true,
    format: 'iife',
    globalName: `serialKafkaMongo["${type}"]`,
    target: 'es2020',
    tsconfig: path.join(root, 'nodes/dialogs/tsconfig.json'),
    logLevel: 'warning',
  };
}

function sourceOf(type) {
  return path.join(root, 'nodes/dialogs', `${type}.ts`);
}
