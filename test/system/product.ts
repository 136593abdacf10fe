import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { SASLOptions } from 'kafkajs';
import { signedIn } from '../../stack/database/secured';
import { freePort } from '../../stack/process/ports';
import { readServiceUsers } from '../../stack/service-users';
import { until } from '../support/until';

const ROOT = path.join(__dirname, '..', '..');

/** The whole product, or the part of it that a role has, as `npm start` runs it, on ports and with data of its own. */
export class Product {
  readonly lines: string[] = [];
  private child: ChildProcess | undefined;

  private constructor(
    private readonly dataDir: string,
    private readonly ports: { dashboard: number; kafka: number; mongo: number },
    private readonly args: readonly string[],
    private readonly env: Record<string, string>,
  ) {}

  /**
   * @param args what follows `npm start --`
   * @param env more of the environment
   */
  static async create(args: readonly string[] = [], env: Record<string, string> = {}): Promise<Product> {
    const dataDir = await mkdtemp(path.join(os.tmpdir(), 'test-product-'));
    const [dashboard, kafka, mongo] = [await freePort(), await freePort(), await freePort()];
    return new Product(dataDir, { dashboard, kafka, mongo }, args, env);
  }

  /** DATA_DIR: empty until the first start. */
  get folder(): string {
    return this.dataDir;
  }

  get dashboard(): string {
    return `http://127.0.0.1:${this.ports.dashboard}/`;
  }

  get brokers(): string {
    return `127.0.0.1:${this.ports.kafka}`;
  }

  /** How a client of Kafka signs in; nothing where that is not asked for. */
  get kafkaLogin(): { sasl?: SASLOptions } {
    const users = readServiceUsers(this.dataDir);
    if (users === undefined) return {};
    return { sasl: { mechanism: 'scram-sha-512', username: users.user, password: users.kafka } };
  }

  /** With user and password, where the database asks for them. */
  get mongoUri(): string {
    const address = `mongodb://127.0.0.1:${this.ports.mongo}`;
    const users = readServiceUsers(this.dataDir);
    return users === undefined ? address : signedIn(address, { user: users.user, password: users.database });
  }

  /**
   * Runs `npm start`.
   * @param args what follows `npm start --` this time
   * @returns how long it took until it said that it is ready, in milliseconds
   */
  async start(args = this.args): Promise<number> {
    const since = Date.now();
    this.lines.length = 0;
    const { dashboard, kafka, mongo } = this.ports;
    this.child = spawn('npm', ['start', '--', ...args], {
      cwd: ROOT,
      env: {
        ...process.env,
        PORT: String(dashboard),
        KAFKA_PORT: String(kafka),
        MONGO_PORT: String(mongo),
        DATA_DIR: this.dataDir,
        // One that is meant for tests is none of its business.
        MONGODB_URI: '',
        ...this.env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    for (const stream of [this.child.stdout, this.child.stderr]) {
      if (stream) createInterface({ input: stream }).on('line', (line) => this.lines.push(line));
    }
    const outcome = await until(
      'the line that says "ready"',
      () => (this.child?.exitCode !== null ? 'ended' : this.lines.some((line) => line.startsWith('ready'))),
      180_000,
    );
    if (outcome === 'ended') throw new Error(`npm start ended; it said:\n${this.lines.join('\n')}`);
    return Date.now() - since;
  }

  /** Sets what the simulated board measures from now on, as a user would: by editing its scenario file. */
  async measure(settings: string): Promise<void> {
    await writeFile(path.join(this.dataDir, 'board.txt'), `${settings}\n`);
  }

  /** Presses Ctrl-C; @returns how long it took until everything had stopped, in milliseconds. */
  async stop(): Promise<number> {
    const child = this.child;
    if (child?.pid === undefined || child.exitCode !== null) return 0;
    const since = Date.now();
    const exited = once(child, 'exit');
    // Ctrl-C in a terminal reaches the whole foreground group, npm as well as what it runs.
    process.kill(-child.pid, 'SIGINT');
    await exited;
    this.child = undefined;
    return Date.now() - since;
  }

  /** Stops everything and removes its data. */
  async dispose(): Promise<void> {
    await this.stop();
    await rm(this.dataDir, { recursive: true, force: true });
  }
}
