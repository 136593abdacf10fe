import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { ROOT } from '../../stack/paths';

const NODES = path.join(ROOT, 'nodes');
const TYPES = readdirSync(NODES).filter((name) => existsSync(path.join(NODES, name, 'locales')));
const LANGUAGES = ['en-US', 'es'] as const;

type Catalog = ReadonlyMap<string, string>;

/** @returns the texts of a node by their full keys */
function catalogOf(type: string, language: string): Catalog {
  const file = path.join(NODES, type, 'locales', language, `${type}.json`);
  return new Map(flat(JSON.parse(readFileSync(file, 'utf8')) as object));
}

function flat(value: object, prefix = ''): [string, string][] {
  return Object.entries(value).flatMap(([name, inner]: [string, unknown]): [string, string][] =>
    typeof inner === 'string' ? [[prefix + name, inner]] : flat(inner as object, `${prefix}${name}.`),
  );
}

const placeholdersOf = (text: string): string[] => (text.match(/__\w+?__/g) ?? []).sort();
/** A plural has its own text beside the one it stands for; see i18next. */
const withoutPlural = (key: string): string => key.replace(/_(?:one|other|many|plural)$/, '');

/** What the code asks for: whole keys, and the beginnings of those that it puts together. */
function askedFor(): { whole: Set<string>; beginnings: Set<string> } {
  const whole = new Set<string>();
  const beginnings = new Set<string>();
  const key = new RegExp(`(?<![\\w/-])((?:${TYPES.join('|')})\\.[\\w.-]*)(\\$\\{)?`, 'g');
  for (const file of readdirSync(NODES, { recursive: true, encoding: 'utf8' })) {
    if (!/\.(?:ts|html)$/.test(file) || file.includes('locales')) continue;
    for (const [, name = '', more] of readFileSync(path.join(NODES, file), 'utf8').matchAll(key)) {
      // What a user of the editor may do has such a name too.
      if (/\.(?:read|write)$/.test(name)) continue;
      if (more || name.endsWith('.')) beginnings.add(name);
      else whole.add(name);
    }
  }
  return { whole, beginnings };
}

describe('the catalogs', () => {
  const asked = askedFor();

  for (const type of TYPES) {
    const [english, spanish] = LANGUAGES.map((language) => catalogOf(type, language)) as [Catalog, Catalog];

    it(`of ${type} have the same texts in both languages, with the same things filled in`, () => {
      assert.deepEqual([...spanish.keys()].sort(), [...english.keys()].sort());
      for (const [name, text] of english) {
        assert.deepEqual(placeholdersOf(spanish.get(name) ?? ''), placeholdersOf(text), name);
      }
    });

    it(`of ${type} hold what the code asks for, and nothing else`, () => {
      const keys = new Set([...english.keys()].map(withoutPlural));
      const ownOf = (names: Set<string>): string[] =>
        [...names].filter((name) => name.startsWith(`${type}.`));
      const beginnings = ownOf(asked.beginnings);
      const missing = ownOf(asked.whole).filter(
        (name) => !keys.has(name) && ![...keys].some((known) => known.startsWith(`${name}.`)),
      );
      assert.deepEqual(missing, [], 'asked for, but in no catalog');
      const open = beginnings.filter((start) => ![...keys].some((name) => name.startsWith(start)));
      assert.deepEqual(open, [], 'the beginning of no text');
      const unused = [...keys].filter(
        (name) => !asked.whole.has(name) && !beginnings.some((start) => name.startsWith(start)),
      );
      assert.deepEqual(unused, [], 'in the catalog, but never asked for');
    });

    it(`of ${type} leave it to Node-RED to say whose error it is`, () => {
      const named = [...english, ...spanish].filter(([, text]) =>
        TYPES.some((one) => text.startsWith(`${one}: `)),
      );
      assert.deepEqual(named, []);
    });
  }
});
