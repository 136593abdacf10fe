import { readdirSync } from 'node:fs';
import path from 'node:path';
import { verifyFiles } from '../../stack/checksums';
import { installOnce, type Report } from '../../stack/install-once';
import { java, type Java } from '../../stack/java/java';
import { runMaven } from '../../stack/java/maven';
import { CACHE, ROOT } from '../../stack/paths';
import { installLocked, makeEnvironment } from '../../stack/python-packages';

/** Kafka's own programs, and MongoDB's sink for Kafka Connect. */
const KAFKA = '4.3.1';
const MONGO_SINK = '2.0.1';
const CONFLUENT_KAFKA = '2.16.1';

/** Java programs that are measured beside the nodes. */
export interface JavaRivals {
  java: Java;
  /** the folder of the jars */
  jars: string;
  /** what is measured, with its versions */
  versions: string;
}

/** Fetches Kafka's ProducerPerformance, Kafka Connect and MongoDB's sink with Maven where they are missing. */
export async function javaRivals(report: Report): Promise<JavaRivals> {
  const runtime = await java(report);
  const jars = path.join(CACHE, `rivals-${KAFKA}-${MONGO_SINK}`);
  await installOnce(jars, async (partial) => {
    report(
      `Kafka's tools and Connect ${KAFKA}, MongoDB's sink ${MONGO_SINK}: fetching some 95 jars (49 MB) with Maven`,
    );
    await runMaven(
      [
        '--file',
        path.join(ROOT, 'bench/rivals/pom.xml'),
        `-Dkafka.version=${KAFKA}`,
        `-Dmongo-sink.version=${MONGO_SINK}`,
        'dependency:copy-dependencies',
        `-DoutputDirectory=${partial}`,
        '-DincludeScope=runtime',
      ],
      runtime,
      'to fetch what the nodes are measured beside',
    );
    await verifyFiles(partial, path.join(ROOT, 'bench/rivals/checksums.txt'));
  });
  return { java: runtime, jars, versions: versionsIn(jars) };
}

/** What really lies there, in place of what was asked for. */
function versionsIn(jars: string): string {
  const wanted = ['kafka-tools', 'connect-runtime', 'mongo-kafka-connect', 'mongodb-driver-sync'];
  const files = readdirSync(jars);
  return wanted
    .map((name) => files.find((file) => new RegExp(`^${name}-[\\d.]+\\.jar$`).test(file)) ?? name)
    .map((file) => file.replace(/\.jar$/, ''))
    .join(', ');
}

/** @returns a Python that has librdkafka, by confluent-kafka, fetched from PyPI where it is missing */
export async function pythonWithLibrdkafka(report: Report): Promise<string> {
  const folder = path.join(CACHE, `confluent-kafka-${CONFLUENT_KAFKA}`);
  await installOnce(folder, async (partial) => {
    report(`fetching confluent-kafka ${CONFLUENT_KAFKA} from PyPI`);
    const python = await makeEnvironment(partial, 'to measure librdkafka');
    await installLocked(python, path.join(__dirname, 'librdkafka/requirements.txt'));
  });
  return path.join(folder, 'bin', 'python');
}
