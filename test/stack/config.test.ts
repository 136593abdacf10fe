import assert from 'node:assert/strict';
import path from 'node:path';
import { readConfig } from '../../stack/config';

const HASH = `$2b$08$${'a'.repeat(53)}`;

const ONE_BROKER = { mode: 'kraft', brokerCount: 1 };

describe('the settings of npm start', () => {
  it('have a default each, all on this machine', () => {
    const root = path.resolve(__dirname, '..', '..');
    assert.deepEqual(readConfig({}), {
      role: 'all',
      port: 7000,
      host: '127.0.0.1',
      passwordHash: undefined,
      dataDir: path.join(root, '.data'),
      topic: 'Prueba',
      kafka: { port: 9092, ...ONE_BROKER },
      database: { port: 27017 },
      serial: { hex: path.join(root, 'firmware', 'nodo.hex') },
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
      [7100, '/var/datos', { port: 9192, ...ONE_BROKER }, { port: 27117 }, 'Otra', { hex: '/tmp/otra.hex' }],
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
    assert.deepEqual(config.serial, { path: '/dev/ttyACM0' });
  });

  it('of an edge are its own: the Kafka of the server, a board, and no database', () => {
    const config = readConfig({ KAFKA_BROKERS: 'server:9094' }, 'edge');
    assert.deepEqual(config.kafka, { brokers: 'server:9094' });
    assert.equal(config.database, undefined);
    assert.ok(config.serial && 'hex' in config.serial);
    assert.equal(config.port, 7001);
    assert.ok(config.dataDir.endsWith(path.join('.data', 'edge')));
    assert.throws(() => readConfig({}, 'edge'), /KAFKA_BROKERS: an edge hands its readings to the Kafka/);
  });

  it('of a server have no board, and say where edges reach its Kafka', () => {
    const config = readConfig({ KAFKA_EDGE_ADDRESS: 'server.example:9094', SERIAL_PATH: '/dev/x' }, 'server');
    assert.equal(config.serial, undefined);
    assert.deepEqual(config.database, { port: 27017 });
    assert.deepEqual(config.kafka, {
      port: 9092,
      ...ONE_BROKER,
      remote: { address: 'server.example:9094', port: 9094 },
    });
    const behindRouter = { KAFKA_EDGE_ADDRESS: 'server.example:9094', KAFKA_EDGE_PORT: '19094' };
    assert.deepEqual(readConfig(behindRouter, 'server').kafka, {
      ...ONE_BROKER,
      port: 9092,
      remote: { address: 'server.example:9094', port: 19094 },
    });
    for (const address of ['server', 'http://server:1', 'a:1,b:2', ':9']) {
      assert.throws(() => readConfig({ KAFKA_EDGE_ADDRESS: address }, 'server'), /KAFKA_EDGE_ADDRESS: /);
    }
    assert.throws(
      () => readConfig({ KAFKA_EDGE_ADDRESS: 'server:9092' }, 'server'),
      /KAFKA_EDGE_PORT: 9092 is the value of KAFKA_PORT too/,
    );
  });

  it('take the shape of their own Kafka, and refuse one for a Kafka that runs elsewhere', () => {
    const shape = { mode: 'zookeeper', brokerCount: 3 } as const;
    assert.deepEqual(readConfig({}, 'all', shape).kafka, { port: 9092, ...shape });
    const elsewhere = { KAFKA_BROKERS: 'a:9092' };
    assert.throws(() => readConfig(elsewhere, 'all', shape), /--kafka: KAFKA_BROKERS names a Kafka.*a:9092/);
    assert.throws(() => readConfig(elsewhere, 'all', { brokerCount: 3 }), /--brokers: KAFKA_BROKERS/);
    assert.throws(
      () => readConfig(elsewhere, 'edge', { brokerCount: 3 }),
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
    assert.equal(readConfig({ HOST: '0.0.0.0', ADMIN_PASSWORD_HASH: HASH }).passwordHash, HASH);
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
});
