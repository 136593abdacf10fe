import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { ROOT } from '../../stack/paths';

/** The pages that stand in both languages: the English one, the Spanish one. */
const PAIRS = [
  ['README.md', 'README.es.md'],
  ['deploy/README.md', 'deploy/README.es.md'],
  ['firmware/README.md', 'firmware/README.es.md'],
  ['proteus/README.md', 'proteus/README.es.md'],
  ['docs/exercise-2021.md', 'docs/ejercicio-2021.md'],
  ['docs/first-hour.md', 'docs/primera-hora.md'],
  ['docs/guarantees.md', 'docs/garantias.md'],
  ['docs/migrating.md', 'docs/migrar.md'],
  ['docs/operation.md', 'docs/operacion.md'],
  ['docs/own-node-red.md', 'docs/su-node-red.md'],
  ['docs/settings.md', 'docs/ajustes.md'],
] as const;

const FENCED = /^```(?:sh|bash|console)?\n([^]*?)^```/gm;
const INDENTED = /^ {4}(\S.*)$/gm;
const INLINE = /`([^`\n]+)`/g;
/** The settings before it, the program, and all up to where a shell would end the command. */
const COMMAND = /(?:^|\s)((?:[A-Z_]+=\S+ )*(?:npm|npx|node|sudo|set|systemctl|docker|brew|curl) [^;&)]*)/;
/** Named in the reader's language. */
const PLACEHOLDER = /\b(?:FILE|ARCHIVO|NAME|NOMBRE|FOLDER|CARPETA)\b/g;

/** @returns what a page tells its readers to type, each as often as it stands there */
function commandsOf(page: string): string[] {
  const text = readFileSync(path.join(ROOT, page), 'utf8');
  const beside = text.replace(/^```[^]*?^```/gm, '');
  const lines = [
    ...[...text.matchAll(FENCED)].flatMap(([, block = '']) => block.split('\n')),
    ...[...beside.matchAll(INDENTED), ...beside.matchAll(INLINE)].map(([, line = '']) => line),
  ];
  return lines
    .flatMap((line) => COMMAND.exec(line.replace(/\s#.*$/, ''))?.[1]?.trim() ?? [])
    .map((command) => command.replace(PLACEHOLDER, '…'))
    .sort();
}

describe('a page in two languages', () => {
  for (const [english, spanish] of PAIRS) {
    it(`tells the same commands: ${english}, ${spanish}`, () => {
      assert.deepEqual(commandsOf(spanish), commandsOf(english));
    });
  }

  it('has commands that are found', () => {
    const found = PAIRS.flatMap(([english]) => commandsOf(english));
    assert.ok(found.length > 60, `${found.length}`);
    assert.ok(commandsOf('proteus/README.md').length > 4);
  });
});
