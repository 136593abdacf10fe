import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { asksForHelp, readCommandLine } from '../../stack/command-line';
import { ROOT } from '../../stack/paths';

/** A command as a page has it: in a block of the shell, or in a line of text. */
interface Told {
  file: string;
  command: string;
}

/** Options that others give a meaning to, and the letters that stand for a choice. */
const PLACEHOLDER = /[|<>…]|\.\.\.|FILE|NAME|URI|\bN\b/;

const FOLDERS = ['docs', 'deploy', 'bench', 'firmware', 'proteus', 'nodes', 'stack', 'test'];

function pages(): string[] {
  const below = FOLDERS.flatMap((folder) =>
    readdirSync(path.join(ROOT, folder), { recursive: true, encoding: 'utf8' }).map((file) =>
      path.join(folder, file),
    ),
  );
  return [...readdirSync(ROOT), ...below].filter((file) => file.endsWith('.md') && file !== 'CHANGELOG.md');
}

function commandsIn(file: string): Told[] {
  const text = readFileSync(path.join(ROOT, file), 'utf8');
  const blocks = [...text.matchAll(/^```(?:sh|bash|console)?\n([^]*?)^```/gm)].flatMap(([, block = '']) =>
    block.split('\n'),
  );
  const inline = [...text.replace(/^```[^]*?^```/gm, '').matchAll(/`([^`\n]+)`/g)].map(
    ([, code = '']) => code,
  );
  return [...blocks, ...inline].flatMap((line) =>
    [...line.replace(/\s#.*$/, '').matchAll(/(?:^|[\s;&|(])(npm (?:run [\w:.-]+|start|test)\b[^;&)]*)/g)].map(
      ([, command = '']) => ({
        file,
        command: command.trim(),
      }),
    ),
  );
}

/** The words behind `--`, as a shell parts them. */
function optionsOf(command: string): string[] {
  const at = command.indexOf(' -- ');
  if (at < 0) return [];
  return [...command.slice(at + 4).matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].map(
    ([, one, two, three]) => one ?? two ?? three ?? '',
  );
}

describe('the commands that the pages tell', () => {
  const { scripts } = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8')) as {
    scripts: Record<string, string>;
  };
  const all = pages().flatMap(commandsIn);

  it('are found', () => assert.ok(all.length > 60, `${all.length}`));

  it('are scripts of this package', () => {
    const unknown = all.filter(({ command }) => {
      const name = /^npm (?:run )?([\w:.-]+)/.exec(command)?.[1];
      return name !== undefined && !(name in scripts);
    });
    assert.deepEqual(unknown, []);
  });

  it('have options that npm start takes', () => {
    for (const { file, command } of all) {
      if (!command.startsWith('npm start -- ') || PLACEHOLDER.test(command)) continue;
      const options = optionsOf(command);
      if (!asksForHelp(options)) assert.doesNotThrow(() => readCommandLine(options), `${file}: ${command}`);
    }
  });

  it('name tests that are there', () => {
    for (const { file, command } of all) {
      if (!command.startsWith('npm test -- ') || PLACEHOLDER.test(command)) continue;
      for (const option of optionsOf(command).filter((one) => !one.startsWith('-')))
        assert.ok(existsSync(path.join(ROOT, option)), `${file}: ${command}`);
    }
  });
});
