import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { MongoClient } from 'mongodb';
import type { Report } from '../install-once';
import { ManagedProcess } from '../process/managed-process';
import { freePort } from '../process/ports';
import type { Service } from '../process/service';
import { DATABASE_KINDS, findDatabase, type DatabaseKind, type DatabaseProgram } from './program';
import { ensureUser, signedIn, type DatabaseLogin } from './secured';
import { watchForStandstill } from './standstill';
import { t } from '../texts/texts.mjs';

export interface DatabaseOptions {
  /** Holds the data; survives restarts. */
  dir: string;
  /** A free one when absent. */
  port?: number;
  /** Folder for the server's log. */
  logs?: string;
  /** Milliseconds from the stop signal to SIGKILL. */
  stopTimeout?: number;
  /** Milliseconds after which a server that answers nobody is killed; whoever keeps it running starts it again. */
  standstill?: number;
  /** Lets in that user alone; everybody where it is absent. */
  login?: DatabaseLogin;
  report?: Report;
}

const STANDSTILL_MS = 30_000;

/** A real database server on 127.0.0.1 that speaks MongoDB's wire protocol. */
export class Database implements Service {
  /** The product's name. */
  readonly name: string;
  /** For clients: "mongodb://127.0.0.1:27017", with user and password where it asks for them. */
  readonly uri: string;
  readonly process: ManagedProcess;

  private constructor(program: DatabaseProgram, port: number, options: DatabaseOptions) {
    this.name = program.name;
    const address = `mongodb://127.0.0.1:${port}`;
    this.uri = options.login === undefined ? address : signedIn(address, options.login);
    const args = program.args({ port, dir: path.join(options.dir, 'data') });
    this.process = new ManagedProcess({
      name: program.name,
      command: program.command,
      args: options.login === undefined ? args : [...args, '--auth'],
      cwd: options.dir,
      ready: () => databaseAnswers(this.uri),
      ...(options.stopTimeout === undefined ? {} : { stopTimeout: options.stopTimeout }),
      ...(options.logs === undefined ? {} : { logFile: path.join(options.logs, 'database.log') }),
    });
    this.killAtStandstill(options);
  }

  /** Finds or fetches the server and prepares its folder; start() runs it. */
  static async prepare(options: DatabaseOptions): Promise<Database> {
    const { dir, login, report = () => undefined } = options;
    const program = await databaseFor(dir, report, login === undefined ? DATABASE_KINDS : ['secantusd-py']);
    if (login) await ensureUser(dir, program, login);
    return new Database(program, options.port ?? (await freePort()), options);
  }

  /** Fetches the server that new data would be served by, where it is missing. */
  static async fetch(report: Report): Promise<void> {
    for (const kind of DATABASE_KINDS) if ((await findDatabase(kind, report)) !== undefined) return;
  }

  start(): Promise<void> {
    return this.process.start();
  }

  stop(): Promise<void> {
    return this.process.stop();
  }

  private killAtStandstill({ standstill = STANDSTILL_MS, report }: DatabaseOptions): void {
    let endWatch: () => Promise<void> = () => Promise.resolve();
    this.process.on('start', () => {
      endWatch = watchForStandstill(this.uri, standstill, () => {
        report?.(t('process.silent', { service: this.name, seconds: standstill / 1000 }));
        this.process.kill('SIGKILL');
      });
    });
    this.process.on('exit', () => void endWatch());
  }
}

/**
 * The program that has made a folder's data goes on serving it, also when one that is preferred turns up later.
 * @param kinds those that may serve a new folder
 * @throws when that program is gone
 */
async function databaseFor(
  dir: string,
  report: Report,
  kinds: readonly DatabaseKind[],
): Promise<DatabaseProgram> {
  await mkdir(path.join(dir, 'data'), { recursive: true });
  const file = path.join(dir, 'made-by');
  if (existsSync(file)) {
    const kind = (await readFile(file, 'utf8')) as DatabaseKind;
    const program = DATABASE_KINDS.includes(kind) ? await findDatabase(kind, report) : undefined;
    if (program !== undefined) return program;
    throw new Error(t('data.made-by', { dir, kind }));
  }
  for (const kind of kinds) {
    const program = await findDatabase(kind, report);
    if (program === undefined) continue;
    await writeFile(file, kind);
    return program;
  }
  throw new Error(t('data.no-server'));
}

/** @returns true when the database answers a ping; rejects when it does not. */
export async function databaseAnswers(uri: string): Promise<boolean> {
  const client = new MongoClient(uri, { serverSelectionTimeoutMS: 1_000, connectTimeoutMS: 1_000 });
  try {
    await client.connect();
    await client.db('admin').command({ ping: 1 });
    return true;
  } finally {
    await client.close();
  }
}
