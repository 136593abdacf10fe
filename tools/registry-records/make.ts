/**
 * Makes what test/nodes/schema-registry reads: records by Confluent's serialisers, and a registry's answers for them.
 *   node --import tsx tools/registry-records/make.ts
 * Needs Python 3 with venv and Maven; fetches a registry (159 MB) and what requirements.txt names.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { prepareApicurio } from '../../test/support/apicurio/apicurio';
import { confluentHeaderRecords, confluentRecords } from '../../test/support/apicurio/confluent-records';

const TARGET = path.join(__dirname, '../../test/nodes/schema-registry/confluent');

void make();

async function make(): Promise<void> {
  const dir = await mkdtemp(path.join(os.tmpdir(), 'registry-records-'));
  const registry = await prepareApicurio(console.log);
  try {
    await registry.process.start();
    const records = await confluentRecords(dir, [registry.url]);
    await write('records.json', records);
    await write('registry.json', await answersOf(registry.url));
    await write('header-records.json', await confluentHeaderRecords(dir));
  } finally {
    await registry.process.stop();
    await rm(dir, { recursive: true, force: true });
  }
}

/** @returns all that the registry has, by the path that asks for it */
async function answersOf(url: string): Promise<Record<string, unknown>> {
  const answers: Record<string, unknown> = {};
  const ask = async (place: string): Promise<unknown> => {
    const response = await fetch(url + place);
    const answer: unknown = await response.json();
    if (response.ok) answers[place] = answer;
    return answer;
  };
  for (const subject of (await ask('/subjects')) as string[]) {
    const versions = `/subjects/${encodeURIComponent(subject)}/versions`;
    const { id, version } = (await ask(`${versions}/latest`)) as { id: number; version: number };
    await ask(`${versions}/${version}`);
    await ask(`/schemas/ids/${id}`);
  }
  return answers;
}

function write(name: string, content: unknown): Promise<void> {
  return writeFile(path.join(TARGET, name), `${JSON.stringify(content, null, 2)}\n`);
}
