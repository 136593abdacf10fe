import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { readConfig } from '../../stack/config';
import { makePassword } from '../../stack/password';
import { ensureServiceUsers, serviceUsersFile } from '../../stack/service-users';
import { makeCertificates } from '../support/certificates';
import { withTempDir } from '../support/temp-dir';

const HASH = `$2b$08$${'a'.repeat(53)}`;

const ONE_BROKER = { mode: 'kraft', brokerCount: 1 };

describe('the settings of npm start', () => {
  it('have a default each, all on this machine', () => {
    const root = path.resolve(__dirname, '..', '..');
    assert.deepEqual(readConfig({}), {
      role: 'all',
      port: 7000,
      host: '127.0.0.1',
      hostNames: [],
      tls: undefined,
      login: { passwordHash: undefined, viewerHash: undefined, newPassword: false },
      dataDir: path.join(root, '.data'),
      topic: 'Prueba',
      kafka: { port: 9092, ...ONE_BROKER },
      database: { port: 27017 },
      serial: { hex: path.join(root, 'firmware', 'nodo.hex'), boards: 1 },
      secure: false,
    });
  });

  it('come from the environment', () => {
    const config = readConfig({
      PORT: '7100',
      DATA_DIR: '/var/datos',
      KAFKA_PORT: '9192',
      MONGO_PORT: '27117',
      KAFKA_TOPIC: 'Otra',
      BOARD_HEX: '/tmp/otra.hex',
    });
    assert.deepEqual(
      [config.port, config.dataDir, config.kafka, config.database, config.topic, config.serial],
      [
        7100,
        '/var/datos',
        { port: 9192, ...ONE_BROKER },
        { port: 27117 },
        'Otra',
        { hex: '/tmp/otra.hex', boards: 1 },
      ],
    );
  });

  it('keep the password that --password has made, which one of the environment replaces', async () => {
    const dir = await mkdtemp(path.join(os.tmpdir(), 'test-password-'));
    try {
      const env = { DATA_DIR: dir, HOST: '0.0.0.0' };
      assert.throws(() => readConfig(env), /start once with --password/);
      assert.equal(readConfig(env, { newPassword: true }).login.newPassword, true);
      const { password, hash } = await makePassword(dir);
      assert.match(password, /^([a-z2-9]{5}-){3}[a-z2-9]{5}$/);
      assert.equal(readConfig(env).login.passwordHash, hash);
      assert.equal(readConfig({ ...env, ADMIN_PASSWORD_HASH: HASH }).login.passwordHash, HASH);
      const file = path.join(dir, 'password-hash');
      assert.equal((await stat(file)).mode & 0o777, 0o600);
      assert.ok(!(await readFile(file, 'utf8')).includes(password));
      assert.notEqual((await makePassword(dir)).password, password);
    } finally {
      await rm(dir, { recursive: true, force: true });
    }
    const both = { ADMIN_PASSWORD_HASH: HASH };
    assert.throws(
      () => readConfig(both, { newPassword: true }),
      /--password: ADMIN_PASSWORD_HASH says already/,
    );
  });

  it('write logs as text or as JSON, and in no other way', () => {
    readConfig({ LOG_FORMAT: 'json' });
    assert.throws(() => readConfig({ LOG_FORMAT: 'xml' }), /LOG_FORMAT: "xml" is none of: text, json/);
  });

  it('take a certificate and its key, and neither alone', () => {
    assert.throws(() => readConfig({ TLS_CERT: __filename }), /TLS_KEY: TLS_CERT and TLS_KEY go together/);
    assert.throws(() => readConfig({ TLS_KEY: __filename }), /TLS_CERT: TLS_CERT and TLS_KEY go together/);
    assert.throws(
      () => readConfig({ TLS_CERT: '/no.pem', TLS_KEY: __filename }),
      /TLS_CERT: there is no file/,
    );
  });

  it('take no file for a certificate or a key that a server could not use, and tell nothing of what is in it', async () => {
    await withTempDir(async (dir) => {
      const { server, client } = await makeCertificates(dir);
      const { cert, key } = server;
      assert.deepEqual(readConfig({ TLS_CERT: cert, TLS_KEY: key }).tls, { cert, key });
      const wrong = path.join(dir, 'wrong.pem');
      const inside = 'c2VjcmV0IG9mIHRoZSBrZXk=';
      await writeFile(wrong, `-----BEGIN PRIVATE KEY-----\n${inside}\n-----END PRIVATE KEY-----\n`);
      for (const [files, variable] of [
        [{ TLS_CERT: dir, TLS_KEY: key }, 'TLS_CERT'],
        [{ TLS_CERT: __filename, TLS_KEY: key }, 'TLS_CERT'],
        [{ TLS_CERT: key, TLS_KEY: key }, 'TLS_CERT'],
        [{ TLS_CERT: cert, TLS_KEY: wrong }, 'TLS_KEY'],
        [{ TLS_CERT: cert, TLS_KEY: cert }, 'TLS_KEY'],
        [{ TLS_CERT: cert, TLS_KEY: client.key }, 'TLS_KEY'],
      ] as const) {
        assert.throws(
          () => readConfig(files),
          ({ name, message }: Error) => {
            assert.equal(name, 'SettingError');
            assert.match(message, new RegExp(`^${variable}: .* can't be used: \\w`));
            return !message.includes(inside);
          },
        );
      }
    });
  });

  it('let a viewer in only beside an editor that asks for a password', () => {
    const viewer = { VIEWER_PASSWORD_HASH: HASH, DATA_DIR: '/nowhere' };
    assert.throws(() => readConfig(viewer), /VIEWER_PASSWORD_HASH: the editor asks for no password/);
    assert.equal(readConfig({ ...viewer, ADMIN_PASSWORD_HASH: HASH }).login.viewerHash, HASH);
    assert.equal(readConfig(viewer, { newPassword: true }).login.viewerHash, HASH);
  });

  it('name the server as people know it, and refuse what is no name', () => {
    const env = { HOST_NAMES: ' panel.example.com, proxy.example.com:8443,', ADMIN_PASSWORD_HASH: HASH };
    assert.deepEqual(readConfig(env).hostNames, ['panel.example.com', 'proxy.example.com:8443']);
    assert.deepEqual(readConfig({ ...env, HOST: '0.0.0.0' }).hostNames.length, 2);
    assert.deepEqual(readConfig({ HOST: 'pi.local', ADMIN_PASSWORD_HASH: HASH }).hostNames, ['pi.local']);
    assert.throws(
      () => readConfig({ HOST_NAMES: 'http://pi.local' }),
      /HOST_NAMES: "http:\/\/pi.local" is not a/,
    );
  });

  it('take a Kafka, a database and a device of the user instead of own ones', () => {
    const config = readConfig({
      KAFKA_BROKERS: 'a:9092,b:9092',
      MONGODB_URI: 'mongodb://db',
      SERIAL_PATH: '/dev/ttyACM0',
      // Not used then, so not looked at either.
      KAFKA_PORT: 'none',
    });
    assert.deepEqual(config.kafka, { brokers: 'a:9092,b:9092' });
    assert.deepEqual(config.database, { uri: 'mongodb://db' });
    assert.deepEqual(config.serial, { path: '/dev/ttyACM0', baudRate: 9600 });
  });

  it('of an edge are its own: the Kafka of the server, a board, and no database', () => {
    const config = readConfig({ KAFKA_BROKERS: 'server:9094' }, { role: 'edge' });
    assert.deepEqual(config.kafka, { brokers: 'server:9094' });
    assert.equal(config.database, undefined);
    assert.ok(config.serial && 'hex' in config.serial);
    assert.equal(config.port, 7001);
    assert.ok(config.dataDir.endsWith(path.join('.data', 'edge')));
    assert.throws(
      () => readConfig({}, { role: 'edge' }),
      /KAFKA_BROKERS: an edge hands its readings to the Kafka/,
    );
  });

  it('of a server have no board, and say where edges reach its Kafka', () => {
    const config = readConfig(
      { KAFKA_EDGE_ADDRESS: 'server.example:9094', SERIAL_PATH: '/dev/x' },
      { role: 'server', secure: true },
    );
    assert.equal(config.serial, undefined);
    assert.deepEqual(config.database, { port: 27017 });
    assert.deepEqual(config.kafka, {
      port: 9092,
      ...ONE_BROKER,
      remote: { address: 'server.example:9094', port: 9094 },
    });
    const behindRouter = { KAFKA_EDGE_ADDRESS: 'server.example:9094', KAFKA_EDGE_PORT: '19094' };
    assert.deepEqual(readConfig(behindRouter, { role: 'server', ownNetwork: true }).kafka, {
      ...ONE_BROKER,
      port: 9092,
      remote: { address: 'server.example:9094', port: 19094 },
    });
    for (const address of ['server', 'http://server:1', 'a:1,b:2', ':9']) {
      assert.throws(
        () => readConfig({ KAFKA_EDGE_ADDRESS: address }, { role: 'server', secure: true }),
        /KAFKA_EDGE_ADDRESS: .*is not the address/,
      );
    }
    assert.throws(
      () => readConfig({ KAFKA_EDGE_ADDRESS: 'server:9092' }, { role: 'server', secure: true }),
      /KAFKA_EDGE_PORT: 9092 is the value of KAFKA_PORT too/,
    );
  });

  it('open Kafka to a network only with passwords, or to one that is said to be the own', () => {
    const env = { KAFKA_EDGE_ADDRESS: 'server.example:9094' };
    for (const role of ['all', 'server'] as const) {
      assert.throws(
        () => readConfig(env, { role }),
        /^SettingError: KAFKA_EDGE_ADDRESS: whoever reaches .*--secure.*--own-network[^.]*$/,
      );
      assert.equal(readConfig(env, { role, secure: true }).secure, true);
      assert.equal(readConfig(env, { role, ownNetwork: true }).secure, false);
    }
    assert.equal(readConfig({ ...env, KAFKA_BROKERS: 'a:9092' }).secure, false, 'the Kafka of somebody else');
  });

  it('go on asking for the passwords that --secure has made', async () => {
    await withTempDir(async (dir) => {
      const env = { DATA_DIR: dir, KAFKA_EDGE_ADDRESS: 'server.example:9094' };
      assert.equal(readConfig({ DATA_DIR: dir }).secure, false);
      await ensureServiceUsers(dir);
      assert.equal(readConfig(env).secure, true);
      assert.throws(
        () => readConfig(env, { mode: 'zookeeper' }),
        /--kafka zookeeper: .*--secure was given once for .*another DATA_DIR/,
      );
      const elsewhere = { KAFKA_BROKERS: 'a:9092', MONGODB_URI: 'mongodb://b' };
      assert.equal(readConfig({ DATA_DIR: dir, ...elsewhere }).secure, false);
      await writeFile(serviceUsersFile(dir), '{}');
      assert.throws(() => readConfig({ DATA_DIR: dir }), /DATA_DIR: .*does not hold the passwords/);
    });
  });

  it('refuse --secure where there is nothing to secure, or ZooKeeper', () => {
    const elsewhere = { KAFKA_BROKERS: 'a:9092', MONGODB_URI: 'mongodb://b' };
    assert.throws(
      () => readConfig(elsewhere, { secure: true }),
      /--secure: KAFKA_BROKERS and MONGODB_URI name/,
    );
    assert.equal(readConfig({ KAFKA_BROKERS: 'a:9092' }, { secure: true }).secure, true, 'the database');
    assert.equal(readConfig({ MONGODB_URI: 'mongodb://b' }, { secure: true }).secure, true, 'Kafka');
    assert.throws(
      () => readConfig({ KAFKA_BROKERS: 'a:9092' }, { role: 'edge', secure: true }),
      /--secure: an edge runs neither.*KAFKA_USER and KAFKA_PASSWORD/,
    );
    assert.throws(
      () => readConfig({}, { secure: true, mode: 'zookeeper' }),
      /--kafka zookeeper: .*ZooKeeper obeys every user of this machine, and --secure was given/,
    );
  });

  it('say how to sign in at a Kafka that runs elsewhere', () => {
    const given = { KAFKA_BROKERS: 'a:9092', KAFKA_USER: 'pipeline', KAFKA_PASSWORD: 'secreto' };
    const login = { mechanism: 'scram-sha-512', username: 'pipeline', password: 'secreto' };
    assert.deepEqual(readConfig(given, { role: 'edge' }).kafka, { brokers: 'a:9092', login });
    assert.deepEqual(readConfig({ ...given, KAFKA_SASL: 'PLAIN' }).kafka, {
      brokers: 'a:9092',
      login: { ...login, mechanism: 'plain' },
    });
    assert.deepEqual(readConfig({ KAFKA_BROKERS: 'a:9092', KAFKA_SASL: 'oauthbearer' }).kafka, {
      brokers: 'a:9092',
    });
    for (const [missing, wrong] of [
      ['KAFKA_PASSWORD', { KAFKA_PASSWORD: '' }],
      ['KAFKA_USER', { KAFKA_USER: '' }],
      ['KAFKA_SASL', { KAFKA_SASL: 'oauthbearer' }],
    ] as const) {
      assert.throws(
        () => readConfig({ ...given, ...wrong }),
        (error: Error) => error.message.startsWith(`${missing}: `) && !error.message.includes('secreto'),
      );
    }
  });

  it('take the shape of their own Kafka, and refuse one for a Kafka that runs elsewhere', () => {
    const shape = { mode: 'zookeeper', brokerCount: 3 } as const;
    assert.deepEqual(readConfig({}, shape).kafka, { port: 9092, ...shape });
    const elsewhere = { KAFKA_BROKERS: 'a:9092' };
    assert.throws(() => readConfig(elsewhere, shape), /--kafka: KAFKA_BROKERS names a Kafka.*a:9092/);
    assert.throws(() => readConfig(elsewhere, { brokerCount: 3 }), /--brokers: KAFKA_BROKERS/);
    assert.throws(
      () => readConfig(elsewhere, { role: 'edge', brokerCount: 3 }),
      /--brokers: an edge runs no Kafka/,
    );
  });

  it('refuse what is not a port, naming the variable and the value', () => {
    for (const value of ['kafka', '0', '70000', '90.5']) {
      assert.throws(
        () => readConfig({ KAFKA_PORT: value }),
        new RegExp(`KAFKA_PORT: "${value}" is not a port`),
      );
    }
  });

  it('refuse the same port twice', () => {
    assert.throws(() => readConfig({ KAFKA_PORT: '7000' }), /KAFKA_PORT: 7000 is the value of PORT too/);
    assert.throws(
      () => readConfig({ MONGO_PORT: '9092' }),
      /MONGO_PORT: 9092 is the value of KAFKA_PORT too/,
    );
  });

  it('refuse a topic name that Kafka would refuse', () => {
    assert.throws(
      () => readConfig({ KAFKA_TOPIC: 'estación' }),
      /KAFKA_TOPIC: "estación" is not a topic name/,
    );
  });

  it('refuse an address of MongoDB without its scheme or host, and show no password', () => {
    for (const MONGODB_URI of ['mongo://user:secret@db', 'db:27017', 'mongodb://', 'mongodb:///datos']) {
      assert.throws(
        () => readConfig({ MONGODB_URI }),
        (error: Error) => error.message.includes('mongodb+srv://') && !error.message.includes('secret'),
      );
    }
    assert.deepEqual(readConfig({ MONGODB_URI: 'mongodb+srv://db.example.org' }).database, {
      uri: 'mongodb+srv://db.example.org',
    });
  });

  it('refuse a host that others can reach when there is no password, and say why', () => {
    for (const HOST of ['0.0.0.0', '::', '192.168.1.4', 'estacion.local', '127.0.0.1.example.org']) {
      assert.throws(
        () => readConfig({ HOST }),
        /HOST: .* can be reached from other machines.*ADMIN_PASSWORD_HASH/s,
      );
    }
  });

  it('accept such a host with a password, and a loopback address without', () => {
    assert.equal(readConfig({ HOST: '0.0.0.0', ADMIN_PASSWORD_HASH: HASH }).login.passwordHash, HASH);
    for (const HOST of ['localhost', '127.0.0.1', '127.1.2.3', '::1'])
      assert.equal(readConfig({ HOST }).host, HOST);
  });

  it('refuse a password that is not a bcrypt hash, without repeating it', () => {
    assert.throws(
      () => readConfig({ ADMIN_PASSWORD_HASH: 'secreto' }),
      (error: Error) =>
        error.message.includes('ADMIN_PASSWORD_HASH: not a bcrypt hash') &&
        !error.message.includes('secreto'),
    );
  });

  it('reads a device at the baud rate that is asked for', () => {
    const { serial } = readConfig({ SERIAL_PATH: 'COM3', SERIAL_BAUD: '115200' });
    assert.deepEqual(serial, { path: 'COM3', baudRate: 115200 });
    for (const wrong of ['fast', '0', '9600.5', '5000000'])
      assert.throws(() => readConfig({ SERIAL_BAUD: wrong }), /SERIAL_BAUD: .* is not a baud rate/);
  });

  it('runs as many simulated boards as are asked for, where they are simulated', () => {
    const { serial } = readConfig({}, { boards: 3 });
    assert.ok(serial && 'boards' in serial);
    assert.equal(serial.boards, 3);
    assert.throws(
      () => readConfig({ SERIAL_PATH: '/dev/x' }, { boards: 3 }),
      /--boards: .*SERIAL_PATH.*\/dev\/x/,
    );
    assert.throws(() => readConfig({}, { role: 'server', boards: 3 }), /--boards: .*a server reads no board/);
  });
});
