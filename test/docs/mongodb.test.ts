import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { ROOT } from '../../stack/paths';

const FOLDERS = ['mongo-database', 'mongo-sink', 'mongo-find', 'topic-catalog', 'shared'];
/** The methods of the driver's collections and databases by which something is sent (its API reference). */
const METHODS =
  /\.(aggregate|bulkWrite|command|countDocuments|createCollection|createIndex(?:es)?|createSearchIndex(?:es)?|delete(?:Many|One)|distinct|drop(?:Collection|Database|Index|Indexes|SearchIndex)?|estimatedDocumentCount|find(?:One)?(?:AndDelete|AndReplace|AndUpdate)?|indexes|indexExists|indexInformation|insert(?:Many|One)|isCapped|list(?:Collections|Databases|Indexes|SearchIndexes)|rename(?:Collection)?|replaceOne|runCursorCommand|startSession|stats|update(?:Many|One)|updateSearchIndex|watch|withTransaction)\(/g;
const OPERATORS = /(?<=[\s{'"`[])\$[a-z][A-Za-z]+(?=['"]?:)/g;

/** What runs in Node-RED: the page of the dashboard sends nothing to a database. */
function isSource(file: string): boolean {
  return file.endsWith('.ts') && !file.startsWith(`page${path.sep}`);
}

function sources(): string {
  return FOLDERS.flatMap((folder) => {
    const dir = path.join(ROOT, 'nodes', folder);
    const files = readdirSync(dir, { recursive: true, encoding: 'utf8' }).filter(isSource);
    return files.map((file) => readFileSync(path.join(dir, file), 'utf8'));
  }).join('\n');
}

/** What stands in backticks on a page. */
function listed(page: string): Set<string> {
  return new Set(Array.from(page.matchAll(/`([^`]+)`/g), ([, name]) => name ?? ''));
}

describe('docs/mongodb.md', () => {
  const page = listed(readFileSync(path.join(ROOT, 'docs', 'mongodb.md'), 'utf8'));
  const code = sources();

  it('lists each method by which the nodes send something to the database', () => {
    const used = new Set(Array.from(code.matchAll(METHODS), ([, name]) => name ?? ''));
    assert.ok(used.size > 10, [...used].join());
    assert.deepEqual(
      [...used].filter((name) => !page.has(name)),
      [],
    );
  });

  it('lists each operator that they use, and no other', () => {
    const used = new Set(Array.from(code.matchAll(OPERATORS), ([name]) => name));
    assert.deepEqual([...used].sort(), [...page].filter((name) => /^\$[a-z]+$/i.test(name)).sort());
  });
});
