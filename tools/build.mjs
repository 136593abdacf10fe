// Builds dist/: the nodes' JavaScript, their dialogs and locales, and the dashboard page as one file; and in resources/,
// which Node-RED serves to its editor, what the dialogs do.
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { writeNotices } from './notices.mjs';
import { completeMark } from './build-mark.mjs';
import { DIALOGS, dialogBundle } from './dialog-bundle.mjs';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const page = path.join(root, 'nodes/topic-catalog/page/main.ts');
const typescript = path.dirname(createRequire(import.meta.url).resolve('typescript/package.json'));

rmSync(completeMark(root), { force: true });
rmSync(path.join(root, 'dist'), { recursive: true, force: true });
execFileSync(
  process.execPath,
  [path.join(typescript, 'bin/tsc'), '-p', path.join(root, 'tsconfig.build.json')],
  {
    stdio: 'inherit',
  },
);
cpSync(path.join(root, 'nodes'), path.join(root, 'dist/nodes'), {
  recursive: true,
  filter: (source) =>
    !source.endsWith('.ts') &&
    !source.endsWith('.md') &&
    !['page', 'dialogs'].includes(path.basename(source)),
});
// Small libraries of which a file each is taken along, so that people install none of them.
const vendored = path.join(root, 'nodes/vendored');
const { metafile } = await build({
  metafile: true,
  entryPoints: readdirSync(vendored)
    .filter((file) => /(?<!\.d)\.ts$/.test(file))
    .map((file) => path.join(vendored, file)),
  outdir: path.join(root, 'dist/nodes/vendored'),
  bundle: true,
  minify: true,
  platform: 'node',
  format: 'cjs',
  target: 'node20',
  legalComments: 'eof',
  logLevel: 'warning',
});
const metafiles = [metafile];
if (existsSync(page)) {
  const built = await build({
    metafile: true,
    entryPoints: [page],
    outfile: path.join(root, 'dist/nodes/topic-catalog/page.js'),
    bundle: true,
    minify: true,
    format: 'iife',
    target: 'es2022',
    legalComments: 'eof',
    loader: { '.css': 'text' },
    logLevel: 'warning',
  });
  metafiles.push(built.metafile);
}
const dialogs = await Promise.all(DIALOGS.map((type) => build({ ...dialogBundle(type), metafile: true })));
metafiles.push(...dialogs.map((dialog) => dialog.metafile));
writeNotices(root, metafiles);
const help = ['--import', 'tsx', path.join(root, 'tools/docs/editor-help.ts')];
execFileSync(process.execPath, help, { cwd: root, stdio: 'inherit' });
writeFileSync(completeMark(root), '');
