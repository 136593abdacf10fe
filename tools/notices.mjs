// Writes the notices of the packages whose code the build puts into files of ours: their licences ask for that.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** Licences that ask for their notice and nothing else. */
export const PERMISSIVE = new Set([
  'MIT',
  'ISC',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'Apache-2.0',
  '0BSD',
  'CC0-1.0',
]);

/**
 * @param {string} root of the checkout
 * @param {readonly import('esbuild').Metafile[]} metafiles what the builds have read
 * @throws Error where a package has a licence that has to be looked at, or no text of it
 */
export function writeNotices(root, metafiles) {
  const folders = new Set(
    metafiles.flatMap(({ inputs, outputs }) =>
      Object.values(outputs).flatMap((output) =>
        Object.entries(output.inputs)
          .filter(([input, { bytesInOutput }]) => bytesInOutput > 0 && input in inputs)
          .flatMap(([input]) => packageFolder(root, input) ?? []),
      ),
    ),
  );
  const notices = [...folders].sort().map((folder) => noticeOf(folder));
  const text = `Code of these packages is part of files of this one.\n\n${notices.join('\n')}`;
  writeFileSync(path.join(root, 'THIRD-PARTY-NOTICES.txt'), text);
}

/** @returns the folder of the package that a file belongs to; undefined for our own files */
function packageFolder(root, input) {
  const [, inside] = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(input) ?? [];
  return inside === undefined ? undefined : path.resolve(root, inside);
}

function noticeOf(folder) {
  const { name, version, license } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'));
  if (!PERMISSIVE.has(license)) throw new Error(`${name} ${version} is under ${license}: may it be bundled?`);
  const file = readdirSync(folder).find((entry) => /^licen[cs]e(\.|$)/i.test(entry));
  if (file === undefined || !existsSync(path.join(folder, file)))
    throw new Error(`${name} brings no text of its licence`);
  const text = readFileSync(path.join(folder, file), 'utf8').replaceAll('\r\n', '\n').trim();
  return `${'='.repeat(80)}\n${name} ${version} (${license})\n${'='.repeat(80)}\n\n${text}\n`;
}
