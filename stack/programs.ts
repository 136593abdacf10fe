import { accessSync, constants, statSync } from 'node:fs';
import path from 'node:path';
import { t } from './texts/texts.mjs';

/** The programs that may have to be installed by hand: the package that brings each. */
export const PACKAGES = {
  python3: { debian: 'python3-venv', fedora: 'python3', macos: 'python' },
  mvn: { debian: 'maven', fedora: 'maven', macos: 'maven' },
  npm: { debian: 'npm', fedora: 'npm', macos: 'node' },
  openssl: { debian: 'openssl', fedora: 'openssl', macos: 'openssl' },
  make: { debian: 'make', fedora: 'make', macos: 'make' },
} as const;

export type NeededProgram = keyof typeof PACKAGES;

/** @returns the commands that install a program, one for each kind of system */
export function howToInstall(program: NeededProgram): string {
  const { debian, fedora, macos } = PACKAGES[program];
  return t('fetch.how', { debian, fedora, macos });
}

/** A program that has to be on the machine and is not. */
export class MissingProgramError extends Error {
  constructor(program: NeededProgram, purpose: string) {
    super(t('fetch.missing', { program, purpose, how: howToInstall(program) }));
    this.name = 'MissingProgramError';
  }
}

/** @returns the full path of a program on the PATH, or undefined. */
export function findProgram(program: string): string | undefined {
  for (const folder of (process.env.PATH ?? '').split(path.delimiter)) {
    // It runs in other folders than this one.
    const file = path.resolve(folder, program);
    if (folder !== '' && isExecutable(file)) return file;
  }
  return undefined;
}

/**
 * @param purpose what it is needed for, as "to run Kafka"
 * @returns the full path of a program on the PATH
 * @throws MissingProgramError that says what for and how to get it
 */
export function requireProgram(program: NeededProgram, purpose: string): string {
  const file = findProgram(program);
  if (file === undefined) throw new MissingProgramError(program, purpose);
  return file;
}

/** @returns whether a file, or what a link leads to, is there and for this user to run */
export function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    // Absent, or not for this user to run: either way it can't be used from here.
    return false;
  }
}
