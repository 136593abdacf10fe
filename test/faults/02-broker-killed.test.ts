import { fault, RATE } from './support/pipeline';
import { killRepeatedly } from './support/scenarios';
import { size } from './support/size';

const kills = size(5, 2);
const downMs = size(12_000, 8_000);

describe('2. The broker is killed in the middle of the stream', () => {
  fault(
    `${kills} times, and away for ${downMs / 1000} s each: every reading is stored once`,
    { split: true },
    async (run) => {
      run.source.start(RATE);
      await killRepeatedly(run.broker, { kills, downMs, upMs: 3_000 });
      await run.finish(`2 broker killed ${kills} times`);
    },
  );
});
