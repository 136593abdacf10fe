/**
 * Shows that the fault suite can fail: switches off one guard after the other, each in a copy of this checkout, and runs
 * the case that has to notice.
 *
 *   npm run faults:guards              all of them, about 20 minutes
 *   npm run faults:guards -- silent    those with this word in their name
 */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { GUARDS, type Guard } from '../test/faults/support/guards';

const ROOT = path.dirname(__dirname);

async function main(words: readonly string[]): Promise<number> {
  const chosen = GUARDS.filter(({ name }) => words.every((word) => name.includes(word)));
  const verdicts: string[] = [];
  let unnoticed = 0;
  for (const guard of chosen) {
    console.log(`\nwithout: ${guard.name}`);
    const noticed = await failsWithout(guard);
    if (!noticed) unnoticed++;
    verdicts.push(`${noticed ? 'noticed    ' : 'NOT NOTICED'}  ${caseOf(guard)}  ${guard.name}`);
  }
  console.log(`\n             case\n${verdicts.join('\n')}\n`);
  return unnoticed === 0 && chosen.length > 0 ? 0 : 1;
}

/** @returns whether the guard's case fails once it is switched off */
async function failsWithout(guard: Guard): Promise<boolean> {
  const copy = mkdtempSync(path.join(os.tmpdir(), 'guards-'));
  try {
    copyCheckout(copy);
    switchOff(guard, copy);
    const build = spawn(process.execPath, ['tools/build.mjs'], { cwd: copy, stdio: 'inherit' });
    if ((await codeOf(build)) !== 0) throw new Error(`does not build without: ${guard.name}`);
    const { test } = guard;
    const args = 'faults' in test ? ['tools/faults.ts', ...test.faults] : ['tools/test.ts', ...test.unit];
    const run = spawn(process.execPath, ['tools/bootstrap.mjs', ...args], { cwd: copy, stdio: 'inherit' });
    return (await codeOf(run)) !== 0;
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

/** What git knows of, as it stands on disk; what is installed is shared. */
function copyCheckout(copy: string): void {
  const files = execFileSync('git', ['ls-files', '-z'], { cwd: ROOT, encoding: 'utf8' }).split('\0');
  for (const file of files.filter(Boolean)) cpSync(path.join(ROOT, file), path.join(copy, file));
  for (const folder of ['node_modules', '.cache']) {
    symlinkSync(path.join(ROOT, folder), path.join(copy, folder));
  }
}

function switchOff({ name, file, code, off }: Guard, copy: string): void {
  const place = path.join(copy, file);
  const [before, after, ...more] = readFileSync(place, 'utf8').split(code);
  if (before === undefined || after === undefined || more.length > 0) {
    throw new Error(
      `the guard "${name}" does not stand once in ${file}: bring test/faults/support/guards.ts up to date`,
    );
  }
  writeFileSync(place, before + off + after);
}

/** @returns the number of its fault case, if it is one, in two places */
function caseOf({ test }: Guard): string {
  return ('faults' in test ? (test.faults[0] ?? '') : '').padStart(2);
}

async function codeOf(child: ReturnType<typeof spawn>): Promise<number> {
  const [code] = (await once(child, 'exit')) as [number | null];
  return code ?? 1;
}

main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  },
);
