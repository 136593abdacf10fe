import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { ROOT } from '../../stack/paths';

const NODES = path.join(ROOT, 'nodes');
/** The pages that say what a setting does to a promise, and the language of the dialogs that they name. */
const PAGES = [
  ['docs/delivery.md', 'en-US'],
  ['docs/guarantees.md', 'en-US'],
  ['docs/garantias.md', 'es'],
  ['docs/schema-registry.md', 'en-US'],
  ['docs/registro-de-esquemas.md', 'es'],
] as const;
/** Node-RED's own. */
const OF_THE_EDITOR = ['import > examples', 'importar > ejemplos', 'tls-config'];

/** @returns what stands in italics, in small letters, without links */
function italicsOf(page: string): string[] {
  const text = readFileSync(path.join(ROOT, page), 'utf8');
  return [...text.matchAll(/(?<![*\\\w])\*(?!\*)([^*\n|]+)\*(?!\*)/g)]
    .map(([, italic = '']) => italic.toLowerCase())
    .filter((italic) => !italic.startsWith('['));
}

/** @returns all texts of the dialogs, in small letters */
function textsOf(language: string): string[] {
  const files = readdirSync(NODES)
    .map((type) => path.join(NODES, type, 'locales', language, `${type}.json`))
    .filter((file) => existsSync(file));
  return files.flatMap((file) => leavesOf(JSON.parse(readFileSync(file, 'utf8'))));
}

function leavesOf(value: unknown): string[] {
  return typeof value === 'string' ? [value.toLowerCase()] : Object.values(value as object).flatMap(leavesOf);
}

describe('the settings that the pages about the guarantee name', () => {
  for (const [page, language] of PAGES) {
    it(`are called so in the dialogs: ${page}`, () => {
      const types = readdirSync(NODES);
      const texts = textsOf(language);
      const begins = (name: string): boolean => texts.some((text) => text.startsWith(name));
      // A setting, what may be chosen for one, or both behind each other.
      const isKnown = (name: string): boolean =>
        begins(name) ||
        texts.some((text) => name.startsWith(`${text} `) && begins(name.slice(text.length + 1)));
      const names = italicsOf(page).filter((name) => !OF_THE_EDITOR.includes(name) && !types.includes(name));
      assert.notDeepEqual(names, []);
      assert.deepEqual(
        names.filter((name) => !isKnown(name)),
        [],
      );
    });
  }
});
