import path from 'node:path';
import { folderSize, installOnce, type Report } from '../install-once';
import { CACHE } from '../paths';
import { run } from '../process/run';
import { requireProgram } from '../programs';

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
  /** tells Java where the logging is configured */
  logging: string;
}

const DISTRIBUTIONS: Record<KafkaMode, Distribution> = {
  kraft: {
    version: '4.3.1',
    pom: path.join(__dirname, 'pom.xml'),
    jars: 46,
    megabytes: 45,
    logging: `-Dlog4j2.configurationFile=${path.join(__dirname, 'log4j2.xml')}`,
  },
  zookeeper: {
    version: '3.9.1',
    pom: path.join(__dirname, 'zookeeper', 'pom.xml'),
    jars: 57,
    megabytes: 46,
    logging: `-Dlog4j.configuration=file:${path.join(__dirname, 'zookeeper', 'log4j.properties')}`,
  },
};

/** Fetches Kafka's jars with Maven where they are missing. @returns the folder that holds them */
export async function kafkaJars(mode: KafkaMode, report: Report): Promise<string> {
  const { version, pom, jars, megabytes } = DISTRIBUTIONS[mode];
  const folder = path.join(CACHE, `kafka-${version}`);
  const fetched = await installOnce(folder, async (partial) => {
    requireJava();
    const mvn = requireProgram('mvn', "to fetch Kafka's jars", 'apt-get install maven');
    report(`Apache Kafka ${version}: fetching its ${jars} jars (${megabytes} MB) with Maven`);
    const args = ['--batch-mode', '--file', pom, 'dependency:copy-dependencies'];
    await run(mvn, [...args, `-DoutputDirectory=${partial}`, '-DincludeScope=runtime'], (line) => {
      const jar = /Downloaded from .*\/(\S+\.jar) \((.+?) at/.exec(line);
      if (jar !== null) report(`  ${jar[1]} (${jar[2]})`);
    });
  });
  if (fetched) report(`Apache Kafka ${version}: ${await folderSize(folder)} in ${path.relative('', folder)}`);
  return folder;
}

/** @returns the first arguments of a Java program out of these jars */
export function javaArgs(mode: KafkaMode, jars: string, heapMB: number): string[] {
  return [`-Xmx${heapMB}m`, ...JVM, DISTRIBUTIONS[mode].logging, '-cp', path.join(jars, '*')];
}

/** Small and quick to start rather than fast: the serial collector and the first compiler only. */
const JVM = [
  '-XX:+UseSerialGC',
  '-XX:TieredStopAtLevel=1',
  '-XX:+ExitOnOutOfMemoryError',
  '-Djava.net.preferIPv4Stack=true',
];

/** @returns the path of the Java runtime. */
export function requireJava(): string {
  return requireProgram('java', 'to run Kafka', 'apt-get install openjdk-17-jre-headless');
}
