import { setTimeout as sleep } from 'node:timers/promises';
import { fault, RATE } from './support/pipeline';
import { killProcess, killRepeatedly, suspend } from './support/scenarios';
import { onlyInFullRun, size } from './support/size';

const kills = size(5, 2);
const awaySeconds = size(60, 20);
const stoppedSeconds = 25;

describe('3. The database is killed, away for long, or asleep; and so the broker', () => {
  fault(`database killed ${kills} times: every reading is stored once`, {}, async (run) => {
    run.source.start(RATE);
    await killRepeatedly(run.database.process, { kills, downMs: 5_000, upMs: 3_000 });
    await run.finish(`3 database killed ${kills} times`);
  });

  onlyInFullRun(() => {
    fault(`database away for ${awaySeconds} s: every reading is stored once`, {}, async (run) => {
      run.source.start(RATE);
      await run.flows();
      await killProcess(run.database.process);
      await sleep(awaySeconds * 1000);
      await run.database.start();
      await run.flows();
      await run.finish(`3 database away ${awaySeconds} s`);
    });

    fault(`database asleep for ${stoppedSeconds} s: every reading is stored once`, {}, async (run) => {
      run.source.start(RATE);
      await run.flows();
      await suspend(run.database.process, stoppedSeconds * 1000);
      await run.flows();
      await run.finish(`3 database asleep ${stoppedSeconds} s`);
    });

    fault(`broker asleep for ${stoppedSeconds} s: every reading is stored once`, {}, async (run) => {
      run.source.start(RATE);
      await run.flows();
      await suspend(run.broker, stoppedSeconds * 1000);
      await run.flows();
      await run.finish(`3 broker asleep ${stoppedSeconds} s`);
    });
  });
});
