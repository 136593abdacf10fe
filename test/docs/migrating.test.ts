import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';

const ROOT = path.join(__dirname, '../..');
const NODES = [
  'kafka-cluster',
  'kafka-consumer',
  'kafka-producer',
  'mongo-database',
  'mongo-find',
  'mongo-sink',
  'serial-json-in',
];

function labelsOf(node: string, language: string): string[] {
  const file = path.join(ROOT, 'nodes', node, 'locales', language, `${node}.json`);
  const catalog = JSON.parse(readFileSync(file, 'utf8')) as Record<string, { label: Record<string, string> }>;
  return Object.values(catalog[node]?.label ?? {});
}

for (const [file, language] of [
  ['docs/migrating.md', 'en-US'],
  ['docs/migrar.md', 'es'],
] as const) {
  describe(file, () => {
    const [, ...sections] = readFileSync(path.join(ROOT, file), 'utf8').split(/^## /m);

    it('tells of the packages that are used most', () => assert.equal(sections.length, 6));

    for (const section of sections) {
      const [heading = ''] = section.split('\n');
      it(`names settings as the dialogs label them: ${heading}`, () => {
        const labels = NODES.filter((node) => heading.includes(node)).flatMap((node) =>
          labelsOf(node, language),
        );
        const named = [...section.matchAll(/\*\*([^*]+)\*\*/g)].map(([, label]) => label ?? '');
        assert.ok(named.length > 3);
        assert.deepEqual(
          named.filter((label) => !labels.includes(label)),
          [],
        );
      });
    }
  });
}
