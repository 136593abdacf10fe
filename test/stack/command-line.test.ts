import assert from 'node:assert/strict';
import { readCommandLine } from '../../stack/command-line';

const NOTHING_SAID = {
  role: 'all',
  mode: undefined,
  brokerCount: undefined,
  boards: undefined,
  newPassword: false,
  secure: false,
  ownNetwork: false,
};

describe('what follows npm start --', () => {
  it('says which part of the pipeline is to run; without it all of it does', () => {
    assert.deepEqual(readCommandLine([]), NOTHING_SAID);
    assert.deepEqual(readCommandLine(['--role', 'edge']), { ...NOTHING_SAID, role: 'edge' });
    assert.deepEqual(readCommandLine(['--role=server']), { ...NOTHING_SAID, role: 'server' });
  });

  it('says what the Kafka is to look like', () => {
    assert.deepEqual(readCommandLine(['--kafka', 'zookeeper']), { ...NOTHING_SAID, mode: 'zookeeper' });
    assert.deepEqual(readCommandLine(['--boards', '20']), { ...NOTHING_SAID, boards: 20 });
    assert.deepEqual(readCommandLine(['--brokers', '3']), { ...NOTHING_SAID, brokerCount: 3 });
  });

  it('says who is let in at Kafka and the database', () => {
    assert.deepEqual(readCommandLine(['--secure']), { ...NOTHING_SAID, secure: true });
    assert.deepEqual(readCommandLine(['--own-network']), { ...NOTHING_SAID, ownNetwork: true });
  });

  it('is refused where it is unknown, with what there is', () => {
    assert.throws(
      () => readCommandLine(['--role', 'brige']),
      /--role: "brige" is none of: all, edge, server/,
    );
    assert.throws(() => readCommandLine(['--rolle', 'edge']), /npm start: .*--rolle/);
    assert.throws(() => readCommandLine(['edge']), /npm start: /);
    assert.throws(
      () => readCommandLine(['--kafka', 'rabbit']),
      /--kafka: "rabbit" is none of: kraft, zookeeper/,
    );
    for (const brokers of ['0', '6', 'three', '1.5', '']) {
      assert.throws(
        () => readCommandLine(['--brokers', brokers]),
        /--brokers: ".*" is not a whole number from 1 to 5/,
      );
    }
    assert.throws(
      () => readCommandLine(['--brokers', '9']),
      /usage: npm start -- \[--role .*--kafka .*--brokers/,
    );
  });
});
