import path from 'node:path';
import { run } from '../../../stack/process/run';
import { installLocked, makeEnvironment } from '../../../stack/python-packages';

const PROGRAM = path.join(__dirname, '../../../tools/registry-records');

/** A record that one of Confluent's serialisers has written. */
export interface ConfluentRecord {
  topic: string;
  type: 'AVRO' | 'JSON' | 'PROTOBUF';
  /** hexadecimal, where the schema is named in one of them */
  headers?: Record<string, string>;
  /** hexadecimal */
  bytes: string;
  /** what a consumer makes of it; bytes in it are `{ bytes: <hexadecimal> }` */
  expected: unknown;
}

/** Records whose schemas are named in a header, and what a registry answers for these, by the path that asks for it. */
export interface HeaderRecords {
  records: ConfluentRecord[];
  answers: Record<string, unknown>;
}

/**
 * Has Confluent's serialisers write their records, which registers their schemas.
 * @param dir gets an environment of Python with them
 * @param addresses of the registry; and of a Kafka, if they are to be written there
 */
export async function confluentRecords(
  dir: string,
  addresses: readonly string[],
): Promise<ConfluentRecord[]> {
  return (await printed(dir, addresses)) as ConfluentRecord[];
}

/** The same with the registry that Confluent's client has for tests. */
export async function confluentHeaderRecords(dir: string): Promise<HeaderRecords> {
  return (await printed(dir, ['mock://'])) as HeaderRecords;
}

async function printed(dir: string, args: readonly string[]): Promise<unknown> {
  const python = await makeEnvironment(path.join(dir, 'python'), "to run Confluent's serialisers");
  await installLocked(python, path.join(PROGRAM, 'requirements.txt'));
  const lines: string[] = [];
  await run(python, [path.join(PROGRAM, 'records.py'), ...args], { onLine: (line) => lines.push(line) });
  return JSON.parse(lines.at(-1) ?? '');
}
