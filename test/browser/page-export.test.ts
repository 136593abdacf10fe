import assert from 'node:assert/strict';
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import type { CDPSession } from 'playwright-core';
import { AloneInBrowser } from './support/alone-in-browser';
import { answerOfNodes } from './support/page-series';

const READINGS = 300_000;
/** As topic-catalog hands them out. */
const PIECE = 500;
const STEP_MS = 1_000;
/** How often the page is looked at meanwhile. */
const LOOKS = 6;
const MB = 2 ** 20;
/** The file has several times that. */
const MOST_GROWTH = 6 * MB;

describe('the export of every reading, in the page', function () {
  this.timeout(120_000);
  const pages = AloneInBrowser.forTests();

  it(`leaves the page as large as it is while ${READINGS} readings go through it`, async () => {
    const end = Math.floor(Date.now() / 1_000) * 1_000;
    const begin = end - READINGS * STEP_MS;
    const node = { values: { humedad: [1, 2], temperatura: [20, 21] }, stepMs: end - begin, end };
    const seen: number[] = [];
    const { page, context } = await pages.open((action, payload) => {
      const answered = answerOfNodes({ todas: node }, action, payload) as object;
      return action === 'series' ? { ...answered, from: begin, to: end } : answered;
    }, '#?nodo=todas&rango=todo');
    const session = await context.newCDPSession(page);
    await context.exposeFunction('look', async () => void seen.push(await liveHeap(session)));
    await page.locator('skm-chart canvas').first().waitFor();
    await page.evaluate(answerReadings, {
      begin,
      all: READINGS,
      piece: PIECE,
      stepMs: STEP_MS,
      looks: LOOKS,
    });
    const [file] = await Promise.all([
      page.waitForEvent('download', { timeout: 110_000 }),
      page.getByRole('button', { name: 'Cada lectura' }).click(),
    ]);
    const { lines, bytes } = await measure(await file.path());
    assert.equal(lines, READINGS + 1);
    const inMb = seen.map((size) => (size / MB).toFixed(1)).join(', ');
    console.log(`      ${(bytes / MB).toFixed(1)} MB; alive in the page meanwhile: ${inMb} MB`);
    assert.ok(bytes > 3 * MOST_GROWTH);
    assert.equal(seen.length, LOOKS);
    assert.ok(Math.max(...seen) - seen[0]! < MOST_GROWTH, inMb);
  });
});

interface Row {
  begin: number;
  all: number;
  piece: number;
  stepMs: number;
  looks: number;
}

/** In the page: answers questions for readings, as many as there are to be, and has the page looked at now and then. */
function answerReadings({ begin, all, piece, stepMs, looks }: Row): void {
  const page = document.querySelector<HTMLElement & { send: unknown; receive: (message: object) => void }>(
    'serial-kafka-mongo-dashboard',
  )!;
  const others = page.send as (message: object) => void;
  page.send = async (message: { action: string; payload: { from: number }; request: string }) => {
    if (message.action !== 'readings') return others(message);
    const first = (message.payload.from - begin) / stepMs;
    if (first % (all / looks) === 0) await (window as unknown as { look: () => Promise<void> }).look();
    const readings = Array.from({ length: Math.min(piece, all - first) }, (_, n) => ({
      ts: begin + (first + n) * stepMs,
      fecha: null,
      hora: null,
      valores: { humedad: (first + n) % 100, temperatura: 20 + (n % 50) / 10, contador: first + n },
    }));
    const next = first + piece < all ? begin + (first + piece) * stepMs : null;
    page.receive({
      ...message,
      payload: { at: Date.now(), nodo: 'todas', readings, next, width: piece * stepMs },
    });
  };
}

/** What is alive in the page, in bytes. */
async function liveHeap(session: CDPSession): Promise<number> {
  await session.send('HeapProfiler.collectGarbage');
  return (await session.send('Runtime.getHeapUsage')).usedSize;
}

async function measure(file: string): Promise<{ lines: number; bytes: number }> {
  const stream = createReadStream(file);
  let lines = 0;
  for await (const line of createInterface(stream)) if (line !== '') lines++;
  return { lines, bytes: stream.bytesRead };
}
