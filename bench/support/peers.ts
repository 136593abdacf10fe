import path from 'node:path';
import { installOnce, type Report } from '../../stack/install-once';
import { CACHE } from '../../stack/paths';
import { run } from '../../stack/process/run';
import { requireProgram } from '../../stack/programs';

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
    await run(requireProgram('python3', 'to measure the original pattern', 'apt-get install python3-venv'), [
      '-m',
      'venv',
      partial,
    ]);
    const python = path.join(partial, 'bin', 'python');
    await run(python, ['-m', 'pip', 'install', '--progress-bar', 'off', `kafka-python==${KAFKA_PYTHON}`]);
  });
  return path.join(folder, 'bin', 'python');
}
