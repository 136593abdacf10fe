// Calls npm start as a new user does, waits until it is ready and has stored readings of the simulated board, and stops it:
// node tools/first-start.mjs [minutes]. It runs on the system's own Node.js and needs nothing that npm start does not bring.
import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';

const MINUTES = Number(process.argv[2] ?? 15);
const READINGS = 3;
const since = Date.now();

const child = spawn('npm', ['start'], {
  // Its lines are looked for in English.
  env: { ...process.env, LC_ALL: 'C.UTF-8' },
  stdio: ['ignore', 'pipe', 'inherit'],
});
const ended = new Promise((resolve) => child.on('close', resolve));
const late = setTimeout(() => {
  console.error(`not ready and stored within ${MINUTES} minutes`);
  child.kill('SIGTERM');
}, MINUTES * 60_000);

let stopped = false;
const ready = new Promise((resolve) => {
  createInterface({ input: child.stdout }).on('line', (line) => {
    console.log(line);
    stopped ||= line === 'stopped';
    const database = /^ready .*database (mongodb:\S+?)[,;)]/.exec(line)?.[1];
    if (database !== undefined) resolve(database);
  });
});

const database = await Promise.race([
  ready,
  ended.then((code) => Promise.reject(new Error(`npm start ended with ${code}`))),
]);
// Only now is it there.
const { MongoClient } = createRequire(import.meta.url)('mongodb');
const client = await MongoClient.connect(database);
const readings = client.db('datos').collection('datos');
let stored = 0;
while (stored < READINGS && child.exitCode === null) {
  await sleep(500);
  stored = (await readings.find({}, { projection: { _id: 1 }, limit: READINGS }).toArray()).length;
}
await client.close();
child.kill('SIGTERM');
// npm itself ends by the signal.
await ended;
clearTimeout(late);
if (stored < READINGS || !stopped) {
  console.error(
    `${stored} readings were stored, and npm start ${stopped ? 'has' : 'has not'} stopped in order`,
  );
  process.exit(1);
}
console.log(
  `npm start was ready and had stored ${stored} readings after ${Math.round((Date.now() - since) / 1000)} s`,
);
