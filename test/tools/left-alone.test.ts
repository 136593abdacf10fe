import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { ROOT } from '../../stack/paths';
import { isRunning } from '../support/processes';
import { until } from '../support/until';

/** Says how it fares in a file beside it, ten times a second, and how it was ended. */
const PROGRAM = `
const fs = require('node:fs');
const say = (line) => fs.appendFileSync(__dirname + '/said', line + '\\n');
say(process.pid);
setInterval(() => say('up'), 100);
process.on('SIGTERM', () => { say('told to stop'); process.exit(); });
`;
/** Three times as long as it takes to look whether npm is there. */
const WATCHED_LINES = 30;

describe('what an npm script has started', function () {
  this.timeout(60_000);
  let dir: string;
  const running: number[] = [];

  before(async () => {
    dir = await mkdtemp(path.join(os.tmpdir(), 'left-alone-'));
  });

  after(async () => {
    for (const pid of running.filter(isRunning)) process.kill(pid, 'SIGKILL');
    await rm(dir, { recursive: true, force: true });
  });

  /** @returns the folder of a package whose `npm start` runs the program as ours does */
  async function packageWithProgram(name: string): Promise<string> {
    const folder = path.join(dir, name);
    await mkdir(folder);
    await writeFile(path.join(folder, 'program.cjs'), PROGRAM);
    const program = path.relative(ROOT, path.join(folder, 'program.cjs'));
    const start = `node ${path.join(ROOT, 'tools', 'bootstrap.mjs')} ${program}`;
    await writeFile(path.join(folder, 'package.json'), JSON.stringify({ scripts: { start } }));
    return folder;
  }

  function said(folder: string): string[] {
    const file = path.join(folder, 'said');
    return existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : [];
  }

  async function programRuns(folder: string): Promise<number> {
    await until('the program to run', () => said(folder).includes('up'), 30_000);
    const pid = Number(said(folder)[0]);
    running.push(pid);
    return pid;
  }

  async function endsAfter(signal: NodeJS.Signals): Promise<void> {
    const folder = await packageWithProgram(signal);
    const npm = spawn('npm', ['start'], { cwd: folder, detached: true, stdio: 'ignore' });
    const pid = await programRuns(folder);
    npm.kill(signal);
    await until(`the end of the program after ${signal}`, () => !isRunning(pid), 10_000);
    assert.equal(said(folder).at(-1), 'told to stop', signal);
  }

  /** @param scriptShell in which npm runs scripts; bash becomes the command that it is given, other shells stay beside it */
  async function outlivesItsShell(scriptShell: string): Promise<void> {
    const folder = await packageWithProgram(`background-${scriptShell}`);
    const shell = spawn('sh', ['-c', 'npm start & wait'], {
      cwd: folder,
      detached: true,
      stdio: 'ignore',
      env: { ...process.env, npm_config_script_shell: scriptShell },
    });
    const pid = await programRuns(folder);
    shell.kill('SIGKILL');
    await once(shell, 'exit');
    const { length } = said(folder);
    await until('it to have run on for a while', () => said(folder).length > length + WATCHED_LINES, 20_000);
    process.kill(pid, 'SIGTERM');
    await until('its end', () => !isRunning(pid));
    assert.equal(said(folder).filter((line) => line === 'told to stop').length, 1);
  }

  it('stops politely when npm alone is ended, killed or hung up', () =>
    Promise.all((['SIGTERM', 'SIGKILL', 'SIGHUP'] as const).map(endsAfter)));

  it('runs on when only the shell is gone in which npm was started in the background', () =>
    Promise.all(['sh', 'bash'].map(outlivesItsShell)));
});
