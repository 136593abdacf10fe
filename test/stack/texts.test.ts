import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { ROOT } from '../../stack/paths';
import { languageOf, t } from '../../stack/texts/texts.mjs';

type Catalog = Record<string, string | string[]>;

function catalog(language: string): Catalog {
  return JSON.parse(readFileSync(path.join(ROOT, 'stack', 'texts', `${language}.json`), 'utf8')) as Catalog;
}

function placeholdersIn(text: string | string[] = ''): string[] {
  return [
    ...new Set(
      [
        ...[text]
          .flat()
          .join('\n')
          .matchAll(/__([a-zA-Z]+)__/g),
      ].map(([, name]) => name!),
    ),
  ].sort();
}

/** The programs that speak to the terminal. */
function sources(): string[] {
  return globSync(['stack/**/*.{ts,mjs}', 'tools/**/*.{ts,mjs}'], { cwd: ROOT }).map((file) =>
    readFileSync(path.join(ROOT, file), 'utf8'),
  );
}

describe("the terminal's texts", () => {
  const english = catalog('en');
  const spanish = catalog('es');

  it('are the same in both languages, with the same things filled in', () => {
    assert.deepEqual(Object.keys(spanish), Object.keys(english));
    for (const [key, text] of Object.entries(english))
      assert.deepEqual(placeholdersIn(spanish[key]), placeholdersIn(text), key);
  });

  it('are those that the programs ask for, and no others', () => {
    const code = sources().join('\n');
    const asked = [...code.matchAll(/(?<![\w.])t\(\s*'([^']+)'/g)].map(([, key]) => key!);
    assert.deepEqual(
      asked.filter((key) => !Object.hasOwn(english, key)),
      [],
    );
    // Some are asked for by the part behind the point.
    const named = (key: string): boolean =>
      code.includes(`'${key}'`) || code.includes(`'${key.slice(key.indexOf('.') + 1)}'`);
    assert.deepEqual(
      Object.keys(english).filter((key) => !named(key)),
      [],
    );
  });

  it('are in the language that the first of LC_ALL, LC_MESSAGES and LANG names', () => {
    for (const [env, language] of [
      [{}, 'en'],
      [{ LANG: 'es_CO.UTF-8' }, 'es'],
      [{ LANG: 'es' }, 'es'],
      [{ LANG: 'es_ES@euro', LC_MESSAGES: '' }, 'es'],
      [{ LANG: 'est_EE' }, 'en'],
      [{ LANG: 'es_CO.UTF-8', LC_MESSAGES: 'en_US.UTF-8' }, 'en'],
      [{ LANG: 'de_DE.UTF-8', LC_MESSAGES: 'es_MX.UTF-8' }, 'es'],
      [{ LANG: 'es_CO.UTF-8', LC_MESSAGES: 'es_CO.UTF-8', LC_ALL: 'C.UTF-8' }, 'en'],
    ] as const)
      assert.equal(languageOf(env), language, JSON.stringify(env));
  });

  it('get what they are given, whatever stands in it, and several lines one below the other', () => {
    const env = { LANG: 'es_CO.UTF-8' };
    assert.equal(t('setting.no-file', { file: '$& __file__' }, env), 'no existe el archivo $& __file__');
    assert.match(t('backup.usage', {}, env), /^npm run backup .*\nnpm run restore /);
    assert.throws(() => t('nothing.such', {}, env), /nothing\.such/);
  });

  const inSpanish = { ...process.env, LC_ALL: '', LC_MESSAGES: '', LANG: 'es_CO.UTF-8' };
  const call = (...args: string[]): string[] => ['--require', 'tsx/cjs', ...args];

  it('are Spanish on a Spanish terminal, of a start that is refused too', () => {
    const help = execFileSync(process.execPath, call('stack/main.ts', '--help'), {
      cwd: ROOT,
      env: inSpanish,
      encoding: 'utf8',
    });
    assert.match(help, /^npm start +pone todo en marcha/);
    const { stderr, status } = spawnSync(process.execPath, call('stack/main.ts', '--role', 'x'), {
      cwd: ROOT,
      env: inSpanish,
      encoding: 'utf8',
    });
    assert.equal(status, 1);
    assert.match(stderr, /^--role: "x" no es ninguno de: all, edge, server\nuso: npm start -- /);
  });

  it('are Spanish where npm start, the doctor, the service and the backup speak', () => {
    for (const [args, wanted] of [
      [['tools/doctor.ts'], /^(?:bien|MAL ) Node\.js v\S+ ejecuta los programas/],
      [['tools/service.ts', '--help'], /^npm run service -- install +ejecuta npm start/],
      [['tools/service.ts', 'install', '--dry-run', '--user', 'nodered'], /se haría esto: crear/],
      [['tools/backup.ts', 'backup', '--help'], /empaqueta DATA_DIR en ARCHIVO/],
      [['tools/inside.ts', '--help'], /muestra topics, particiones, líderes y grupos/],
    ] as const) {
      const { stdout } = spawnSync(process.execPath, call(...args), {
        cwd: ROOT,
        env: inSpanish,
        encoding: 'utf8',
      });
      assert.match(stdout, wanted, args.join(' '));
    }
  });
});
