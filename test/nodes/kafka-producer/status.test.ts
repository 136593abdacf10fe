import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { KafkaError } from '../../../nodes/kafka-cluster/errors';
import { describeStatus, type StatusFacts } from '../../../nodes/kafka-producer/status';
import { UserError } from '../../../nodes/shared/user-error';

class Problem extends UserError {
  constructor(
    readonly problem: string,
    text: string,
  ) {
    super(`kafka-cluster.errors.${text}`, { brokers: '127.0.0.1:19092', reason: 'connect ECONNREFUSED' });
  }
}

const NOW = new Date(2026, 0, 1, 16, 12).getTime();
const CALM = { obstacles: [], throttledUntil: 0 };
const STATS = { count: 0, dropped: 0, damaged: 0, refused: 0 } as StatusFacts['stats'];

function spanish(key: string, params: object = {}): string {
  const [type = ''] = key.split('.');
  const file = path.join(__dirname, '../../../nodes', type, 'locales/es', `${type}.json`);
  const found = key
    .split('.')
    .reduce<unknown>(
      (part, name) => (part as Record<string, unknown>)[name],
      JSON.parse(readFileSync(file, 'utf8')),
    );
  const values = params as Record<string, unknown>;
  return String(found).replace(/__(\w+)__/g, (_, name: string) => String(values[name]));
}

function retrying(error: Error, stats: Partial<StatusFacts['stats']> = {}) {
  const connection = { state: 'retrying' as const, nextAttempt: NOW + 7_000, error };
  const facts = { ...CALM, connection, problem: undefined, stats: { ...STATS, ...stats } };
  return describeStatus(facts, NOW, spanish);
}

describe("the kafka-producer's status while records of a partition wait", () => {
  function connected(facts: Partial<StatusFacts>) {
    const stats = { ...STATS, count: 14, oldest: NOW - 118_000 };
    const connection = { state: 'connected' as const };
    return describeStatus({ ...CALM, connection, problem: undefined, stats, ...facts }, NOW, spanish);
  }

  it('says that nobody leads it, and how many others there are', () => {
    const obstacle = {
      topic: 'Prueba',
      partition: 2,
      since: NOW,
      error: new KafkaError('no-leader'),
    };
    const { text } = connected({ obstacles: [obstacle, { ...obstacle, partition: 3 }] });
    assert.equal(text, '14 en espera desde las 16:10:02 · Prueba/2 (+1): ningún broker la lidera');
    assert.equal(connected({ obstacles: [obstacle], stats: STATS }).text, 'conectado');
  });

  it('says what the broker answers', () => {
    const error = new UserError('kafka-cluster.errors.not-for-now', { reason: 'fewer in-sync replicas' });
    const { text } = connected({ obstacles: [{ topic: 'Prueba', partition: 0, since: NOW, error }] });
    assert.equal(text, '14 en espera desde las 16:10:02 · Prueba/0: fewer in-sync replicas');
  });

  it('says that the broker lets it wait for its quota, as long as that holds', () => {
    assert.match(connected({ throttledUntil: NOW + 1 }).text ?? '', /frenado por el broker \(cuota\)$/);
    assert.doesNotMatch(connected({ throttledUntil: NOW }).text ?? '', /cuota/);
  });
});

describe("the kafka-producer's status while it has no connection", () => {
  const away = new Problem('unreachable', 'unreachable');

  it('begins with what waits, and is short enough to be read under the node', () => {
    const { text, waiting, since } = retrying(away, { count: 3, oldest: NOW - 118_000 });
    assert.equal(text, '3 en espera desde las 16:10:02 · sin conexión, reintento a las 16:12:07');
    assert.deepEqual([waiting, since], [3, NOW - 118_000]);
  });

  it('hands the whole reason to a Status node, and when it is tried again', () => {
    const { reason, nextAttempt } = retrying(away);
    assert.equal(reason, 'No se alcanza ningún broker de 127.0.0.1:19092: connect ECONNREFUSED');
    assert.equal(nextAttempt, NOW + 7_000);
  });

  it('tells an outage from a sign-in that is refused', () => {
    const refused = new Problem('not-admitted', 'sign-in-refused');
    assert.equal(retrying(refused).text, 'acceso rechazado, reintento a las 16:12:07');
  });

  it('cuts the reason of any other error, without a figure that could be taken for records', () => {
    const text = retrying(new Error('x'.repeat(100))).text ?? '';
    assert.equal(text, `${'x'.repeat(60)}…, reintento a las 16:12:07`);
  });
});
