import { createRequire } from 'node:module';
import { Worker } from 'node:worker_threads';

/** Compares a password with a bcrypt hash, without keeping the main thread busy. */
export type Compare = (password: string, hash: string) => Promise<boolean>;

interface Bcrypt {
  compare: Compare;
}

const IN_A_WORKER = `
const { parentPort, workerData } = require('node:worker_threads');
const { compareSync } = require(workerData.bcrypt);
parentPort.postMessage(compareSync(workerData.password, workerData.hash));
`;

/**
 * Takes what Node-RED itself compares passwords with: @node-rs/bcrypt, which works in the thread pool, or where that has
 * no build for this machine bcryptjs, which is put into a thread of its own.
 * @param program a file among whose packages one of them is
 * @throws Error where neither is there
 */
export function bcryptOf(program: string): Compare {
  const packages = createRequire(program);
  return nativeBcrypt(program) ?? inAWorker(packages.resolve('bcryptjs'));
}

function nativeBcrypt(program: string): Compare | undefined {
  const load = createRequire(program) as (name: string) => unknown;
  try {
    const { compare } = load('@node-rs/bcrypt') as Bcrypt;
    return (password, hash) => compare(password, hash).catch(() => false);
  } catch (error) {
    // Optional in Node-RED: it is not there, or its build is for another machine.
    if (error instanceof Error) return undefined;
    throw error;
  }
}

/** @param bcrypt the place of bcryptjs */
export function inAWorker(bcrypt: string): Compare {
  return (password, hash) =>
    new Promise((resolve, reject) => {
      const worker = new Worker(IN_A_WORKER, { eval: true, workerData: { bcrypt, password, hash } });
      worker.once('message', resolve);
      worker.once('error', reject);
      worker.once('exit', () => reject(new Error('the comparison of a password ended without a result')));
    });
}
