import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { CACHE } from '../stack/paths';

/**
 * Tests build programs and run them in folders of their own, and machines that are kept safe run nothing out of the folder
 * for temporary files (a disk mounted with noexec).
 * @returns the folder for temporary files, or where that runs no program, one of this checkout
 */
export function folderForPrograms(temporary = os.tmpdir()): string {
  if (runsPrograms(temporary)) return temporary;
  const own = path.join(CACHE, 'tmp');
  mkdirSync(own, { recursive: true });
  return own;
}

function runsPrograms(temporary: string): boolean {
  const folder = mkdtempSync(path.join(temporary, 'runs-'));
  try {
    const program = path.join(folder, 'program');
    writeFileSync(program, '#!/bin/sh\nexit 0\n', { mode: 0o700 });
    return spawnSync(program).status === 0;
  } finally {
    rmSync(folder, { recursive: true });
  }
}
