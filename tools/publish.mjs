// Publishes to npm the version that `npm run release` has tagged, with its provenance; --dry-run packs and says what would go.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const git = (...args) => execFileSync('git', args, { cwd: root, encoding: 'utf8' }).trim();

/**
 * @param state of the checkout: what `git status` lists, the tags of its commit, and what package.json says
 * @returns why it can't be published, one line each
 */
export function reasonsAgainst({ changes, tagsHere, manifest }) {
  const { version, repository, bugs, author, contributors } = manifest;
  return [
    changes !== '' && `there are changes that are not committed:\n${changes}`,
    !tagsHere.includes(`v${version}`) && `this commit is not tagged v${version}: npm run release`,
    repository === undefined &&
      'package.json names no repository, which provenance and the library of flows ask for',
    bugs === undefined && 'package.json names no address for bugs ("bugs")',
    author === undefined &&
      contributors === undefined &&
      'package.json names nobody who maintains it ("author")',
  ].filter(Boolean);
}

/** npm signs where a package was built only there: https://docs.npmjs.com/generating-provenance-statements */
function canSign({ GITHUB_ACTIONS, GITLAB_CI }) {
  return GITHUB_ACTIONS === 'true' || GITLAB_CI === 'true';
}

function main() {
  const dryRun = process.argv.includes('--dry-run');
  const reasons = reasonsAgainst({
    changes: git('status', '--porcelain'),
    tagsHere: git('tag', '--points-at', 'HEAD').split('\n'),
    manifest: JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')),
  });
  if (!canSign(process.env))
    reasons.push('npm signs the provenance in GitHub Actions or GitLab CI alone: push the tag');
  if (reasons.length > 0) {
    console.error(
      `${dryRun ? 'would not be' : 'not'} published:\n${reasons.map((reason) => `- ${reason}`).join('\n')}`,
    );
    process.exitCode = 1;
    if (!dryRun) return;
  }
  const args = dryRun ? ['--dry-run'] : ['--provenance'];
  execFileSync('npm', ['publish', '--access', 'public', ...args], { cwd: root, stdio: 'inherit' });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) main();
