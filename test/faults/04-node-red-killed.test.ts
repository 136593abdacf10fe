import { fault, RATE } from './support/pipeline';
import { seededRandom } from './support/random';
import { killInBurst, killNodeRedAtRandom, killWithFullHands } from './support/scenarios';
import { SEED, onlyInFullRun, size } from './support/size';

const kills = size(20, 5);
const heldKills = size(5, 2);
const burstKills = size(10, 3);

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

  onlyInFullRun(() => {
    fault(
      `${burstKills} times in the middle of a burst: what was done is on disk`,
      { split: true },
      async (run) => {
        await killInBurst(run, { kills: burstKills, burst: 5_000 });
        await run.finish(`4 Node-RED killed ${burstKills} times in a burst`);
      },
    );
  });
});
