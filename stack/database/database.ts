import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { MongoClient } from 'mongodb';
import type { Report } from '../install-once';
import { ManagedProcess } from '../process/managed-process';
import { freePort } from '../process/ports';
import type { Service } from '../process/service';
import { DATABASE_KINDS, findDatabase, type DatabaseKind, type DatabaseProgram } from './program';
import { watchForStandstill } from './standstill';

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
  report?: Report;
}

const STANDSTILL_MS = 30_000;

/** A real database server on 127.0.0.1 that speaks MongoDB's wire protocol. */
export class Database implements Service {
  /** The product's name. */
  readonly name: string;
  /** For clients: "mongodb://127.0.0.1:27017". */
  readonly uri: string;
  readonly process: ManagedProcess;

  private constructor(program: DatabaseProgram, port: number, options: DatabaseOptions) {
    this.name = program.name;
    this.uri = `mongodb://127.0.0.1:${port}`;
    this.process = new ManagedProcess({
      name: program.name,
      command: program.command,
      args: program.args({ port, dir: path.join(options.dir, 'data') }),
      cwd: options.dir,
      ready: () => databaseAnswers(this.uri),
      ...(options.stopTimeout === undefined ? {} : { stopTimeout: options.stopTimeout }),
      ...(options.logs === undefined ? {} : { logFile: path.join(options.logs, 'database.log') }),
    });
    this.killAtStandstill(options);
  }

  /** Finds or fetches the server and prepares its folder; start() runs it. */
  static async prepare(options: DatabaseOptions): Promise<Database> {
    const program = await databaseFor(options.dir, options.report ?? (() => undefined));
    return new Database(program, options.port ?? (await freePort()), options);
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
        report?.(`${this.name} has answered nobody for ${standstill / 1000} s: it is killed`);
        this.process.kill('SIGKILL');
      });
    });
    this.process.on('exit', () => void endWatch());
  }
}

/**
 * The program that has made a folder's data goes on serving it, also when one that is preferred turns up later.
 * @throws when that program is gone
 */
async function databaseFor(dir: string, report: Report): Promise<DatabaseProgram> {
  await mkdir(path.join(dir, 'data'), { recursive: true });
  const file = path.join(dir, 'made-by');
  if (existsSync(file)) {
    const kind = (await readFile(file, 'utf8')) as DatabaseKind;
    const program = DATABASE_KINDS.includes(kind) ? await findDatabase(kind, report) : undefined;
    if (program !== undefined) return program;
    throw new Error(`the data in ${dir} was made by ${kind}, which is not on the PATH now`);
  }
  for (const kind of DATABASE_KINDS) {
    const program = await findDatabase(kind, report);
    if (program === undefined) continue;
    await writeFile(file, kind);
    return program;
  }
  throw new Error('there is no database server to run');
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
