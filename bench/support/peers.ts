import path from 'node:path';
import { installOnce, type Report } from '../../stack/install-once';
import { CACHE } from '../../stack/paths';
import { run } from '../../stack/process/run';
import { installLocked, makeEnvironment } from '../../stack/python-packages';

interface NpmPackage {
  name: string;
  version: string;
}

/** A client library that is measured for the record. */
const PLATFORMATIC: NpmPackage = { name: '@platformatic/kafka', version: '2.12.1' };

/** Nodes on kafka-node 5.0.0, the last release of that library. */
const KAFKA_CLIENT: NpmPackage = { name: 'node-red-contrib-kafka-client', version: '0.1.0' };

/** @returns the folder in which that library is installed, fetched by npm where it is missing */
export async function platformatic(): Promise<string> {
  return installed('peers-platformatic', PLATFORMATIC);
}

/** @returns the folder of node-red-contrib-kafka-client, fetched by npm where it is missing */
export async function kafkaClientNodes(): Promise<string> {
  const folder = await installed('peers-kafka-client', KAFKA_CLIENT);
  return path.join(folder, 'node_modules', KAFKA_CLIENT.name);
}

async function installed(place: string, { name, version }: NpmPackage): Promise<string> {
  const folder = path.join(CACHE, `${place}-${version}`);
  await installOnce(folder, (partial) =>
    run('npm', [
      'install',
      '--no-audit',
      '--no-fund',
      '--ignore-scripts',
      '--prefix',
      partial,
      `${name}@${version}`,
    ]),
  );
  return folder;
}

const KAFKA_PYTHON = '2.3.3';

/** @returns a Python that has kafka-python, as the original system used it */
export async function pythonWithKafka(report: Report): Promise<string> {
  const folder = path.join(CACHE, `kafka-python-${KAFKA_PYTHON}`);
  await installOnce(folder, async (partial) => {
    report('fetching kafka-python from PyPI');
    const python = await makeEnvironment(partial, 'to measure the original pattern');
    await installLocked(python, path.join(__dirname, 'kafka-python/requirements.txt'));
  });
  return path.join(folder, 'bin', 'python');
}
