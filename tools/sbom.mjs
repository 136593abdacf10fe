// Writes sbom.json: what this package brings along, for CycloneDX. That is what npm installs with it, and what the build
// has put into files of ours (THIRD-PARTY-NOTICES.txt names it), which npm takes for tools of development.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const CYCLONEDX = '@cyclonedx/cyclonedx-npm@6.0.1';
const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));

/**
 * @param sbom of everything, as CycloneDX's program for npm writes it
 * @param notices the text of THIRD-PARTY-NOTICES.txt
 * @returns the same of what is brought along
 * @throws Error where something bundled is not in it
 */
export function broughtAlong(sbom, notices) {
  const bundled = new Set(
    [...notices.matchAll(/^={80}\n(\S+) (\S+) \([^)]+\)\n={80}$/gm)].map(
      ([, name, version]) => `${name}@${version}`,
    ),
  );
  const isTool = ({ properties = [] }) =>
    properties.some(({ name, value }) => name === 'cdx:npm:package:development' && value === 'true');
  const kept = sbom.components.flatMap((component) => {
    const isBundled = bundled.delete(nameOf(component));
    if (isTool(component) && !isBundled) return [];
    const properties = component.properties?.filter(({ name }) => name !== 'cdx:npm:package:development');
    return [{ ...component, properties }];
  });
  if (bundled.size > 0) throw new Error(`bundled, and not in package-lock.json: ${[...bundled].join(', ')}`);
  const refs = new Set([
    sbom.metadata.component['bom-ref'],
    ...kept.map((component) => component['bom-ref']),
  ]);
  const dependencies = sbom.dependencies
    .filter(({ ref }) => refs.has(ref))
    .map(({ ref, dependsOn = [] }) => ({ ref, dependsOn: dependsOn.filter((other) => refs.has(other)) }));
  return { ...sbom, components: kept, dependencies };
}

function nameOf({ group, name, version }) {
  return `${group === undefined ? '' : `${group}/`}${name}@${version}`;
}

function main() {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'sbom-'));
  try {
    const file = path.join(folder, 'all.json');
    // typescript-eslint names a lower TypeScript than it works with, which npm holds against all of them.
    const args = [
      '--package-lock-only',
      '--ignore-npm-errors',
      '--output-reproducible',
      '--output-file',
      file,
    ];
    execFileSync('npx', ['--yes', CYCLONEDX, ...args], { cwd: root, stdio: ['ignore', 'inherit', 'pipe'] });
    const all = JSON.parse(readFileSync(file, 'utf8'));
    const sbom = broughtAlong(all, readFileSync(path.join(root, 'THIRD-PARTY-NOTICES.txt'), 'utf8'));
    writeFileSync(path.join(root, 'sbom.json'), `${JSON.stringify(sbom, null, 2)}\n`);
    console.log(`sbom.json: ${sbom.components.length} components`);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) main();
