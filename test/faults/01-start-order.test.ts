import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { plugIn, type TestDevice } from '../support/pty';
import { until } from '../support/until';
import { withPipeline, type Pipeline } from './support/pipeline';
import { size } from './support/size';

const absentMs = size(30_000, 8_000);
const MAX_RECOVERY_MS = 10_000;
const LINE_MS = 100;

type Part = 'Kafka' | 'the topic' | 'the database' | 'the serial device';

/** In the order in which they can be started: a topic needs its Kafka. */
const PARTS: Part[] = ['Kafka', 'the topic', 'the database', 'the serial device'];

const ABSENT: Record<string, Part[]> = {
  Kafka: ['Kafka', 'the topic'],
  'the topic': ['the topic'],
  'the database': ['the database'],
  'the serial device': ['the serial device'],
  everything: PARTS,
};

/** In CI the start without anything stands for the others. */
const CASES = Object.entries(ABSENT).slice(size(0, -1));

describe(`1. Something is not there for ${absentMs / 1000} s when Node-RED starts`, () => {
  for (const [name, absent] of CASES) {
    it(`${name}: within ${MAX_RECOVERY_MS / 1000} s of its coming up new readings are stored`, async () => {
      await withPipeline({ serial: true }, async (run) => {
        const board = new Board(run);
        try {
          await start(
            PARTS.filter((part) => !absent.includes(part)),
            run,
            board,
          );
          run.setFlows();
          await run.edge.start();
          await run.connected();
          await sleep(absentMs);
          await start(absent, run, board);
          await board.isReadWithin(MAX_RECOVERY_MS);
          board.stop();
          await run.finish(`1 absent at start: ${name}`);
        } finally {
          await board.unplug();
        }
      });
    });
  }
});

async function start(parts: readonly Part[], run: Pipeline, board: Board): Promise<void> {
  const starters: Record<Part, () => Promise<void>> = {
    Kafka: () => run.kafka.start(),
    'the topic': () => run.createTopic(),
    'the database': () => run.database.start(),
    'the serial device': () => board.plugIn(),
  };
  for (const part of parts) await starters[part]();
}

/** A board that writes a line ten times a second, from when it is plugged in. */
class Board {
  private device: TestDevice | undefined;
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly run: Pipeline) {}

  async plugIn(): Promise<void> {
    const device = await plugIn(this.run.serial);
    this.device = device;
    this.timer = setInterval(() => device.write(this.run.line()), LINE_MS);
  }

  /** A line that is written from now on has to be stored within this time. */
  async isReadWithin(milliseconds: number): Promise<void> {
    const before = this.run.ledger.sent;
    const start = Date.now();
    let stored = false;
    this.run.reports.onReport((report) => {
      stored ||= report.kind === 'stored' && report.n >= before;
    });
    await until('a line written after all was up to be stored', () => stored, 60_000);
    const took = Date.now() - start;
    assert.ok(took <= milliseconds, `the first new reading was stored after ${took} ms`);
  }

  stop(): void {
    clearInterval(this.timer);
  }

  async unplug(): Promise<void> {
    this.stop();
    await this.device?.unplug();
  }
}
