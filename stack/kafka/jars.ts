import path from 'node:path';
import { folderSize, installOnce, type Report } from '../install-once';
import { CACHE } from '../paths';
import { run } from '../process/run';
import { requireProgram } from '../programs';

/** The version named in pom.xml. */
export const KAFKA_VERSION = '4.3.1';

/** Fetches Kafka's jars with Maven where they are missing. @returns the folder that holds them */
export async function kafkaJars(report: Report): Promise<string> {
  const folder = path.join(CACHE, `kafka-${KAFKA_VERSION}`);
  const fetched = await installOnce(folder, async (partial) => {
    requireJava();
    const mvn = requireProgram('mvn', "to fetch Kafka's jars", 'apt-get install maven');
    report(`Apache Kafka ${KAFKA_VERSION}: fetching its 46 jars (45 MB) with Maven`);
    const args = ['--batch-mode', '--file', path.join(__dirname, 'pom.xml'), 'dependency:copy-dependencies'];
    await run(mvn, [...args, `-DoutputDirectory=${partial}`, '-DincludeScope=runtime'], (line) => {
      const jar = /Downloaded from .*\/(\S+\.jar) \((.+?) at/.exec(line);
      if (jar !== null) report(`  ${jar[1]} (${jar[2]})`);
    });
  });
  if (fetched)
    report(`Apache Kafka ${KAFKA_VERSION}: ${await folderSize(folder)} in ${path.relative('', folder)}`);
  return folder;
}

/** @returns the path of the Java runtime. */
export function requireJava(): string {
  return requireProgram('java', 'to run Kafka', 'apt-get install openjdk-17-jre-headless');
}
