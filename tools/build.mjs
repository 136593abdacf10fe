// Builds dist/: the nodes' JavaScript, their dialogs and locales, and the dashboard page as one file.
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const page = path.join(root, 'nodes/topic-catalog/page/main.ts');
const typescript = path.dirname(createRequire(import.meta.url).resolve('typescript/package.json'));

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
  filter: (source) => !source.endsWith('.ts') && !source.endsWith('.md') && path.basename(source) !== 'page',
});
if (existsSync(page)) {
  await build({
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
}
