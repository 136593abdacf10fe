// npm run licenses: says which licences the packages have that come along with this one, and fails where one has to be
// looked at first. The lock file names them.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { PERMISSIVE } from './notices.mjs';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const { packages } = JSON.parse(readFileSync(path.join(root, 'package-lock.json'), 'utf8'));

const found = Object.entries(packages)
  .filter(([place, { dev }]) => place !== '' && !dev)
  .map(([place, { license = 'none named', version }]) => ({
    name: place.slice(place.lastIndexOf('node_modules/') + 'node_modules/'.length),
    version,
    license,
  }));
const counts = Map.groupBy?.(found, ({ license }) => license) ?? new Map();
for (const [license, those] of counts) console.log(`${license}: ${those.length}`);

const doubtful = found.filter(({ license }) => !isPermissive(license));
for (const { name, version, license } of doubtful) console.error(`${name} ${version}: ${license}`);
process.exit(doubtful.length > 0 ? 1 : 0);

/** "(MIT OR GPL-3.0)" leaves the choice; "MIT AND Python-2.0" does not. */
function isPermissive(expression) {
  const alternatives = expression.replaceAll(/[()]/g, '').split(' OR ');
  return alternatives.some((one) => one.split(' AND ').every((license) => PERMISSIVE.has(license.trim())));
}
