import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { ROOT } from '../../stack/paths';

/** What figures depend on. */
export interface Machine {
  processor: string;
  cores: number;
  memoryGB: number;
  system: string;
  versions: Record<string, string>;
}

const PACKAGES = ['kafkajs', 'mongodb', 'node-red', 'classic-level', '@serialport/parser-readline'];

export function describeMachine(): Machine {
  return {
    processor: os.cpus()[0]?.model ?? 'unknown',
    cores: os.availableParallelism(),
    memoryGB: Math.round(os.totalmem() / 2 ** 30),
    system: `${os.type()} ${os.release()}`,
    versions: {
      node: process.version,
      ...Object.fromEntries(PACKAGES.map((name) => [name, versionOf(name)])),
    },
  };
}

/** @returns the commit that is checked out, with a "+" where the nodes have been changed since */
export function describeCommit(): string {
  return (
    git('rev-parse', '--short', 'HEAD') + (git('status', '--porcelain', '--', 'nodes') === '' ? '' : '+')
  );
}

function versionOf(name: string): string {
  const file = path.join(ROOT, 'node_modules', name, 'package.json');
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}

function git(...args: string[]): string {
  try {
    return execFileSync('git', args, { cwd: ROOT, encoding: 'utf8' }).trim();
  } catch {
    // A copy without its history: there is no commit to name.
    return '';
  }
}
