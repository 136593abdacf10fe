import { accessSync, constants, statSync } from 'node:fs';
import path from 'node:path';

/** A program that has to be on the machine and is not. */
export class MissingProgramError extends Error {
  constructor(program: string, purpose: string, install: string) {
    super(
      `"${program}" is not installed; it is needed ${purpose}. Install it, for instance with: ${install}`,
    );
    this.name = 'MissingProgramError';
  }
}

/** @returns the full path of a program on the PATH, or undefined. */
export function findProgram(program: string): string | undefined {
  for (const folder of (process.env.PATH ?? '').split(path.delimiter)) {
    const file = path.join(folder, program);
    if (folder !== '' && isExecutable(file)) return file;
  }
  return undefined;
}

/**
 * @returns the full path of a program on the PATH
 * @throws MissingProgramError that says what for and how to get it
 */
export function requireProgram(program: string, purpose: string, install: string): string {
  const file = findProgram(program);
  if (file === undefined) throw new MissingProgramError(program, purpose, install);
  return file;
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    // Absent, or not for this user to run: either way it can't be used from here.
    return false;
  }
}
