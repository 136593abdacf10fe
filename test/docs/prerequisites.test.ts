import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { ROOT } from '../../stack/paths';
import { PACKAGES } from '../../stack/programs';

/** The rows of the table that says what is installed how. */
const ROWS = { debian: 'Debian, Ubuntu', fedora: 'Fedora', macos: 'macOS' } as const;

describe('what the READMEs say has to be installed', () => {
  for (const file of ['README.md', 'README.es.md']) {
    for (const [system, begin] of Object.entries(ROWS) as [keyof typeof ROWS, string][]) {
      it(`${file} names for ${begin} each package that the programs ask for`, () => {
        const row = readFileSync(path.join(ROOT, file), 'utf8')
          .split('\n')
          .find((line) => line.startsWith(`| ${begin}`));
        const named = new Set(row?.match(/[\w-]+/g));
        const wanted = Object.values(PACKAGES).map((of) => of[system]);
        assert.deepEqual(
          wanted.filter((name) => !named.has(name)),
          [],
        );
      });
    }
  }
});
