import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { Product } from '../../test/system/product';
import { cpuSeconds, memoryMB } from '../support/process-usage';
import type { Row, Series } from '../support/row';

const WARM = 'npm start, warm';
const NODE_RED = 'idle, Node-RED';

/** After a start everything is still being compiled. */
const SETTLE_MS = 15_000;

/** The whole demo with one board: how long it takes to start, and what it uses when nobody looks. */
export const idleRow: Row = {
  row: 6,
  title: 'start and idle of the whole demo',
  async run({ plan, say }) {
    const product = await Product.create();
    try {
      const cold = await product.start();
      say(`  first start ${cold} ms`);
      const warm: number[] = [];
      for (let round = 0; round < plan.rounds; round++) {
        await product.stop();
        warm.push(await product.start());
        say(`  round ${round + 1}  start ${warm.at(-1)} ms`);
      }
      await sleep(SETTLE_MS);
      return {
        row: 6,
        title: this.title,
        series: [
          { name: 'npm start, no data yet', unit: 's', figures: [cold / 1000] },
          { name: WARM, unit: 's', figures: warm.map((ms) => ms / 1000) },
          ...(await idle(product, plan.full ? 60_000 : 10_000)),
        ],
        goals: [],
        bounds: [
          { of: WARM, atMost: 10 },
          { of: NODE_RED, atMost: 5 },
        ],
        notes: ['one reading each 3 s from the simulated board, no browser'],
      };
    } finally {
      await product.dispose();
    }
  },
};

/** What the processes of the demo use of one core, and their memory. */
async function idle(product: Product, measureMs: number): Promise<Series[]> {
  const port = new URL(product.dashboard).port;
  const pids = processesWith(`PORT=${port}`);
  const before = pids.map(cpuSeconds);
  await sleep(measureMs);
  return pids.flatMap((pid, i): Series[] => {
    const name = nameOf(pid);
    if (name === undefined) return [];
    const percent = ((cpuSeconds(pid) - (before[i] ?? 0)) / measureMs) * 1000 * 100;
    return [
      { name: `idle, ${name}`, unit: '% of a core', figures: [percent] },
      { name: `memory, ${name}`, unit: 'MB', figures: [memoryMB(pid)] },
    ];
  });
}

/** @returns the processes that have this in their environment (Linux) */
function processesWith(variable: string): number[] {
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .map(Number)
    .filter((pid) => readOf(pid, 'environ').split('\0').includes(variable));
}

function nameOf(pid: number): string | undefined {
  const command = readOf(pid, 'cmdline').replaceAll('\0', ' ');
  if (/^node-red|red\.js/.test(command)) return 'Node-RED';
  if (command.includes('kafka.Kafka')) return 'Kafka';
  if (command.includes('secantus')) return 'database';
  if (command.includes('proteus/bench')) return 'simulated board';
  if (/tsx.*stack.main/.test(command)) return 'supervisor';
  return undefined;
}

function readOf(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch (error) {
    // It has ended, or belongs to somebody else.
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ESRCH' || code === 'EACCES') return '';
    throw error;
  }
}
