import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { MongoClient } from 'mongodb';
import type { Report } from '../install-once';
import { ManagedProcess } from '../process/managed-process';
import { freePort } from '../process/ports';
import type { Service } from '../process/service';
import { databaseProgram, type DatabaseProgram } from './program';

export interface DatabaseOptions {
  /** Holds the data; survives restarts. */
  dir: string;
  /** A free one when absent. */
  port?: number;
  /** Folder for the server's log. */
  logs?: string;
  /** Milliseconds from the stop signal to SIGKILL. */
  stopTimeout?: number;
  report?: Report;
}

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
      args: program.args({ port, dir: options.dir }),
      cwd: options.dir,
      ready: () => databaseAnswers(this.uri),
      ...(options.stopTimeout === undefined ? {} : { stopTimeout: options.stopTimeout }),
      ...(options.logs === undefined ? {} : { logFile: path.join(options.logs, 'database.log') }),
    });
  }

  /** Finds or fetches the server and prepares its folder; start() runs it. */
  static async prepare(options: DatabaseOptions): Promise<Database> {
    const program = await databaseProgram(options.report ?? (() => undefined));
    await mkdir(options.dir, { recursive: true });
    return new Database(program, options.port ?? (await freePort()), options);
  }

  start(): Promise<void> {
    return this.process.start();
  }

  stop(): Promise<void> {
    return this.process.stop();
  }
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
