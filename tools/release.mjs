// Tags a version that is clean, and refuses any other. Publishing what was tagged stays a step of its own.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const git = (...args) => execFileSync('git', args, { cwd: root, encoding: 'utf8' }).trim();

/**
 * @param state of the checkout: its branch, what `git status` lists, all tags, the version and the changelog's text
 * @returns why it can't be released, one line each
 */
export function reasonsAgainst({ branch, changes, tags, version, changelog }) {
  const heading = changelog.split('\n').find((line) => line.startsWith('## ')) ?? '';
  const escaped = version.replaceAll('.', '\\.');
  return [
    branch !== 'main' && `this is the branch ${branch || '(none)'}, not main`,
    changes !== '' && `there are changes that are not committed:\n${changes}`,
    tags.includes(`v${version}`) && `v${version} is tagged already: raise the version in package.json`,
    !new RegExp(`^## ${escaped} \\(\\d{4}-\\d{2}-\\d{2}\\)$`).test(heading) &&
      `CHANGELOG.md has to begin with "## ${version} (year-month-day)", and begins with "${heading}"`,
  ].filter(Boolean);
}

function main() {
  const { version } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
  const reasons = reasonsAgainst({
    branch: git('branch', '--show-current'),
    changes: git('status', '--porcelain'),
    tags: git('tag').split('\n'),
    version,
    changelog: readFileSync(path.join(root, 'CHANGELOG.md'), 'utf8'),
  });
  if (reasons.length > 0) {
    console.error(`not released:\n${reasons.map((reason) => `- ${reason}`).join('\n')}`);
    process.exitCode = 1;
    return;
  }
  const npm = (...args) => execFileSync('npm', args, { cwd: root, stdio: 'inherit' });
  for (const script of ['lint', 'typecheck', 'lint:package', 'test']) npm('run', script);
  git('tag', '-a', `v${version}`, '-m', `Version ${version}`);
  console.log(`tagged v${version}; to publish it: git push --follow-tags (docs/publishing.md)`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) main();
