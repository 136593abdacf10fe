import assert from 'node:assert/strict';
import { KafkaError } from '../../../nodes/kafka-cluster/errors';
import { Outages } from '../../../nodes/kafka-cluster/outages';
import type { ClientState, OutageListener } from '../../../nodes/kafka-cluster/types';
import { until } from '../../support/until';

describe('an outage of the brokers', () => {
  const connected: ClientState = { state: 'connected' };
  const retrying = (problem: 'unreachable' | 'not-admitted'): ClientState => ({
    state: 'retrying',
    nextAttempt: 0,
    error: new KafkaError(problem),
  });
  const [producer, consumer] = [{}, {}];

  const listener = (told: string[]): OutageListener => ({
    begins: (error) => told.push(`begins: ${(error as KafkaError).problem}`),
    ends: (seconds) => told.push(`ends after ${seconds} s`),
  });

  function watch(): { outages: Outages; told: string[] } {
    const told: string[] = [];
    const outages = new Outages();
    outages.listen(listener(told));
    return { outages, told };
  }

  it('is told once when it begins to last and once when it is over, whoever meets with it', async () => {
    const { outages, told } = watch();
    for (const client of [producer, consumer, producer]) outages.note(client, retrying('unreachable'));
    await until('its beginning', () => told.length > 0);
    outages.note(producer, connected);
    outages.note(producer, retrying('unreachable'));
    outages.note(consumer, { state: 'connecting' });
    assert.deepEqual(told, ['begins: unreachable']);
    outages.note(producer, connected);
    outages.note(consumer, { state: 'closed' });
    assert.equal(told.length, 2);
    assert.match(String(told[1]), /^ends after [3-9]\d* s$/);
  });

  it('that is over at once, or is none, is told to nobody', () => {
    const { outages, told } = watch();
    outages.note(producer, retrying('unreachable'));
    outages.note(producer, connected);
    outages.note(producer, retrying('not-admitted'));
    outages.note(producer, connected);
    assert.deepEqual(told, []);
  });

  it('is told at once to who listens while it lasts, and no more to who has stopped', async () => {
    const { outages, told } = watch();
    const late: string[] = [];
    outages.note(producer, retrying('unreachable'));
    await until('its beginning', () => told.length > 0);
    const stop = outages.listen(listener(late));
    assert.deepEqual(late, ['begins: unreachable']);
    stop();
    outages.note(producer, connected);
    assert.equal(told.length, 2);
    assert.equal(late.length, 1);
  });
});
