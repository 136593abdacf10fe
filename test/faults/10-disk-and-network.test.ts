import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, statSync, writeSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { skip } from '../support/skip';
import { until } from '../support/until';
import { outboxFiles, outboxFolder } from './support/outbox';
import { fault, RATE, withPipeline, type Pipeline } from './support/pipeline';
import { killProcess } from './support/scenarios';
import { onlyInFullRun } from './support/size';
import { kafkaBehindProxy } from './support/silent-kafka';

const SMALL_DISK = 'size=24m';

/** A connection that says nothing is given up after its requests time out (10 s) and the watchdog has looked. */
const MAX_SILENCE_MS = 60_000;

describe('10. The disk is full, the outbox is damaged, a connection goes silent', () => {
  onlyInFullRun(() => {
    it('disk full: an error for each message without room, all accepted ones are stored once', async function () {
      await withPipeline({ split: true }, async (run) => {
        const folder = outboxFolder(run.edge);
        mkdirSync(folder, { recursive: true });
        const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', SMALL_DISK, 'tmpfs', folder]);
        if (mounted.status !== 0) {
          return skip(this, `mounting a small disk is refused here: ${String(mounted.stderr).trim()}`);
        }
        try {
          await run.start();
          await killProcess(run.broker);
          run.source.start(5_000);
          await until('the full disk to be an error', () => run.reports.count.error > 0, 120_000);
          await sleep(1_000);
          run.source.pause();
          await run.broker.start();
          await run.flows();
          const before = run.ledger.accepted;
          await until(
            'readings to be accepted again',
            () => {
              run.source.burst(10);
              return run.ledger.accepted > before;
            },
            60_000,
          );
          await run.finish('10 disk of the outbox full');
        } finally {
          await run.edge.kill();
          spawnSync('umount', [folder]);
        }
      });
    });

    fault(
      'outbox damaged: it is reported, Node-RED stays up, and what comes later is stored',
      { split: true },
      async (run) => {
        await killProcess(run.broker);
        run.source.start(RATE);
        await sleep(5_000);
        run.source.pause();
        await until('all to be accepted', () => run.ledger.accepted === run.ledger.sent);
        await run.edge.kill();
        for (const file of outboxFiles(run.edge)) damage(file);
        const warnings = linesOf(run, /could not be read back|damaged/);
        await run.edge.start();
        await run.connected();
        await run.broker.start();
        await until('the damage to be reported', () => warnings.length > 0);

        const later = run.ledger.sent;
        run.source.burst(100);
        const result = await run.settle(20_000);
        assert.equal(result.doubled, 0);
        assert.equal(result.outOfOrder, 0);
        assert.ok(
          result.missing < later,
          `${result.missing} of ${later} readings were lost with the damaged files`,
        );
        assert.deepEqual(run.edge.unexpectedExits, []);
        console.log(
          `      ${result.missing} of ${later} readings could not be read back, the others are stored`,
        );
      },
    );
  });

  it('silent connection: a new one is opened, and every reading is stored once', async () => {
    const { proxy, options } = await kafkaBehindProxy();
    try {
      await withPipeline({ ...options, split: true }, async (run) => {
        await run.start();
        run.source.start(RATE);
        await sleep(3_000);
        proxy.silence();
        const before = run.ledger.sent;
        let stored = false;
        run.reports.onReport((report) => {
          stored ||= report.kind === 'stored' && report.n * 10 > before;
        });
        await until('a reading from after the silence to be stored', () => stored, MAX_SILENCE_MS);
        await run.finish('10 connections to the broker go silent');
      });
    } finally {
      await proxy.close();
    }
  });
});

/** Writes garbage into the middle of a file, as a bad disk does. */
function damage(file: string): void {
  const { size } = statSync(file);
  if (size < 200) return;
  const handle = openSync(file, 'r+');
  writeSync(handle, Buffer.alloc(64, 0xa5), 0, 64, Math.floor(size / 2));
  closeSync(handle);
}

/** Gathers what the edge's Node-RED logs from now on. */
function linesOf(run: Pipeline, pattern: RegExp): string[] {
  const lines: string[] = [];
  run.edge.process.on('line', (line) => {
    if (pattern.test(line)) lines.push(line);
  });
  return lines;
}
