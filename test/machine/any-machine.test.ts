import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { MongoClient } from 'mongodb';
import { skip } from '../support/skip';
import { until } from '../support/until';
import { NewMachine } from './support/new-machine';

/** Of readings: so many show that all of it works. */
const SOME = 3;
const NOBODY = 65534;

/** Whether a program that needs rights does its work here. */
function works(command: string, ...args: string[]): boolean {
  return spawnSync(command, args, { stdio: 'ignore' }).status === 0;
}

const isRoot = process.getuid?.() === 0;
/** Runs what follows where there is no network but the machine's own. */
const WITHOUT_NETWORK = ['unshare', '-rn', 'sh', '-c', 'ip link set lo up && exec "$@"', 'sh'];

describe('npm start on any machine', function () {
  this.timeout(900_000);
  let machine: NewMachine;

  before(async function () {
    if (process.platform !== 'linux') return skip(this, 'processes are looked at by Linux alone');
    machine = await NewMachine.create();
  });
  afterEach(() => machine.stopAll());
  after(() => machine?.remove());

  /** @returns how many readings the database has, once it has some more than before */
  async function stored(before = 0): Promise<number> {
    const client = await MongoClient.connect(machine.mongoUri);
    try {
      const readings = client.db('datos').collection('datos');
      return await until(
        'readings to be stored',
        async () => {
          const count = await readings.countDocuments();
          return count >= before + SOME && count;
        },
        120_000,
      );
    } finally {
      await client.close();
    }
  }

  /** One sentence for people: no trace of where in the program it was said. */
  function oneSentence(lines: readonly string[], about: RegExp): void {
    const said = lines.filter((line) => about.test(line));
    assert.equal(said.length, 1, lines.join('\n'));
    assert.equal(
      lines.some((line) => /^\s+at /.test(line)),
      false,
      lines.join('\n'),
    );
  }

  const fetchesJars = (lines: readonly string[]): boolean =>
    lines.some((line) => /^Apache Kafka \S+: fetching its/.test(line));
  const fetchesDatabase = (lines: readonly string[]): boolean =>
    lines.some((line) => /^SecantusDB \S+: fetching/.test(line));

  describe('goes on where its supervisor was killed', () => {
    it("while Kafka's jars were fetched", async () => {
      const killed = machine.start();
      await killed.until("it fetched Kafka's jars", fetchesJars);
      await killed.killSupervisor();
      assert.equal(
        existsSync(machine.cache) && readdirSync(machine.cache).some((name) => /^kafka-[\d.]+$/.test(name)),
        false,
        'half of the jars does not pass for all',
      );
    });

    it('while the environment of the database was made', async () => {
      const killed = machine.start();
      await killed.until('it made the environment', (lines) => {
        const begun = (name: string): boolean => name.startsWith('secantusdb-') && name.includes('.partial-');
        return fetchesDatabase(lines) && readdirSync(machine.cache).some(begun);
      });
      await killed.killSupervisor();
      assert.equal(
        readdirSync(machine.cache).some(
          (name) => /^secantusdb-[^.]+(\.\w+)*$/.test(name) && !name.includes('.partial-'),
        ),
        false,
        'half of an environment does not pass for all',
      );
    });

    it("while Kafka's storage was formatted", async () => {
      const killed = machine.start();
      const broker = path.join(machine.dataDir, 'kafka', 'broker-1');
      await killed.until('it formatted the storage', () =>
        existsSync(path.join(broker, 'server.properties')),
      );
      assert.equal(existsSync(path.join(broker, 'data', 'meta.properties')), false);
      await killed.killSupervisor();
    });

    it('after it was ready, and has what was stored', async () => {
      const killed = machine.start();
      await killed.ready();
      const before = await stored();
      await killed.killSupervisor();
      const next = machine.start();
      await next.ready();
      assert.ok((await stored(before)) >= before + SOME);
      assert.deepEqual(
        readdirSync(machine.cache).filter((name) => name.includes('.partial-')),
        [],
        'nothing half done is left',
      );
    });
  });

  describe('when everything has been fetched', () => {
    before(async () => {
      const first = machine.start();
      await first.ready();
      await first.stop();
    });

    it('needs no network', async function () {
      if (!works('unshare', '-rn', 'ip', 'link', 'set', 'lo', 'up'))
        return skip(this, 'this system lets nobody make a network of his own (unshare -rn)');
      const start = machine.start({ through: WITHOUT_NETWORK });
      await start.ready();
    });

    it('does not need root', async function () {
      if (!isRoot) return skip(this, 'nobody else than this user can be tried: all others ran as this one');
      if (!works('setpriv', '--reuid', String(NOBODY), '--clear-groups', 'node', '--version'))
        return skip(this, 'no other user can run node here (setpriv --reuid 65534)');
      const home = mkdtempSync(path.join(os.tmpdir(), 'machine-home-'));
      try {
        // What a start fetches is for whoever started it alone.
        for (const folder of [home, machine.cache]) works('chown', '-R', `${NOBODY}:${NOBODY}`, folder);
        const start = machine.start({
          through: ['setpriv', '--reuid', String(NOBODY), '--regid', String(NOBODY), '--clear-groups'],
          env: { HOME: home, TMPDIR: home, DATA_DIR: path.join(home, 'data') },
        });
        await start.ready();
        assert.equal(statSync(path.join(home, 'data')).uid, NOBODY);
        await start.stop();
      } finally {
        rmSync(home, { recursive: true, force: true });
      }
    });

    it('says of a disk without room that it is full', async function () {
      const disk = path.join(machine.root, 'disco');
      mkdirSync(disk, { recursive: true });
      if (!works('mount', '-t', 'tmpfs', '-o', 'size=40m', 'tmpfs', disk))
        return skip(this, 'mounting a small disk is refused here');
      try {
        const start = machine.start({ env: { DATA_DIR: disk } });
        assert.equal(await start.end(), 1);
        oneSentence(start.lines, /DATA_DIR.*the disk of .*disco has \d+ MB free/);
      } finally {
        works('umount', disk);
      }
    });

    it('says of a folder that is read-only that it is', async function () {
      const folder = path.join(machine.root, 'solo lectura');
      mkdirSync(folder, { recursive: true });
      const mounted = isRoot && works('mount', '-t', 'tmpfs', '-o', 'ro,size=1m', 'tmpfs', folder);
      // Root writes wherever a folder lets nobody write.
      if (isRoot && !mounted) return skip(this, 'mounting a read-only disk is refused here');
      if (!isRoot) chmodSync(folder, 0o500);
      try {
        const start = machine.start({ env: { DATA_DIR: path.join(folder, 'datos') } });
        assert.equal(await start.end(), 1);
        oneSentence(start.lines, /DATA_DIR.*solo lectura.*set DATA_DIR to another folder/);
      } finally {
        if (mounted) works('umount', folder);
        else chmodSync(folder, 0o700);
      }
    });

    it('makes a database environment anew whose Python is gone', async () => {
      const environment = readdirSync(machine.cache).find((name) => name.startsWith('secantusdb-'));
      assert.ok(environment);
      const python = path.join(machine.cache, environment, 'bin', 'python');
      rmSync(python);
      const start = machine.start();
      await start.ready();
      assert.ok(
        start.lines.some((line) => line.includes('is not there any more')),
        start.lines.join('\n'),
      );
      assert.ok(existsSync(python));
    });
  });

  it('says of a disk on which nothing more can be fetched that it is full', async function () {
    const disk = machine.cache;
    rmSync(disk, { recursive: true, force: true });
    mkdirSync(disk);
    if (!works('mount', '-t', 'tmpfs', '-o', 'size=12m', 'tmpfs', disk))
      return skip(this, 'mounting a small disk is refused here');
    try {
      const start = machine.start();
      assert.equal(await start.end(), 1);
      oneSentence(start.lines, /the disk of .*\.cache\S* is full: free some room and start again/);
    } finally {
      works('umount', disk);
    }
  });
});
