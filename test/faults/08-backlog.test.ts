import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { kafkaClient, lag } from './support/inspect';
import { withPipeline, type Pipeline } from './support/pipeline';
import { TcpProxy } from './support/proxy';
import { size } from './support/size';

const backlog = size(1_000_000, 40_000);
const slowMs = size(60_000, 10_000);

/** What the slowed database takes: some 500 readings a second. */
const SLOW_BYTES_PER_SECOND = 100_000;

const MAX_GROWTH_MB = 100;

/**
 * As on a small board. With gigabytes to spare Node.js lets garbage lie until the heap is several times what is in use,
 * which would hide whether the backlog is in there; and a heap that really holds it ends the process at this bound.
 */
const NODE_OPTIONS = ['--max-old-space-size=128', '--max-semi-space-size=8'];

const BATCH = 5_000;

describe(`8. ${backlog} readings wait in the topic and the database is slow`, () => {
  it(`the memory of Node-RED stays within ${MAX_GROWTH_MB} MB of idle, and every reading is stored once`, async () => {
    const proxy = await TcpProxy.listen();
    const databaseUri = `mongodb://127.0.0.1:${proxy.port}/?directConnection=true`;
    try {
      await withPipeline(
        { split: true, sensorNodes: 100, addresses: { databaseUri }, nodeOptions: NODE_OPTIONS },
        async (run) => {
          proxy.forwardTo({ host: '127.0.0.1', port: Number(new URL(run.database.uri).port) });
          await run.start();
          const idle = await settledMemory(run);
          await run.server.stop();
          await fill(run);

          proxy.limit(SLOW_BYTES_PER_SECOND);
          const memory = new MemoryPeak(run);
          await run.server.start();
          await sleep(slowMs);
          proxy.limit(Infinity);
          await drained(run);
          memory.stop();

          console.log(`      Node-RED: ${idle.toFixed(0)} MB idle, at most ${memory.peak.toFixed(0)} MB`);
          assert.ok(memory.peak - idle < MAX_GROWTH_MB, `grew from ${idle} to ${memory.peak} MB`);
          await run.finish(`8 backlog of ${backlog}`, 300_000);
        },
      );
    } finally {
      await proxy.close();
    }
  });
});

/** Writes the backlog as the edge would have: numbered readings, keyed by their sensor node. */
async function fill(run: Pipeline): Promise<void> {
  const producer = kafkaClient(run.kafka.bootstrap).producer({ idempotent: true, maxInFlightRequests: 1 });
  await producer.connect();
  for (let sent = 0; sent < backlog; sent += BATCH) {
    const readings = Array.from({ length: BATCH }, (_, index) => run.ledger.send(`nodo-${index % 100}`));
    await producer.send({
      topic: run.place.topic,
      acks: -1,
      messages: readings.map((reading) => ({
        key: reading.nodo,
        value: JSON.stringify({
          ...reading,
          humedad: 60,
          temperatura: 26,
          sensacion: 26.9,
          radiacion: 1997.07,
        }),
      })),
    });
    for (const reading of readings) run.ledger.accept(reading);
  }
  await producer.disconnect();
}

/** The memory once it has stopped to change much: after the start, code is still being loaded and compiled. */
async function settledMemory(run: Pipeline): Promise<number> {
  let last = 0;
  let now = run.server.memoryMB();
  while (Math.abs(now - last) > 1) {
    last = now;
    await sleep(2_000);
    now = run.server.memoryMB();
  }
  return now;
}

/** Waits until the group has read everything. */
async function drained(run: Pipeline): Promise<void> {
  while ((await lag(run.kafka.bootstrap, run.place.groupId, run.place.topic)) > 0) await sleep(1_000);
}

class MemoryPeak {
  peak = 0;
  private readonly timer: NodeJS.Timeout;

  constructor(run: Pipeline) {
    this.timer = setInterval(() => {
      if (run.server.process.running) this.peak = Math.max(this.peak, run.server.memoryMB());
    }, 250);
  }

  stop(): void {
    clearInterval(this.timer);
  }
}
