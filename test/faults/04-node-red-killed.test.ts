import { fault, RATE } from './support/pipeline';
import { seededRandom } from './support/random';
import { killNodeRedAtRandom } from './support/scenarios';
import { SEED, size } from './support/size';

const kills = size(20, 5);

describe('4. Node-RED is killed at random moments', () => {
  fault(`${kills} times: every reading whose done was seen is stored once`, { split: true }, async (run) => {
    run.source.start(RATE);
    await killNodeRedAtRandom([run.edge, run.server], seededRandom(SEED), { kills, maxUpMs: 6_000 });
    await run.flows();
    await run.finish(`4 Node-RED killed ${kills} times, seed ${SEED}`);
  });
});
