import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { ROOT } from '../../../stack/paths';

/** What is made of the checkout for the registry. */
export interface Tarball {
  /** where it stands */
  file: string;
  /** in bytes, without its dependencies */
  unpackedSize: number;
  /** its own files, with sizes in bytes */
  files: PackedFile[];
  /** those of the dependencies that it brings along */
  bundled: PackedFile[];
}

interface PackedFile {
  path: string;
  size: number;
}

interface PackReport {
  filename: string;
  files: PackedFile[];
}

/** What a build reads; the rest of a checkout is of no use to it. */
const SOURCES = [
  ...['nodes', 'resources', 'examples', 'tools', 'package.json', 'tsconfig.json', 'tsconfig.build.json'],
  ...['README.md', 'README.es.md', 'CHANGELOG.md', 'LICENSE', 'docs/troubleshooting'],
];

/**
 * Runs `npm pack` on a copy of the checkout that has not been built, so that the build of the checkout stays as it is.
 * @param dir an empty folder, for the copy and the tarball
 */
export async function packTarball(dir: string): Promise<Tarball> {
  const copy = path.join(dir, 'checkout');
  mkdirSync(copy);
  for (const source of SOURCES) cpSync(path.join(ROOT, source), path.join(copy, source), { recursive: true });
  symlinkSync(path.join(ROOT, 'node_modules'), path.join(copy, 'node_modules'));
  const { stdout } = await promisify(execFile)(
    'npm',
    ['pack', '--json', '--foreground-scripts=false', '--pack-destination', dir],
    { cwd: copy, maxBuffer: 16 * 1024 * 1024 },
  );
  const [report] = JSON.parse(stdout) as [PackReport];
  const isBundled = (file: PackedFile): boolean => file.path.startsWith('node_modules/');
  const files = report.files.filter((file) => !isBundled(file));
  return {
    file: path.join(dir, report.filename),
    unpackedSize: files.reduce((bytes, { size }) => bytes + size, 0),
    files,
    bundled: report.files.filter(isBundled),
  };
}
