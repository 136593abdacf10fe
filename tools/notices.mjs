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

const LINE = '='.repeat(80);
/** What the same terms have for a heading or not. */
const TITLE = /^(?:the )?mit license(?: \(mit\))?\s/i;
/** A paragraph that says whose it is, and nothing of the terms. */
const OWNERS = /^\s*copyright [^]{0,300}$/i;

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
  const text = `Code of these packages is part of files of this one.\n\n${together([...folders].sort().map(noticeOf)).join('\n')}`;
  writeFileSync(path.join(root, 'THIRD-PARTY-NOTICES.txt'), text);
}

/** Packages of which only the lines about their copyright differ stand before one text. @returns parts of the file */
function together(notices) {
  const byTerms = new Map();
  for (const { title, text } of notices) {
    const paragraphs = text.split(/\n\s*\n/);
    const owners = paragraphs.filter((paragraph) => OWNERS.test(paragraph));
    const terms = paragraphs.filter((paragraph) => !OWNERS.test(paragraph));
    const key = terms.join(' ').replace(TITLE, '').replace(/\W+/g, ' ').toLowerCase();
    const same = byTerms.get(key) ?? { heads: [], terms: terms.join('\n\n') };
    same.heads.push([title, ...owners].join('\n\n'));
    byTerms.set(key, same);
  }
  return [...byTerms.values()].map(
    ({ heads, terms }) => `${LINE}\n${heads.join('\n\n')}\n${LINE}\n\n${terms}\n`,
  );
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
  return { title: `${name} ${version} (${license})`, text };
}
