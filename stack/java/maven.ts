import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { CACHE } from '../paths';
import { proxyOf } from '../process/proxy';
import { run, type RunOptions } from '../process/run';
import { requireProgram } from '../programs';
import type { Java } from './java';
import { trustStoreOf } from './machine-certificates';
import { settingsFor } from './maven-settings';

/**
 * Runs Maven.
 * @param purpose said where there is none
 * @param java what it runs on; one that was fetched is told whom this machine trusts where it can't do without
 * @throws CommandError, or what tells how to get Maven
 */
export async function runMaven(
  args: readonly string[],
  java: Java,
  purpose: string,
  { env = {}, ...options }: RunOptions = {},
): Promise<void> {
  const mvn = requireProgram('mvn', purpose);
  await withProxy(async (through) => {
    const attempt = (added: Record<string, string>): Promise<void> =>
      // -U: what it could not fetch at its last run is asked for again.
      run(mvn, ['--batch-mode', '-U', ...through, ...args], {
        ...options,
        env: { ...env, ...homeOf(java), ...added },
      });
    try {
      await attempt({});
    } catch (error) {
      // Maven does not say that it met a certificate which Java does not know.
      const trust = await trustOf(java);
      if (trust === undefined) throw error;
      await attempt(trust);
    }
  });
}

/** @param work gets the options of Maven that name the proxy of the environment; none where there is none */
async function withProxy(work: (options: readonly string[]) => Promise<void>): Promise<void> {
  const proxy = proxyOf(process.env);
  if (proxy === undefined) return work([]);
  // For its owner alone, since it may hold a password; what the user has set for Maven goes before it.
  const folder = await mkdtemp(path.join(os.tmpdir(), 'maven-'));
  try {
    const file = path.join(folder, 'settings.xml');
    await writeFile(file, settingsFor(proxy), { mode: 0o600 });
    await work(['--global-settings', file]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function homeOf({ home }: Java): Record<string, string> {
  return home === undefined ? {} : { JAVA_HOME: home };
}

/** Whom the machine trusts, for Java's launcher, where this Java is not the machine's own. */
async function trustOf({ command, home }: Java): Promise<Record<string, string> | undefined> {
  const store = home?.startsWith(CACHE) ? await trustStoreOf({ command, home }) : undefined;
  if (store === undefined) return undefined;
  // In quotes for a path with blanks, which the launcher of Java knows and the script of Maven does not. What the user has
  // set comes after, and wins.
  const option = `"-Djavax.net.ssl.trustStore=${store}"`;
  return { JDK_JAVA_OPTIONS: [option, process.env.JDK_JAVA_OPTIONS].filter(Boolean).join(' ') };
}
