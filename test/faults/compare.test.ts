import { withPipeline, type PipelineOptions, RATE } from './support/pipeline';
import { peerFlows, PEER_NAMES } from './support/peer-flows';
import { seededRandom } from './support/random';
import { killNodeRedAtRandom, killRepeatedly, killWithFullHands } from './support/scenarios';
import { SEED, size } from './support/size';

/** The peers lose readings: their rows are for reading, not for passing. */
const RATE_FOR_ALL = Math.min(RATE, 100);
const SETTLE_MS = 60_000;

describe('The same faults with other nodes and with ours', () => {
  for (const ours of [false, true]) {
    const name = ours ? 'this package' : PEER_NAMES;

    it(`2. broker killed: ${name}`, async () => {
      await withPipeline(await optionsFor(ours), async (run) => {
        await run.start();
        run.source.start(RATE_FOR_ALL);
        await killRepeatedly(run.broker, { kills: size(5, 2), downMs: 12_000, upMs: 5_000 });
        await run.record(`2 broker killed, ${name}`, SETTLE_MS);
      });
    });

    it(`4. Node-RED killed: ${name}`, async () => {
      await withPipeline(await optionsFor(ours), async (run) => {
        await run.start();
        run.source.start(RATE_FOR_ALL);
        await killNodeRedAtRandom([run.edge, run.server], seededRandom(SEED), {
          kills: size(20, 6),
          maxUpMs: 5_000,
        });
        await run.record(`4 Node-RED killed, ${name}`, SETTLE_MS);
      });
    });

    it(`4. Node-RED killed with records in its hands: ${name}`, async () => {
      await withPipeline(await optionsFor(ours), async (run) => {
        await run.start();
        run.source.start(RATE_FOR_ALL);
        await killWithFullHands(run, { kills: size(5, 2), holdMs: 6_000, upMs: 5_000 });
        await run.record(`4 killed with full hands, ${name}`, SETTLE_MS);
      });
    });
  }
});

async function optionsFor(ours: boolean): Promise<PipelineOptions> {
  return { split: true, ...(ours ? {} : { flows: await peerFlows() }) };
}
