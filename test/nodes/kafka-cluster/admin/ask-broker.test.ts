import assert from 'node:assert/strict';
import { AdminConnection } from '../../../../nodes/kafka-cluster/admin/admin-connection';
import { askBroker } from '../../../../nodes/kafka-cluster/admin/ask-broker';
import { KafkaClient } from '../../../../nodes/kafka-cluster/client';
import type { ConnectedBroker } from '../../../../nodes/kafka-cluster/patched-kafkajs';
import { NoAnswerError } from '../../../../nodes/kafka-cluster/with-timeout';
import { kafka } from '../../../support/services';

const never = (): Promise<never> => new Promise(() => undefined);

describe('kafka-cluster: a broker that is silent while others answer', function () {
  this.timeout(60_000);

  it('makes its connection stale where it had one, and not where it can not be reached at all', async () => {
    const stale: string[] = [];
    const terms = (what: string) => ({ milliseconds: 10, stale: () => void stale.push(what) });
    const connected = { findBroker: () => Promise.resolve({} as ConnectedBroker) };
    await assert.rejects(askBroker(connected, '1', terms('silent'), never), NoAnswerError);
    await assert.rejects(askBroker({ findBroker: never }, '1', terms('unreached'), never), NoAnswerError);
    const refusing = () => Promise.reject(new Error('no'));
    await assert.rejects(askBroker(connected, '1', terms('refusing'), refusing), /no/);
    assert.deepEqual(stale, ['silent']);
  });

  it('has the next question go over a fresh connection, and those that are open end on the old one', async () => {
    const { brokers } = await kafka();
    let made = 0;
    const connection = new AdminConnection(() => {
      made++;
      return new KafkaClient({ brokers: [brokers], clientId: 'test' }, 1, () => undefined);
    });
    let goOn: () => void = () => undefined;
    const waiting = new Promise<void>((resolve) => (goOn = resolve));
    const open = connection.ask(async (admin) => {
      await waiting;
      return admin.describeCluster();
    });
    await connection.ask((_admin, terms) => {
      terms().stale();
      return Promise.resolve();
    });
    const next = await connection.ask((admin) => admin.describeCluster());
    assert.equal(made, 2);
    goOn();
    assert.deepEqual(await open, next);
    connection.close();
  });
});
