import { spawn, type ChildProcess } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { formatLine, logFormatOf } from '../log-format';
import { neededOf } from './environment';
import { LogFile } from './log-file';
import { guard, release } from './reaper';
import type { Service } from './service';
import { t } from '../texts/texts.mjs';

/** How a child process is run, and how it is known to be ready. */
export interface ProcessSpec {
  /** What people call it: used in messages and errors. */
  name: string;
  command: string;
  args: readonly string[];
  cwd?: string;
  /** Added to what it inherits; undefined takes a variable away. */
  env?: Record<string, string | undefined>;
  /** Which variables of this process it gets: those that any program needs, or all, as what people themselves program may use. */
  inherits?: 'needed' | 'all';
  /**
   * Asks whether the service answers; called again and again until it gives true. A rejection counts as "not yet"
   * and becomes the cause of the error when the time is up.
   */
  ready: (process: ManagedProcess) => Promise<boolean> | boolean;
  /** Milliseconds to become ready; 60,000 when absent. */
  readyTimeout?: number;
  /** Asks it to end; SIGTERM when absent. */
  stopSignal?: NodeJS.Signals;
  /** Milliseconds to end after the stop signal, before SIGKILL; 8,000 when absent. */
  stopTimeout?: number;
  /** File that its output is added to. */
  logFile?: string;
}

/** How a process ended. */
export interface ExitInfo {
  code: number | undefined;
  signal: NodeJS.Signals | undefined;
  /** True when stop() asked for it. */
  expected: boolean;
}

/** A service that did not start or ended by itself, told with its last log lines. */
export class ServiceError extends Error {
  constructor(
    readonly service: string,
    what: string,
    readonly lastLines: readonly string[],
    options?: { cause?: unknown },
  ) {
    const log = lastLines.map((line) => `\n    ${line}`).join('');
    super(t(log === '' ? 'process.no-lines' : 'process.last-lines', { what }) + log, options);
    this.name = 'ServiceError';
  }
}

interface Events {
  start: [];
  line: [string];
  exit: [ExitInfo];
}

const KEPT_LINES = 20;
const POLL_MS = 50;

/**
 * One child process that can be started, watched, signalled, stopped and started again.
 *
 * It leads a process group of its own: a Ctrl-C in the terminal reaches only the parent, which then stops its children
 * in order. What it leaves of its group behind is killed when it ends, and the whole group when the parent dies.
 */
export class ManagedProcess extends EventEmitter<Events> implements Service {
  private child: ChildProcess | undefined;
  private ended: Promise<ExitInfo> | undefined;
  private stopping = false;
  private readonly tail: string[] = [];
  private readonly log: LogFile | undefined;

  constructor(readonly spec: ProcessSpec) {
    super();
    this.log = spec.logFile === undefined ? undefined : new LogFile(spec.logFile);
  }

  get name(): string {
    return this.spec.name;
  }

  /** Of the running process; undefined while there is none. */
  get pid(): number | undefined {
    return this.child?.pid;
  }

  get running(): boolean {
    return this.child !== undefined;
  }

  /** The newest lines of its output, oldest first. */
  get lastLines(): readonly string[] {
    return this.tail;
  }

  /** Resolves at the end of the process that runs now; undefined while there is none. */
  get exited(): Promise<ExitInfo> | undefined {
    return this.ended;
  }

  /**
   * Runs it and waits until it is ready.
   * @throws ServiceError when it ends first or is not ready in time; it has been stopped then
   */
  async start(): Promise<void> {
    if (this.child !== undefined) throw new Error(`${this.name} runs already (process ${this.child.pid})`);
    this.stopping = false;
    this.tail.length = 0;
    this.emit('start');
    const ended = this.launch();
    const givenUp = new AbortController();
    try {
      const exit = await Promise.race([this.untilReady(givenUp.signal), ended]);
      if (exit !== undefined) throw this.error('ended-starting', { how: describeExit(exit) });
    } catch (error) {
      await this.stop();
      throw error;
    } finally {
      givenUp.abort();
    }
  }

  /** Asks it to end, kills it when it does not in time, and resolves when it is gone. Not running: does nothing. */
  async stop(): Promise<void> {
    const { ended, child } = this;
    if (child === undefined || ended === undefined) return;
    this.stopping = true;
    this.kill(this.spec.stopSignal ?? 'SIGTERM');
    // A stopped (SIGSTOP) process sees the signal above only once it runs again.
    this.kill('SIGCONT');
    const late = new AbortController();
    const kill = sleep(this.spec.stopTimeout ?? 8_000, undefined, { signal: late.signal }).then(
      () => this.kill('SIGKILL'),
      () => undefined,
    );
    await ended;
    late.abort();
    await kill;
  }

  /**
   * Sends a signal to the process, for instance SIGKILL, SIGSTOP or SIGCONT.
   * @returns false when it was not running
   */
  kill(signal: NodeJS.Signals): boolean {
    return this.child?.kill(signal) ?? false;
  }

  /** @param what the name of a text about a process */
  error(what: string, params: Record<string, string | number>, options?: { cause?: unknown }): ServiceError {
    const text = t(`process.${what}`, { service: this.name, ...params });
    return new ServiceError(this.name, text, this.tail, options);
  }

  private launch(): Promise<ExitInfo> {
    const { command, args, cwd, env, inherits } = this.spec;
    const child = spawn(command, args, {
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...(inherits === 'all' ? process.env : neededOf(process.env)), ...env },
      ...(cwd === undefined ? {} : { cwd }),
    });
    this.child = child;
    this.ended = this.watch(child);
    return this.ended;
  }

  /** Follows a process to its end, and past it until its last line is read. */
  private async watch(child: ChildProcess): Promise<ExitInfo> {
    const { pid } = child;
    const output = Promise.all([this.readLines(child.stdout), this.readLines(child.stderr)]);
    let exit: ExitInfo;
    if (pid === undefined) {
      const [error] = (await once(child, 'error')) as [Error];
      this.addLine(error.message);
      exit = { code: undefined, signal: undefined, expected: this.stopping };
    } else {
      guard(pid);
      const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
      killGroup(pid);
      release(pid);
      await output;
      exit = { code: code ?? undefined, signal: signal ?? undefined, expected: this.stopping };
    }
    this.child = undefined;
    this.ended = undefined;
    this.emit('exit', exit);
    return exit;
  }

  private async readLines(stream: Readable | null): Promise<void> {
    if (stream === null) return;
    for await (const line of createInterface({ input: stream })) this.addLine(line);
  }

  private addLine(line: string): void {
    this.tail.push(line);
    if (this.tail.length > KEPT_LINES) this.tail.shift();
    this.log?.write(formatLine(logFormatOf(process.env.LOG_FORMAT) ?? 'text', this.name, line));
    this.emit('line', line);
  }

  private async untilReady(signal: AbortSignal): Promise<undefined> {
    const limit = this.spec.readyTimeout ?? 60_000;
    const end = performance.now() + limit;
    let cause: unknown;
    while (!signal.aborted) {
      try {
        if (await this.spec.ready(this)) return undefined;
      } catch (error) {
        cause = error;
      }
      if (performance.now() > end) {
        throw this.error('not-ready', { seconds: limit / 1000 }, { cause });
      }
      await sleep(POLL_MS);
    }
    return undefined;
  }
}

/** @returns an exit in words: "exit code 1", "killed by SIGKILL". */
export function describeExit(exit: ExitInfo): string {
  return exit.signal === undefined
    ? t('process.exit-code', { code: exit.code ?? t('data.unknown') })
    : t('process.killed', { signal: exit.signal });
}

/** Kills what a process left of its group, if anything. */
function killGroup(leader: number): void {
  try {
    process.kill(-leader, 'SIGKILL');
  } catch (error) {
    // ESRCH: the group is empty, as it should be. EPERM (macOS): only zombies are left in it.
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ESRCH' && code !== 'EPERM') throw error;
  }
}
