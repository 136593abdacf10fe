import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { createHash } from 'node:crypto';
import { installOnce } from '../../stack/install-once';
import { CACHE } from '../../stack/paths';
import { ManagedProcess } from '../../stack/process/managed-process';
import { installLocked, makeEnvironment } from '../../stack/python-packages';

const FOLDER = path.join(__dirname, 'original');

/** A column of what the original's page of a node shows. */
export type Column = 'fecha' | 'hora' | 'radiacion' | 'temperatura' | 'humedad' | 'sensacion';

/** What the original's web page shows, with the newest reading of a node first. */
export interface OriginalPage {
  nodes: { link: string; nodo: string; fecha: string }[];
  pages: { nodo: string; last: Record<Column, string | number | null>[] }[];
}

/** @returns the running publisher; it reads the device, and ends with it */
export async function startPublisher(options: {
  brokers: string;
  topic: string;
  device: string;
}): Promise<ManagedProcess> {
  const { brokers, topic, device } = options;
  return start('publisher.py', [brokers, topic, device], `reading ${device}`);
}

/** @returns the running subscriber */
export async function startSubscriber(options: {
  brokers: string;
  topic: string;
  uri: string;
  database: string;
}): Promise<ManagedProcess> {
  const { brokers, topic, uri, database } = options;
  return start('subscriber.py', [brokers, topic, uri, database], `subscribed to ${topic}`);
}

/** Asks a database what the original's web page asks. */
export async function readPage(uri: string, database: string): Promise<OriginalPage> {
  const script = path.join(FOLDER, 'page.py');
  const { stdout } = await promisify(execFile)(await python(), [script, uri, database]);
  return JSON.parse(stdout) as OriginalPage;
}

async function start(script: string, args: string[], readyLine: string): Promise<ManagedProcess> {
  const process = new ManagedProcess({
    name: `the original's ${script}`,
    command: await python(),
    args: ['-u', path.join(FOLDER, script), ...args],
    ready: ({ lastLines }) => lastLines.includes(readyLine),
  });
  await process.start();
  return process;
}

/** @returns a Python that has what requirements.txt names */
async function python(): Promise<string> {
  const requirements = path.join(FOLDER, 'requirements.txt');
  const hash = createHash('sha256').update(readFileSync(requirements)).digest('hex').slice(0, 8);
  const folder = path.join(CACHE, `original-python-${hash}`);
  await installOnce(folder, async (partial) => {
    console.log("      fetching the original system's Python packages");
    await installLocked(await makeEnvironment(partial, 'to run the original system'), requirements);
  });
  return path.join(folder, 'bin', 'python');
}
