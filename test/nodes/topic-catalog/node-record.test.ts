import assert from 'node:assert/strict';
import type { LiveReading } from '../../../nodes/topic-catalog/contract';
import { NodeRecord } from '../../../nodes/topic-catalog/node-record';
import { ALWAYS_WHOLE } from '../../../nodes/topic-catalog/path-watch';

describe('topic-catalog: a node whose clock is ahead', () => {
  const NOW = Date.parse('2027-03-01T12:00:00Z');
  const MINUTE = 60_000;
  const reading = (ts: number, humedad: number): LiveReading => ({
    id: null,
    nodo: 'a',
    topic: 'Prueba',
    ts,
    fecha: null,
    hora: null,
    valores: { humedad },
  });
  const shown = (record: NodeRecord, now: number) => {
    const { ts, ahead, valores, state } = record.row(now, 5, ALWAYS_WHOLE);
    return { ts, ahead, humedad: valores.humedad, state };
  };

  it('is shown with its values, the time at which they came, and by how much it is ahead', () => {
    const record = new NodeRecord('a');
    record.accept(reading(NOW - 3_000, 1), NOW - 3_000);
    record.accept(reading(NOW + 10 * MINUTE, 99), NOW);
    assert.deepEqual(shown(record, NOW), { ts: NOW, ahead: 10 * MINUTE, humedad: 99, state: 'live' });
  });

  it('is healed by the next right reading, and falls silent after it', () => {
    const record = new NodeRecord('a');
    record.accept(reading(NOW - 3_000, 1), NOW - 3_000);
    record.accept(reading(Date.parse('2099-01-01'), 99), NOW);
    record.accept(reading(NOW + 2_900, 2), NOW + 3_000);
    assert.deepEqual(shown(record, NOW + 3_000), {
      ts: NOW + 2_900,
      ahead: undefined,
      humedad: 2,
      state: 'live',
    });
    assert.equal(record.row(NOW + 10 * MINUTE, 5, ALWAYS_WHOLE).state, 'silent');
  });

  it('is alive as long as it sends, however wrong its clock stays', () => {
    const record = new NodeRecord('a');
    for (let i = 0; i < 10; i++) {
      const now = NOW + i * MINUTE;
      record.accept(reading(now + 10 * MINUTE, i), now);
      assert.deepEqual(shown(record, now), { ts: now, ahead: 10 * MINUTE, humedad: i, state: 'live' });
    }
    assert.equal(record.row(NOW + 60 * MINUTE, 5, ALWAYS_WHOLE).state, 'silent');
  });

  it('shows what was found before a time in the future that stands in the database already', () => {
    const record = new NodeRecord('a');
    record.acceptAhead(reading(Date.parse('2099-01-01'), 99), null);
    assert.equal(record.row(NOW, 5, ALWAYS_WHOLE).state, 'unknown');
    record.study([reading(NOW - 6_000, 1), reading(NOW - 3_000, 2)]);
    assert.deepEqual(shown(record, NOW), { ts: NOW - 3_000, ahead: undefined, humedad: 2, state: 'live' });
  });

  it('takes a time of a minute ahead for a right one: no two clocks agree', () => {
    const record = new NodeRecord('a');
    record.accept(reading(NOW + MINUTE, 1), NOW);
    assert.deepEqual(shown(record, NOW), { ts: NOW + MINUTE, ahead: undefined, humedad: 1, state: 'live' });
  });
});

describe('topic-catalog: a node whose variables have other names in each reading', () => {
  it('keeps recent values of a bounded number of them, those of the newest reading among them', () => {
    const record = new NodeRecord('a');
    for (let n = 0; n < 1_000; n++) {
      const valores = { ruido: n, [`aa:${n}`]: -70 };
      record.accept({ id: null, nodo: 'a', topic: null, ts: n, fecha: null, hora: null, valores }, 1_000);
    }
    const { recent } = record.row(1_000, 5, ALWAYS_WHOLE);
    assert.equal(recent.length, 200);
    assert.deepEqual(recent[0], { name: 'ruido', values: Array.from({ length: 30 }, (_, i) => 970 + i) });
    assert.equal(recent.at(-1)?.name, 'aa:999');
  });
});
