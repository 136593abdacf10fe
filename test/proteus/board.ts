import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { until } from '../support/until';

export const MAIN = path.join(__dirname, '..', '..', 'proteus', 'bench', 'main.ts');

/** The bench as a process of its own, without npm and its shell around it. */
export class BoardProcess {
  stdout = '';
  stderr = '';
  private readonly child: ChildProcessByStdio<null, Readable, Readable>;

  constructor(...args: string[]) {
    this.child = spawn(process.execPath, ['--import', 'tsx', MAIN, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.child.stdout.on('data', (data: Buffer) => (this.stdout += data.toString('latin1')));
    this.child.stderr.on('data', (data: Buffer) => (this.stderr += data.toString('latin1')));
  }

  /** Waits for the line that says where the serial line is, and gives it. */
  async ready(): Promise<string> {
    return until('the ready line of the board', () => {
      if (this.child.exitCode !== null) throw new Error(`the board has ended: ${this.stderr}`);
      return /^board ready: (.*)\n/m.exec(this.stdout + this.stderr)?.[1];
    });
  }

  /** Waits for the end of the process. Its exit code, or the signal that ended it. */
  async ended(): Promise<number | string> {
    const { child } = this;
    if (child.exitCode === null && child.signalCode === null) await once(child, 'close');
    return child.exitCode ?? child.signalCode ?? 'unknown';
  }

  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | string> {
    this.child.kill(signal);
    return this.ended();
  }
}
