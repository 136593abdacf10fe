import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { freePort } from '../../../stack/process/ports';
import { ROOT } from '../../../stack/paths';
import { until } from '../../support/until';

/** A start with everything to fetch, on a machine that is busy. */
const START_MS = 300_000;

/** A folder whose name has what programs stumble over: blanks, accents, an ñ and other writing. */
const AWKWARD = 'máquina de José ñ 机';

/** One call of `npm start`. */
export class Start {
  readonly lines: string[] = [];
  private readonly ended: Promise<unknown>;

  constructor(private readonly child: ChildProcess) {
    this.ended = once(child, 'close');
    for (const stream of [child.stdout, child.stderr])
      if (stream) createInterface({ input: stream }).on('line', (line) => this.lines.push(line));
  }

  /** Waits for a line, or for anything else that can be seen. @throws with all that was said where it ends before */
  async until(what: string, seen: (lines: readonly string[]) => unknown): Promise<void> {
    await until(
      what,
      () => {
        if (seen(this.lines)) return true;
        if (this.child.exitCode === null && this.child.signalCode === null) return false;
        return 'ended';
      },
      START_MS,
    );
    if (!seen(this.lines)) throw new Error(`npm start ended before ${what}:\n${this.lines.join('\n')}`);
  }

  async ready(): Promise<void> {
    await this.until('it was ready', () => this.isReady);
  }

  get isReady(): boolean {
    return this.lines.some((line) => line.startsWith('ready in '));
  }

  /** Kills the program that looks after all others, and nothing else. */
  async killSupervisor(): Promise<void> {
    process.kill(supervisorOf(this.child.pid!), 'SIGKILL');
    await this.ended;
  }

  /** Presses Ctrl-C. */
  async stop(): Promise<void> {
    if (this.child.exitCode === null && this.child.signalCode === null)
      process.kill(-this.child.pid!, 'SIGINT');
    await this.ended;
  }

  /** @returns the exit code, once it has ended by itself */
  async end(): Promise<number | null> {
    await until('its end', () => this.child.exitCode !== null || this.child.signalCode !== null, START_MS);
    await this.ended;
    return this.child.exitCode;
  }
}

/** How a start is called. */
export interface StartOptions {
  env?: Record<string, string>;
  /** a program, with its arguments, that calls the start */
  through?: readonly string[];
}

/** A checkout in a folder of its own, with its packages and without anything that a start fetches, builds or writes. */
export class NewMachine {
  readonly root: string;
  private readonly ports = { dashboard: 0, kafka: 0, mongo: 0 };
  private readonly starts: Start[] = [];

  private constructor(private readonly folder: string) {
    this.root = path.join(folder, AWKWARD);
  }

  static async create(): Promise<NewMachine> {
    const machine = new NewMachine(mkdtempSync(path.join(os.tmpdir(), 'machine-')));
    chmodSync(machine.folder, 0o755);
    mkdirSync(machine.root);
    for (const name of readdirSync(ROOT))
      if (!['.git', '.cache', '.data', 'dist', 'node_modules'].includes(name))
        cpSync(path.join(ROOT, name), path.join(machine.root, name), { recursive: true });
    // Of its own, since the mark of a whole build is among them; what is in a package is only read.
    const copied = spawnSync('cp', ['-rl', path.join(ROOT, 'node_modules'), machine.root], {
      encoding: 'utf8',
    });
    if (copied.status !== 0)
      cpSync(path.join(ROOT, 'node_modules'), path.join(machine.root, 'node_modules'), { recursive: true });
    rmSync(path.join(machine.root, 'node_modules', '.dist-complete'), { force: true });
    Object.assign(machine.ports, {
      dashboard: await freePort(),
      kafka: await freePort(),
      mongo: await freePort(),
    });
    return machine;
  }

  get dataDir(): string {
    return path.join(this.root, 'datos del año');
  }

  get cache(): string {
    return path.join(this.root, '.cache');
  }

  get mongoUri(): string {
    return `mongodb://127.0.0.1:${this.ports.mongo}`;
  }

  start({ env = {}, through = [] }: StartOptions = {}): Start {
    const [command = '', ...args] = [...through, 'npm', 'start'];
    const child = spawn(command, args, {
      cwd: this.root,
      env: {
        ...process.env,
        // The system's own programs first: what a user has installed for himself is not for others to run.
        PATH: `/usr/bin:/bin:${process.env.PATH ?? ''}`,
        PORT: String(this.ports.dashboard),
        KAFKA_PORT: String(this.ports.kafka),
        MONGO_PORT: String(this.ports.mongo),
        DATA_DIR: this.dataDir,
        MONGODB_URI: '',
        // As a service or a container has it: without a locale Java takes the names of files for ASCII.
        LC_ALL: '',
        LANG: 'C',
        ...env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    const start = new Start(child);
    this.starts.push(start);
    return start;
  }

  /** Stops what still runs, as after a test that failed. */
  async stopAll(): Promise<void> {
    for (const start of this.starts.splice(0)) await start.stop();
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** @returns the process that runs stack/main.ts, below npm, its shell and the bootstrap */
function supervisorOf(pid: number): number {
  const found = descendantsOf(pid).filter((each) =>
    /\bnode\0.*stack\/main\.ts/.test(read(`/proc/${each}/cmdline`)),
  );
  // Of bootstrap and the program, both of which name it, the one below the other.
  const last = found.at(-1);
  if (last === undefined) throw new Error(`no process below ${pid} runs stack/main.ts`);
  return last;
}

/** Parents before their children. */
function descendantsOf(pid: number): number[] {
  const children = read(`/proc/${pid}/task/${pid}/children`).split(' ').filter(Boolean).map(Number);
  return children.flatMap((child) => [child, ...descendantsOf(child)]);
}

/** @returns nothing of a process that has ended */
function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')) return '';
    throw error;
  }
}
