import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { ROOT } from '../../stack/paths';
import type { ShellCommand } from '../support/shell-commands';
import { Product } from './product';

/** What a command has said by its end. */
export interface Said {
  code: number | null;
  text: string;
}

/** Runs the commands of a page as its reader does, with ports and data of its own. */
export class PagePlayer {
  private running: Product | undefined;

  /** What the page has started last. */
  get product(): Product {
    assert.ok(this.running, 'the page has started nothing yet');
    return this.running;
  }

  /** @param enough where the reader presses Ctrl-C: what is seen before that */
  async play({ text, untilInterrupted }: ShellCommand, enough = /retraso|offset \d+/): Promise<Said> {
    const [program = '', ...args] = text.split(/\s+/);
    if (text.startsWith('npm start')) {
      await this.dispose();
      this.running = await Product.create(args.slice(2));
      await this.running.start();
      return { code: 0, text: this.running.lines.join('\n') };
    }
    if (program === 'pkill') return this.signal(args);
    const [, content, file] = /^echo (.*) > (\S+)$/.exec(text) ?? [];
    if (content !== undefined && file !== undefined) {
      await writeFile(path.join(this.product.folder, path.relative('.data', file)), `${content}\n`);
      return { code: 0, text: '' };
    }
    return this.run(program, args, untilInterrupted ? enough : undefined);
  }

  /** What is seen inside of Kafka now. */
  look(): Promise<Said> {
    return this.run('npm', ['run', '-s', 'inside']);
  }

  async dispose(): Promise<void> {
    await this.running?.dispose();
    this.running = undefined;
  }

  /** As `pkill -SIGNAL -f NAME`, but of this product's processes alone. */
  private signal([signal = '', option, name = '']: readonly string[]): Said {
    assert.equal(option, '-f');
    const own = readdirSync('/proc')
      .map(Number)
      .filter(
        (pid) => pid > 0 && commandOf(pid).includes(name) && folderOf(pid).startsWith(this.product.folder),
      );
    assert.equal(own.length, 1, `processes that ${name} names: ${own.join(', ')}`);
    for (const pid of own) process.kill(pid, `SIG${signal.slice(1)}`);
    return { code: 0, text: '' };
  }

  private run(program: string, args: readonly string[], enough?: RegExp): Promise<Said> {
    const [, port = ''] = /:(\d+)$/.exec(this.running?.brokers ?? '') ?? [];
    const env = { ...process.env, KAFKA_PORT: port, KAFKA_BROKERS: '', LC_ALL: 'es_CO.UTF-8' };
    const child = spawn(program, args, { cwd: ROOT, env, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
    let text = '';
    let interrupted = false;
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (part: string) => {
        text += part;
        if (interrupted || !enough?.test(text) || child.pid === undefined) return;
        interrupted = true;
        // As in a terminal: to all that runs in it.
        process.kill(-child.pid, 'SIGINT');
      });
    }
    return new Promise((resolve, reject) => {
      child.on('error', reject);
      child.on('close', (code) => resolve({ code, text }));
    });
  }
}

/** Where a process works; nothing for one that has ended, or where the system does not tell. */
function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    return '';
  }
}

function folderOf(pid: number): string {
  try {
    return readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    return '';
  }
}
