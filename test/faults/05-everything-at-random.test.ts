import { setTimeout as sleep } from 'node:timers/promises';
import { fault, RATE, type Pipeline } from './support/pipeline';
import { seededRandom, type Random } from './support/random';
import { killProcess, suspend } from './support/scenarios';
import { SEED, size } from './support/size';

const minutes = Number(process.env.FAULTS_MINUTES ?? size(10, 2));

describe('5. Everything fails at random', () => {
  fault(`for ${minutes} min, seed ${SEED}: every reading is stored once`, { split: true }, async (run) => {
    const random = seededRandom(SEED);
    const end = Date.now() + minutes * 60_000;
    let breaks = 0;
    // In a long run a lower rate keeps the final comparison of everything small.
    run.source.start(minutes > 15 ? RATE / 5 : RATE);
    while (Date.now() < end) {
      await sleep(random.between(500, 5_000));
      await breakSomething(run, random);
      breaks++;
    }
    await run.flows();
    await run.finish(`5 ${breaks} random breaks in ${minutes} min, seed ${SEED}`, 300_000);
  });
});

async function breakSomething(run: Pipeline, random: Random): Promise<void> {
  const service = random.pick([run.broker, run.database.process, run.edge.process, run.server.process]);
  const awayMs = random.between(0, 8_000);
  if (random.between(1, 4) === 1) {
    await suspend(service, awayMs);
    return;
  }
  const nodeRed = [run.edge, run.server].find(({ process }) => process === service);
  await (nodeRed ? nodeRed.kill() : killProcess(service));
  await sleep(awayMs);
  await (nodeRed ? nodeRed.start() : service.start());
}
