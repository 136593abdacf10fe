import { fault, RATE } from './support/pipeline';
import { seededRandom } from './support/random';
import { killNodeRedAtRandom, killWithFullHands } from './support/scenarios';
import { SEED, size } from './support/size';

const kills = size(20, 5);
const heldKills = size(5, 2);

describe('4. Node-RED is killed at random moments', () => {
  fault(`${kills} times: every reading whose done was seen is stored once`, { split: true }, async (run) => {
    run.source.start(RATE);
    await killNodeRedAtRandom([run.edge, run.server], seededRandom(SEED), { kills, maxUpMs: 6_000 });
    await run.flows();
    await run.finish(`4 Node-RED killed ${kills} times, seed ${SEED}`);
  });

  fault(`${heldKills} times with records in its hands: none is missing`, { split: true }, async (run) => {
    run.source.start(RATE);
    await killWithFullHands(run, { kills: heldKills, holdMs: 6_000, upMs: 2_000 });
    await run.finish(`4 Node-RED killed ${heldKills} times, hands full`);
  });
});
