import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { CACHE, ROOT } from '../stack/paths';
import { assemble } from './site/assemble';

const USAGE = `npm run docs                 builds the documentation's pages, in both languages, with a search that needs no network
npm run docs -- --serve      and shows them on http://127.0.0.1:4173/`;

const FOLDER = path.join(CACHE, 'site');
const FILES = ['package.json', 'package-lock.json'];

/** Beside the pages, since they are programs that load its parts. */
function installVitePress(): void {
  const same = (file: string): boolean => {
    const there = path.join(FOLDER, file);
    return (
      existsSync(there) && readFileSync(there, 'utf8') === readFileSync(path.join(ROOT, 'site', file), 'utf8')
    );
  };
  if (FILES.every(same) && existsSync(path.join(FOLDER, 'node_modules/vitepress'))) return;
  mkdirSync(FOLDER, { recursive: true });
  for (const file of FILES) copyFileSync(path.join(ROOT, 'site', file), path.join(FOLDER, file));
  console.log('fetching VitePress (90 MB on disk)');
  execFileSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: FOLDER,
    stdio: 'inherit',
  });
}

function vitepress(command: string): void {
  const program = path.join(FOLDER, 'node_modules/vitepress/bin/vitepress.js');
  execFileSync(process.execPath, [program, command, 'pages'], { cwd: FOLDER, stdio: 'inherit' });
}

function main(): void {
  const args = process.argv.slice(2);
  if (args.some((arg) => arg !== '--serve')) {
    console.log(USAGE);
    process.exitCode = args.includes('--help') ? 0 : 1;
    return;
  }
  installVitePress();
  console.log(`${assemble(path.join(FOLDER, 'pages'))} pages`);
  vitepress('build');
  console.log(path.join(FOLDER, 'pages/.vitepress/dist'));
  if (args.includes('--serve')) vitepress('preview');
}

main();
