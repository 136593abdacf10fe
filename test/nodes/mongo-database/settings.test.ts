import assert from 'node:assert/strict';
import { MongoClient } from 'mongodb';
import { connectionSettings, type DatabaseConfig } from '../../../nodes/mongo-database/settings';
import { UserError } from '../../../nodes/shared/user-error';

const config = (changed: DatabaseConfig = {}): DatabaseConfig => ({
  uri: 'mongodb://127.0.0.1:27017',
  database: 'datos',
  ...changed,
});

function refusal(changed: DatabaseConfig): UserError {
  try {
    connectionSettings(config(changed));
  } catch (error) {
    assert.ok(error instanceof UserError);
    return error;
  }
  return assert.fail('was not refused');
}

describe('mongo-database: settings', () => {
  it('tells people the host and the database, never the user or the password', () => {
    const uri = 'mongodb://ana:s3cret@db1.example.com,db2.example.com:27018/?replicaSet=rs';
    assert.equal(
      connectionSettings(config({ uri })).description,
      'db1.example.com:27017,db2.example.com:27018/datos',
    );
    const srv = connectionSettings(config({ uri: 'mongodb+srv://ana:s3cret@cluster.example.com' }));
    assert.equal(srv.description, 'cluster.example.com/datos');
  });

  it('writes to the majority’s journal, unless the URI says otherwise', () => {
    const concern = (uri: string) => connectionSettings(config({ uri })).options.writeConcern;
    const DEFAULT = { w: 'majority', journal: true, wtimeoutMS: 15_000 };
    assert.deepEqual(concern('mongodb://h'), DEFAULT);
    assert.deepEqual(concern('mongodb://h/?w=2'), { ...DEFAULT, w: 2 });
    assert.deepEqual(concern('mongodb://h/?journal=false'), { ...DEFAULT, journal: false });
    assert.deepEqual(concern('mongodb://h/?wtimeoutMS=500'), { ...DEFAULT, wtimeoutMS: 500 });
  });

  it('uses the credentials, with the authentication database that the URI names', () => {
    const { options } = connectionSettings(config({ username: 'ana', password: 'p@:/' }));
    assert.deepEqual(options.auth, { username: 'ana', password: 'p@:/' });
    assert.equal(connectionSettings(config()).options.auth, undefined);
  });

  it('takes TLS from a tls-config node, or from the URI', () => {
    const cert = { ca: Buffer.from('ca'), cert: 'c', key: 'k', passphrase: 'p', rejectUnauthorized: true };
    const { options, tls } = connectionSettings(config(), { ...cert, servername: 'db' });
    assert.deepEqual(
      [tls, options.tls, options.ca, options.cert, options.key, options.passphrase],
      [true, true, cert.ca, 'c', 'k', 'p'],
    );
    assert.deepEqual([options.servername, options.rejectUnauthorized], ['db', true]);
    assert.equal(connectionSettings(config()).tls, false);
    assert.equal(connectionSettings(config({ uri: 'mongodb://h/?tls=true' })).tls, true);
    assert.equal(connectionSettings(config({ uri: 'mongodb+srv://h.example.com' })).tls, true);
  });

  it('keeps the options of a replica set', () => {
    const uri = 'mongodb://h1,h2:2/?replicaSet=rs0&readPreference=nearest&retryWrites=true';
    const { options } = new MongoClient(uri, connectionSettings(config({ uri })).options);
    assert.deepEqual(
      [options.replicaSet, options.readPreference.mode, options.hosts.length],
      ['rs0', 'nearest', 2],
    );
  });

  it('refuses what can’t work, and says why', () => {
    assert.equal(refusal({ uri: ' ' }).key, 'mongo-database.errors.no-uri');
    assert.equal(refusal({ uri: 'http://h' }).key, 'mongo-database.errors.uri');
    assert.equal(refusal({ uri: 'mongodb://h/?nonsense=1' }).key, 'mongo-database.errors.uri');
    assert.equal(refusal({ uri: 'mongodb://h/?w=0' }).key, 'mongo-database.errors.unacknowledged');
    assert.equal(refusal({ uri: 'mongodb://${HOST_NOT_SET}' }).params.variable, 'HOST_NOT_SET');
    assert.equal(refusal({ username: 'ana', password: '${PW}' }).key, 'mongo-database.errors.unset-password');
    assert.equal(refusal({ username: '${NAME}' }).params.variable, 'NAME');
    for (const database of ['', 'a b', 'a.b', 'a/b', '$a', 'x'.repeat(64)]) {
      assert.equal(refusal({ database }).key, 'mongo-database.errors.database-name');
    }
  });

  it('never shows the password of a URI that it refuses', () => {
    for (const uri of [
      'mongodb://ana:s3cret@',
      'mongodb://ana:s3 cret@h/?nonsense=1',
      'mongodb://ana:s3cret@${HOST_NOT_SET}',
      'mongodb://ana:s3cret@h:99999999',
      'mongodb://ana:s3cret@h/?w=0',
      'mongodb://ana:s3cret@h/?x=1',
      'http://ana:s3cret@h',
    ]) {
      const error = refusal({ uri });
      const shown = `${error.stack} ${JSON.stringify(error)} ${String(error.cause)}`;
      assert.ok(!/s3.?cret|cret@/.test(shown), shown);
    }
  });
});
