import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { ManagedProcess } from '../../../stack/process/managed-process';
import { Supervisor } from '../../../stack/process/supervisor';
import { isRunning } from '../../support/processes';
import { withTempDir } from '../../support/temp-dir';
import { until } from '../../support/until';

const QUICK = { initialDelay: 20, maxDelay: 2_000, stableAfter: 60_000 };

function child(name: string, code = `console.log('up'); setInterval(() => {}, 1000);`): ManagedProcess {
  return new ManagedProcess({
    name,
    command: process.execPath,
    args: ['-e', code],
    ready: ({ lastLines }) => lastLines.includes('up'),
  });
}

/** The waits that were announced, in seconds. */
function waits(reports: readonly string[]): number[] {
  return reports.flatMap((line) => {
    const wait = /is started again in ([\d.]+) s/.exec(line)?.[1];
    return wait === undefined ? [] : [Number(wait)];
  });
}

describe('the supervisor', () => {
  it('names a process that died, with its last lines, and starts it again', async () => {
    const reports: string[] = [];
    const supervisor = new Supervisor((line) => reports.push(line), QUICK);
    const process = child(
      'the broker',
      `console.log('up'); console.log('disk full'); setInterval(() => {}, 1000);`,
    );
    await supervisor.run(process);
    await until('its last line', () => process.lastLines.includes('disk full'));
    const first = process.pid;
    process.kill('SIGKILL');
    await until('the process to be back', () => reports.includes('the broker is back'));
    assert.match(reports[0] ?? '', /the broker ended \(killed by SIGKILL\)[^]*disk full/);
    assert.notEqual(process.pid, first);
    await supervisor.stop();
  });

  it('waits longer each time a process dies again', async () => {
    const reports: string[] = [];
    const supervisor = new Supervisor((line) => reports.push(line), { ...QUICK, initialDelay: 100 });
    await supervisor.run(child('the broker', `console.log('up'); setTimeout(() => process.exit(1), 150);`));
    await until('five restarts', () => waits(reports).length >= 5, 20_000);
    await supervisor.stop();
    // A first wait is 0.1 s and up to 0.04 s more.
    assert.ok(Math.max(...waits(reports)) > 0.2, `waits: ${waits(reports).join(', ')}`);
  });

  it('goes on trying when a process cannot be started again', async () => {
    await withTempDir(async (dir) => {
      const flag = path.join(dir, 'broken');
      const reports: string[] = [];
      const supervisor = new Supervisor((line) => reports.push(line), QUICK);
      const process = child(
        'the broker',
        `const fs = require('fs'), flag = ${JSON.stringify(flag)};
         const starts = fs.existsSync(flag) ? Number(fs.readFileSync(flag)) : 0;
         fs.writeFileSync(flag, String(starts + 1));
         if (starts === 1 || starts === 2) { console.log('still broken'); process.exit(1); }
         console.log('up'); setInterval(() => {}, 1000);`,
      );
      await supervisor.run(process);
      assert.ok(existsSync(flag));
      process.kill('SIGKILL');
      await until('the process to be back', () => reports.includes('the broker is back'));
      assert.equal(reports.filter((line) => line.includes('ended while starting')).length, 2);
      await supervisor.stop();
    });
  });

  it('stops what started last first', async () => {
    const ends: string[] = [];
    const supervisor = new Supervisor(() => undefined, QUICK);
    const [kafka, database, nodeRed] = [child('kafka'), child('database'), child('node-red')];
    for (const process of [kafka, database, nodeRed]) process.on('exit', () => ends.push(process.name));
    await supervisor.run(kafka, database);
    await supervisor.run(nodeRed);
    await supervisor.stop();
    assert.equal(ends[0], 'node-red');
    assert.deepEqual(ends.slice(1).sort(), ['database', 'kafka']);
  });

  it('does not start again what was stopped, not even while it waits to', async () => {
    const reports: string[] = [];
    const supervisor = new Supervisor((line) => reports.push(line), {
      ...QUICK,
      initialDelay: 60_000,
      maxDelay: 60_000,
    });
    const process = child('the broker');
    await supervisor.run(process);
    process.kill('SIGKILL');
    await until('it waits', () => waits(reports).length === 1);
    await supervisor.stop();
    assert.equal(process.running, false);
    assert.deepEqual(
      reports.filter((line) => line.endsWith('is back')),
      [],
    );
  });

  it('restarts one process on demand, which is not a death', async () => {
    const reports: string[] = [];
    const supervisor = new Supervisor((line) => reports.push(line), QUICK);
    const [kafka, nodeRed] = [child('kafka'), child('node-red')];
    await supervisor.run(kafka, nodeRed);
    const before = { kafka: kafka.pid, nodeRed: nodeRed.pid ?? 0 };
    await supervisor.restart(nodeRed);
    assert.equal(isRunning(before.nodeRed), false);
    assert.notEqual(nodeRed.pid, before.nodeRed);
    assert.equal(kafka.pid, before.kafka);
    assert.deepEqual(reports, []);
    await supervisor.stop();
  });
});
