/**
 * Lets mongo-sink store its first readings in one fresh database after the other, and counts in how many the server then
 * answered nobody any more: SecantusDB 0.7.0b3 does so where the first insertion into a new collection meets another
 * `createIndexes`.
 *
 *     node --import tsx tools/fresh-databases.ts [rounds, 300] [sinks at once, 1]
 */
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Database } from '../stack/database/database';
import { TestSink, reading, record } from '../test/nodes/mongo-sink/support';
import { newReadingId } from '../nodes/shared/reading-id';

/** A batch of three readings takes some 50 ms. */
const STANDSTILL_MS = 20_000;

async function round(uri: string, name: string, sinks: number): Promise<boolean> {
  const running = Array.from({ length: sinks }, (_, i) => {
    const own = i === 0 ? '' : String(i);
    const collections = {
      collection: `datos${own}`,
      nodesCollection: `nodos${own}`,
      rejectedCollection: `rechazados${own}`,
    };
    return new TestSink({ uri, name }, collections);
  });
  const stored = running.flatMap((sink) =>
    [0, 1, 2].map((i) => sink.store(record(reading(`n${i}`, i), i, newReadingId()))),
  );
  const late = new AbortController();
  const isStored = await Promise.race([
    Promise.all(stored).then(() => true),
    sleep(STANDSTILL_MS, false, { signal: late.signal }).catch(() => false),
  ]);
  late.abort();
  if (isStored) await Promise.all(running.map((sink) => sink.close()));
  return isStored;
}

async function main(rounds: number, sinks: number): Promise<void> {
  const dir = await mkdtemp(path.join(os.tmpdir(), 'fresh-databases-'));
  const server = await Database.prepare({ dir, standstill: 10 * STANDSTILL_MS });
  await server.start();
  let standstills = 0;
  for (let i = 1; i <= rounds; i++) {
    if (!(await round(server.uri, `fresh-${i}`, sinks))) {
      standstills++;
      const { exited } = server.process;
      server.process.kill('SIGKILL');
      await exited;
      await server.start();
    }
    if (i % 20 === 0 || i === rounds)
      console.log(`${server.name}: ${standstills} standstills of ${i} fresh databases`);
  }
  await server.stop();
  await rm(dir, { recursive: true, force: true });
  process.exit(standstills === 0 ? 0 : 1);
}

void main(Number(process.argv[2] ?? 300), Number(process.argv[3] ?? 1));
