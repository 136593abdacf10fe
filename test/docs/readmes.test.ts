import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { ROOT } from '../../stack/paths';

const NODES = path.join(ROOT, 'nodes');
/** Has a README of its own. */
const PAGE = 'page/';

describe('the READMEs of the nodes', () => {
  for (const type of readdirSync(NODES).filter((name) => existsSync(path.join(NODES, name, 'README.md')))) {
    it(`of ${type} names each of its files, and none that is not there`, () => {
      const files = readdirSync(path.join(NODES, type), { recursive: true, encoding: 'utf8' })
        .filter((file) => file.endsWith('.ts') && !file.endsWith('.d.ts') && !file.startsWith(PAGE))
        .map((file) => path.basename(file));
      const text = readFileSync(path.join(NODES, type, 'README.md'), 'utf8');
      const named = [...text.matchAll(/`(?:[\w-]+\/)*([\w-]+\.ts)`/g)].map(([, file]) => file);
      assert.deepEqual(
        files.filter((file) => !named.includes(file)),
        [],
        'not named',
      );
      assert.deepEqual(
        named.filter((file) => !files.includes(file ?? '')),
        [],
        'not there',
      );
    });
  }
});
