import { CACHE } from '../paths';
import { run, type RunOptions } from '../process/run';
import { requireProgram } from '../programs';
import type { Java } from './java';
import { trustStoreOf } from './machine-certificates';

/**
 * Runs Maven.
 * @param purpose said where there is none
 * @param java what it runs on; one that was fetched is told whom this machine trusts
 * @throws CommandError, or what tells how to get Maven
 */
export async function runMaven(
  args: readonly string[],
  java: Java,
  purpose: string,
  { env = {}, ...options }: RunOptions = {},
): Promise<void> {
  const mvn = requireProgram('mvn', purpose);
  await run(mvn, ['--batch-mode', ...args], { ...options, env: { ...env, ...(await environmentFor(java)) } });
}

async function environmentFor({ command, home }: Java): Promise<Record<string, string>> {
  if (home === undefined) return {};
  const fetched = home.startsWith(CACHE);
  const store = fetched ? await trustStoreOf({ command, home }) : undefined;
  if (store === undefined) return { JAVA_HOME: home };
  // In quotes for a path with blanks, which the launcher of Java knows and the script of Maven does not. What the user has
  // set comes after, and wins.
  const option = `"-Djavax.net.ssl.trustStore=${store}"`;
  return {
    JAVA_HOME: home,
    JDK_JAVA_OPTIONS: [option, process.env.JDK_JAVA_OPTIONS].filter(Boolean).join(' '),
  };
}
