import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { ManagedProcess, ServiceError, type ProcessSpec } from '../../../stack/process/managed-process';
import { shiftClock } from '../../support/clock/shift-clock.cjs';
import { isRunning } from '../../support/processes';
import { withTempDir } from '../../support/temp-dir';
import { skip } from '../../support/skip';
import { until } from '../../support/until';

/** A child that runs a piece of JavaScript and counts as ready once it has printed "up". */
function child(code: string, more: Partial<ProcessSpec> = {}): ManagedProcess {
  return new ManagedProcess({
    name: 'the child',
    command: process.execPath,
    args: ['-e', code],
    ready: ({ lastLines }) => lastLines.includes('up'),
    ...more,
  });
}

function childrenOf(pid: number): number[] {
  const tasks = readdirSync(`/proc/${pid}/task`);
  return tasks
    .flatMap((task) => readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').split(' '))
    .filter(Boolean)
    .map(Number);
}

const STAYS = `console.log('up'); setInterval(() => {}, 1000);`;
const DEAF = `process.on('SIGTERM', () => console.log('no')); ${STAYS}`;

describe('a managed process', () => {
  it('has started when it is seen to be ready, not before', async () => {
    const slow = child(`setTimeout(() => { ${STAYS} }, 300)`);
    const starting = slow.start();
    assert.equal(await Promise.race([starting, until('a process id', () => slow.pid)]), slow.pid);
    await starting;
    assert.deepEqual(slow.lastLines, ['up']);
    await slow.stop();
  });

  it('says with its last lines why it did not start', async () => {
    const broken = child(`console.error('no such disk'); process.exit(3)`);
    await assert.rejects(broken.start(), (error: ServiceError) => {
      assert.match(error.message, /the child ended while starting \(exit code 3\)/);
      assert.match(error.message, /no such disk/);
      return error instanceof ServiceError;
    });
    assert.equal(broken.running, false);
  });

  it('gets of the environment what any program needs, and no secret of another', async () => {
    process.env.MONGODB_URI = 'mongodb://user:secret@host';
    try {
      const code = `console.log(JSON.stringify(process.env)); ${STAYS}`;
      for (const [inherits, expected] of [
        ['needed', undefined],
        ['all', 'mongodb://user:secret@host'],
      ] as const) {
        const told = child(code, { inherits, env: { OWN: '1' } });
        await told.start();
        const seen = JSON.parse(told.lastLines[0] ?? '') as NodeJS.ProcessEnv;
        assert.deepEqual([seen.MONGODB_URI, seen.OWN, seen.PATH], [expected, '1', process.env.PATH]);
        await told.stop();
      }
    } finally {
      delete process.env.MONGODB_URI;
    }
  });

  it('says so when the program does not exist', async () => {
    await assert.rejects(child('', { command: '/nowhere/program' }).start(), /\/nowhere\/program ENOENT/);
  });

  it('is stopped when it does not become ready in time', async () => {
    const mute = child('setInterval(() => {}, 1000)', { readyTimeout: 300 });
    const starting = mute.start();
    const pid = await until('a process id', () => mute.pid);
    await assert.rejects(starting, /was not ready within 0.3 s/);
    assert.equal(isRunning(pid), false);
  });

  it('is waited for as long as that takes, also when the clock is set back by an hour meanwhile', async () => {
    const mute = child('setInterval(() => {}, 1000)', { readyTimeout: 300 });
    const starting = mute.start();
    const setRight = shiftClock(-3_600_000);
    try {
      await assert.rejects(starting, /was not ready within 0.3 s/);
    } finally {
      setRight();
      await mute.stop();
    }
  });

  it('ends at a stop, and can be started again', async () => {
    const process = child(STAYS);
    await process.start();
    const first = process.pid ?? 0;
    await process.stop();
    assert.equal(isRunning(first), false);
    await process.start();
    assert.notEqual(process.pid, first);
    await process.stop();
  });

  it('is killed when it does not heed a stop', async () => {
    const deaf = child(DEAF, { stopTimeout: 200 });
    await deaf.start();
    const pid = deaf.pid ?? 0;
    await deaf.stop();
    assert.equal(isRunning(pid), false);
    assert.ok(deaf.lastLines.includes('no'), 'it was asked before it was killed');
  });

  it('ends at a stop even while it is halted', async () => {
    const halted = child(STAYS, { stopTimeout: 10_000 });
    await halted.start();
    halted.kill('SIGSTOP');
    const since = Date.now();
    await halted.stop();
    assert.ok(Date.now() - since < 5_000);
  });

  it('tells how it ended', async () => {
    const process = child(STAYS);
    await process.start();
    const exit = once(process, 'exit');
    process.kill('SIGKILL');
    assert.deepEqual(await exit, [{ code: undefined, signal: 'SIGKILL', expected: false }]);
    assert.equal(process.kill('SIGKILL'), false, 'a signal after the end goes nowhere');
  });

  it('leaves no process of its own behind when it is killed', async () => {
    const parent = child(
      `const c = require('child_process').spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
       console.log('grandchild ' + c.pid); ${STAYS}`,
    );
    await parent.start();
    const grandchild = Number(parent.lastLines[0]?.split(' ')[1]);
    assert.equal(isRunning(grandchild), true);
    parent.kill('SIGKILL');
    await until('the grandchild to be gone', () => !isRunning(grandchild));
  });

  it('does not outlive the process that started it, even when that one is killed', async () => {
    const program = path.join(__dirname, 'starts-a-child.ts');
    const starter = spawn(process.execPath, ['--require', 'tsx/cjs', program], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = (await once(starter.stdout, 'data')) as [Buffer];
    const grandchild = Number(line.toString());
    assert.equal(isRunning(grandchild), true);
    starter.kill('SIGKILL');
    await until('the child of the killed process to be gone', () => !isRunning(grandchild));
  });

  it('does not outlive it either when what looks after that was killed before', async function () {
    if (process.platform !== 'linux') return skip(this, 'processes are looked at by Linux alone');
    const program = path.join(__dirname, 'starts-a-child.ts');
    const starter = spawn(process.execPath, ['--require', 'tsx/cjs', program], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = (await once(starter.stdout, 'data')) as [Buffer];
    const grandchild = Number(line.toString());
    try {
      const reaper = (): number | undefined =>
        childrenOf(starter.pid!).find((pid) => pid !== grandchild && isRunning(pid));
      const first = await until('what looks after it', reaper);
      process.kill(first, 'SIGKILL');
      await until('another one', () => reaper() !== undefined && reaper() !== first);
      starter.kill('SIGKILL');
      await until('the child of the killed process to be gone', () => !isRunning(grandchild));
    } finally {
      starter.kill('SIGKILL');
      if (isRunning(grandchild)) process.kill(grandchild, 'SIGKILL');
    }
  });

  it('adds what it prints to its log file', async () => {
    await withTempDir(async (dir) => {
      const logFile = path.join(dir, 'logs', 'child.log');
      const process = child(STAYS, { logFile });
      await process.start();
      await process.stop();
      await until(
        'the line in the file',
        () => existsSync(logFile) && readFileSync(logFile, 'utf8') === 'up\n',
      );
    });
  });
});
