import assert from 'node:assert/strict';
import { createServer, type AddressInfo } from 'node:net';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { MongoClient, MongoServerError } from 'mongodb';
import { MongoConnection } from '../../../nodes/mongo-database/client';
import { connectionError } from '../../../nodes/mongo-database/connection-error';
import { connectionSettings } from '../../../nodes/mongo-database/settings';
import type { DatabaseLease, DatabaseState } from '../../../nodes/mongo-database/types';
import { UserError } from '../../../nodes/shared/user-error';
import { Database } from '../../../stack/database/database';
import { freePort } from '../../../stack/process/ports';
import { collectGarbage } from '../../support/garbage';
import { database } from '../../support/services';
import { until } from '../../support/until';

describe('mongo-database: the connection', () => {
  let connection: MongoConnection;
  let leases: DatabaseLease[];
  let states: DatabaseState[];
  let endFailures: UserError[];

  beforeEach(() => {
    leases = [];
    states = [];
    endFailures = [];
  });

  afterEach(async () => {
    for (const lease of leases) lease.release();
    await connection.close();
  });

  function connect(uri: string): void {
    connection = new MongoConnection(connectionSettings({ uri, database: 'test' }), (error) =>
      endFailures.push(error),
    );
  }

  function acquire(): DatabaseLease {
    const lease = connection.acquire((state) => states.push(state));
    leases.push(lease);
    return lease;
  }

  it('is waited for no longer than the signal says, also where garbage is collected meanwhile', async () => {
    connect(`mongodb://127.0.0.1:${await freePort()}`);
    const refused = assert.rejects(acquire().db(AbortSignal.timeout(200)), { name: 'AbortError' });
    await collectGarbage();
    await refused;
  });

  describe('to a database that is there', () => {
    let uri: string;

    before(async function () {
      this.timeout(300_000);
      ({ uri } = await database());
    });

    it('tells that its end failed, after a deploy that removed its last user, and does not end Node-RED', async () => {
      connect(uri);
      const lease = acquire();
      await lease.db();
      const close = Object.getOwnPropertyDescriptor(MongoClient.prototype, 'close')
        ?.value as () => Promise<void>;
      MongoClient.prototype.close = async function (this: MongoClient) {
        await close.call(this);
        throw new Error('a failure made by the test');
      };
      const unhandled: unknown[] = [];
      const listeners = process.listeners('unhandledRejection');
      process.removeAllListeners('unhandledRejection');
      process.on('unhandledRejection', (reason) => unhandled.push(reason));
      try {
        lease.release();
        // The config node stays, so nobody waits for its close until later.
        await until('the failure', () => endFailures.length > 0);
        await connection.close();
        const [failure] = endFailures;
        assert.equal(failure?.key, 'mongo-database.errors.end');
        assert.match(String(failure.params.reason), /made by the test/);
        assert.deepEqual(unhandled, []);
      } finally {
        MongoClient.prototype.close = close;
        process.removeAllListeners('unhandledRejection');
        for (const listener of listeners) process.on('unhandledRejection', listener);
        connect(uri);
      }
    });

    it('is made with the first user and closed after the last', async () => {
      connect(uri);
      assert.equal(connection.state.state, 'closed');
      const [first, second] = [acquire(), acquire()];
      const db = await first.db();
      assert.equal(await second.db().then(({ databaseName }) => databaseName), 'test');
      first.release();
      assert.equal((await db.command({ ping: 1 })).ok, 1);
      second.release();
      assert.equal(connection.state.state, 'closed');
      await connection.close();
      await assert.rejects(db.command({ ping: 1 }));
    });

    it('is made again for a user that comes after the last has left', async () => {
      connect(uri);
      acquire().release();
      const db = await acquire().db();
      assert.equal((await db.command({ ping: 1 })).ok, 1);
    });

    it('lets a closing config node wait until its users have left', async () => {
      connect(uri);
      const lease = acquire();
      await lease.db();
      let closed = false;
      const closing = connection.close().then(() => (closed = true));
      const db = await lease.db();
      assert.equal((await db.command({ ping: 1 })).ok, 1);
      assert.equal(closed, false);
      lease.release();
      await closing;
    });

    it('gives nothing to a user that has left', async () => {
      connect(uri);
      const lease = acquire();
      lease.release();
      lease.release();
      await assert.rejects(lease.db(), { name: 'AbortError' });
    });
  });

  it('ends a wait when it is told to', async () => {
    connect(`mongodb://127.0.0.1:${await freePort()}`);
    const abort = new AbortController();
    const waiting = acquire().db(abort.signal);
    abort.abort();
    await assert.rejects(waiting, { name: 'AbortError' });
  });

  it('waits for a database that is not there yet, says until when, and comes back after it was killed', async function () {
    this.timeout(300_000);
    const dir = await mkdtemp(path.join(os.tmpdir(), 'mongo-database-'));
    const server = await Database.prepare({ dir });
    try {
      connect(server.uri);
      const lease = acquire();
      const waiting = lease.db();
      const retrying = await until('the first failure', () =>
        states.find(({ state }) => state === 'retrying'),
      );
      assert.ok(retrying.state === 'retrying' && retrying.nextAttempt > Date.now() - 10_000);
      assert.ok(retrying.error instanceof UserError);
      assert.equal(retrying.error.key, 'mongo-database.errors.unreachable');
      await server.start();
      const db = await waiting;
      assert.equal((await db.command({ ping: 1 })).ok, 1);

      const { exited } = server.process;
      server.process.kill('SIGKILL');
      await exited;
      await until('the loss to be told', () => connection.state.state !== 'connected');
      const again = lease.db();
      await server.start();
      const upAt = Date.now();
      assert.equal((await (await again).command({ ping: 1 })).ok, 1);
      assert.ok(Date.now() - upAt < 10_000);
    } finally {
      await server.stop();
      await rm(dir, { recursive: true, force: true });
    }
  });

  it('gives up on a server that accepts the connection and never answers', async function () {
    this.timeout(60_000);
    const silent = createServer(() => undefined).listen(0, '127.0.0.1');
    try {
      await until('the port', () => silent.listening);
      connect(`mongodb://127.0.0.1:${(silent.address() as AddressInfo).port}`);
      acquire();
      await until('the failure', () => states.some(({ state }) => state === 'retrying'), 20_000);
    } finally {
      silent.close();
    }
  });

  it('tells a wrong password from a server that is away', () => {
    const settings = { description: 'h/datos', tls: false, srv: undefined };
    const refused = new MongoServerError({ message: 'Authentication failed.', code: 18 });
    assert.equal(connectionError(refused, settings).key, 'mongo-database.errors.authentication');
    assert.equal(connectionError(new Error('whatever'), settings).key, 'mongo-database.errors.connection');
  });

  it('understands a server’s answer behind what the driver says of it', () => {
    const settings = { description: 'h/datos', tls: false, srv: undefined };
    const cause = new MongoServerError({ message: 'stepped down', code: 189 });
    const error = Object.assign(new Error('no server'), { cause });
    assert.equal(connectionError(error, settings).key, 'mongo-database.errors.not-primary');
  });
});
