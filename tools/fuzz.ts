/**
 * Sends to every entrance of a running pipeline what nobody should send (HTTP, the sockets of both dashboards, Kafka
 * records, serial lines, documents), and fails where the process ends, stands still, grows, answers another page or
 * writes where nobody meant it to.
 *
 *   npm run fuzz                          one minute
 *   npm run fuzz -- --minutes 5           for that long
 *   npm run fuzz -- --seed 42             what an earlier run has sent again
 */
import { parseArgs } from 'node:util';
import { fuzz } from '../test/fuzz/run';
import { stopServices } from '../test/support/services';

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: { minutes: { type: 'string', default: '1' }, seed: { type: 'string' } },
  });
  const minutes = Number(values.minutes);
  const seed = Number(values.seed ?? Date.now() % 1_000_000);
  if (!(minutes > 0) || !Number.isSafeInteger(seed)) {
    console.error('usage: npm run fuzz -- [--minutes NUMBER] [--seed WHOLE-NUMBER]');
    return 1;
  }
  console.log(`seed ${seed}, ${minutes} min`);
  try {
    const { sent, longestPauseMs, mostMemoryBytes, faults } = await fuzz(seed, minutes * 60_000, console.log);
    console.log(
      `${sent} sent, longest pause ${Math.round(longestPauseMs)} ms, at most ${Math.round(mostMemoryBytes / 1e6)} MB`,
    );
    for (const fault of faults) console.error(`FAULT: ${fault}`);
    return faults.length > 0 ? 1 : 0;
  } finally {
    await stopServices();
  }
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);
