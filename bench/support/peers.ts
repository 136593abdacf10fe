import path from 'node:path';
import { installOnce, type Report } from '../../stack/install-once';
import { CACHE } from '../../stack/paths';
import { run } from '../../stack/process/run';
import { requireProgram } from '../../stack/programs';

/** A client library that is measured for the record. */
const PLATFORMATIC = { name: '@platformatic/kafka', version: '2.12.1' };

/** @returns the folder in which that library is installed, fetched by npm where it is missing */
export async function platformatic(): Promise<string> {
  const folder = path.join(CACHE, `peers-platformatic-${PLATFORMATIC.version}`);
  await installOnce(folder, (partial) =>
    run('npm', [
      'install',
      '--no-audit',
      '--no-fund',
      '--ignore-scripts',
      '--prefix',
      partial,
      `${PLATFORMATIC.name}@${PLATFORMATIC.version}`,
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
