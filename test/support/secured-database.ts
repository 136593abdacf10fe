import net from 'node:net';
import path from 'node:path';
import { mkdir } from 'node:fs/promises';
import { MongoClient } from 'mongodb';
import { findDatabase } from '../../stack/database/program';
import { ManagedProcess } from '../../stack/process/managed-process';
import { freePort } from '../../stack/process/ports';

/** A user of the database and what it may do. */
export interface DatabaseUser {
  username: string;
  password: string;
  roles: { role: string; db: string }[];
}

/** A real database server that does not take everybody. */
export interface SecuredDatabase {
  /** host:port */
  address: string;
  stop(): Promise<void>;
}

/**
 * Starts the embedded database with its doors shut.
 * @param dir for its data
 * @param users those who may log in, by SCRAM; without any, nobody has to
 * @param args further arguments, such as those of TLS
 */
export async function securedDatabase(
  dir: string,
  users: readonly DatabaseUser[],
  args: readonly string[] = [],
): Promise<SecuredDatabase> {
  const port = await freePort();
  if (users.length === 0) return run(dir, port, args);
  // Users are made while the doors are open.
  const open = await run(dir, port, args);
  await makeUsers(open.address, users);
  await open.stop();
  return run(dir, port, [...args, '--auth']);
}

async function run(dir: string, port: number, args: readonly string[]): Promise<SecuredDatabase> {
  const program = await findDatabase('secantusd-py', console.log);
  if (program === undefined) throw new Error('there is no embedded database');
  const data = path.join(dir, 'data');
  await mkdir(data, { recursive: true });
  const server = new ManagedProcess({
    name: 'secured database',
    command: program.command,
    args: [...program.args({ port, dir: data }), ...args],
    cwd: dir,
    ready: () => accepts(port),
  });
  await server.start();
  return { address: `127.0.0.1:${port}`, stop: () => server.stop() };
}

async function makeUsers(address: string, users: readonly DatabaseUser[]): Promise<void> {
  const client = new MongoClient(`mongodb://${address}`);
  try {
    for (const { username, password, roles } of users) {
      await client.db('admin').command({ createUser: username, pwd: password, roles });
    }
  } finally {
    await client.close();
  }
}

/** @returns true once the port is open; rejects before */
function accepts(port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const socket = net.connect(port, '127.0.0.1', () => resolve(true));
    socket.once('error', reject).once('connect', () => socket.destroy());
  });
}
