import { existsSync } from 'node:fs';
import { readFile, rm, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { verifyFiles } from '../checksums';
import { folderSize, installOnce, type Report } from '../install-once';
import type { Java } from '../java/java';
import { runMaven } from '../java/maven';
import { CACHE } from '../paths';
import { t } from '../texts/texts.mjs';

/**
 * How the brokers of a cluster agree about it: among themselves (KRaft), as every Kafka since 4.0 does, or through
 * ZooKeeper, as it was before.
 */
export const KAFKA_MODES = ['kraft', 'zookeeper'] as const;
export type KafkaMode = (typeof KAFKA_MODES)[number];

interface Distribution {
  /** the version named in the POM */
  version: string;
  pom: string;
  jars: number;
  megabytes: number;
  /** the configuration of its logging */
  logging: string;
  /** tells Java of it, by the name in the folder in which Java runs */
  loggingOption: string;
}

const DISTRIBUTIONS: Record<KafkaMode, Distribution> = {
  kraft: {
    // Another one is for trying it out: npm run test:kafka does.
    version: process.env.KAFKA_VERSION ?? '4.3.1',
    pom: path.join(__dirname, 'pom.xml'),
    jars: 46,
    megabytes: 45,
    logging: path.join(__dirname, 'log4j2.xml'),
    loggingOption: '-Dlog4j2.configurationFile=log4j2.xml',
  },
  zookeeper: {
    version: '3.9.1',
    pom: path.join(__dirname, 'zookeeper', 'pom.xml'),
    jars: 57,
    megabytes: 46,
    logging: path.join(__dirname, 'zookeeper', 'log4j.properties'),
    loggingOption: '-Dlog4j.configuration=file:log4j.properties',
  },
};

/**
 * Fetches Kafka's jars with Maven where they are missing, and takes none whose checksum is not noted in checksums/.
 * @param java what Maven runs on
 * @returns the folder that holds them
 */
export async function kafkaJars(mode: KafkaMode, java: Java, report: Report): Promise<string> {
  const { version, pom, jars, megabytes } = DISTRIBUTIONS[mode];
  const folder = path.join(CACHE, `kafka-${version}`);
  const fetched = await installOnce(folder, async (partial) => {
    report(t('fetch.jars', { version, jars, megabytes }));
    const args = ['--file', pom, `-Dkafka.version=${version}`, 'dependency:copy-dependencies'];
    const into = [`-DoutputDirectory=${partial}`, '-DincludeScope=runtime'];
    await runMaven([...args, ...into], java, t('fetch.purpose-jars'), {
      env: JAVA_ENVIRONMENT,
      onLine: (line) => {
        // Maven fetches its own plug-ins before, of which nobody needs to read. What it has already is not fetched again.
        const jar = /Downloaded from .*\/(\S+\.jar) \(([\d.]+ MB) at/.exec(line);
        if (jar !== null) report(`  ${jar[1]} (${jar[2]})`);
      },
    });
    const checksums = path.join(__dirname, 'checksums', `${version}.txt`);
    if (existsSync(checksums)) await verifyFiles(partial, checksums);
    else report(t('fetch.no-checksums', { version }));
  });
  if (fetched) {
    const params = { size: await folderSize(folder), folder: path.relative('', folder) };
    report(t('fetch.size', { what: `Apache Kafka ${version}`, ...params }));
  }
  return folder;
}

/**
 * Puts into a folder what Java needs to run there, under names without a blank, accent, comma or colon, whatever the path of
 * the checkout has: a colon would end the class path, the others the name of the logging's configuration.
 */
export async function prepareJavaFolder(folder: string, mode: KafkaMode, jars: string): Promise<void> {
  const link = path.join(folder, JARS);
  await rm(link, { force: true });
  await symlink(jars, link, 'dir');
  const { logging } = DISTRIBUTIONS[mode];
  // A copy would have the rights of the checkout's file: what is in there is for its owner alone.
  await writeFile(path.join(folder, path.basename(logging)), await readFile(logging), { mode: 0o600 });
}

/** @returns the first arguments of a Java program out of these jars, in a folder that prepareJavaFolder has prepared */
export function javaArgs(mode: KafkaMode, heapMB: number): string[] {
  return [`-Xmx${heapMB}m`, ...JVM, DISTRIBUTIONS[mode].loggingOption, '-cp', `${JARS}/*`];
}

/** In another language's or no locale, Java on Linux takes the names of files for ASCII and finds none with an accent. */
export const JAVA_ENVIRONMENT: Record<string, string> =
  process.platform === 'linux' ? { LC_ALL: 'C.UTF-8' } : {};

const JARS = 'jars';

/** Small and quick to start rather than fast: the serial collector and the first compiler only. */
const JVM = [
  '-XX:+UseSerialGC',
  '-XX:TieredStopAtLevel=1',
  '-XX:+ExitOnOutOfMemoryError',
  '-Djava.net.preferIPv4Stack=true',
];
