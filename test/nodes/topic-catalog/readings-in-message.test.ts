import assert from 'node:assert/strict';
import { newReadingId, readingTime } from '../../../nodes/shared/reading-id';
import type { PipelineMessage } from '../../../nodes/shared/messages';
import { CatalogError } from '../../../nodes/topic-catalog/catalog-error';
import { readingsOf } from '../../../nodes/topic-catalog/readings-in-message';

const READING = { nodo: 'comuna_15', humedad: 60, temperatura: null, fecha: '2026-11-24', hora: '10:00:00' };

function message(fields: object): PipelineMessage {
  return { _msgid: '1', ...fields };
}

describe('topic-catalog: stored readings in a message', () => {
  it('reads a single one, with the time of its id', () => {
    const readingId = newReadingId();
    const kafka = { topic: 'Prueba', partition: 0, offset: '1', timestamp: 5 };
    assert.deepEqual(readingsOf(message({ payload: READING, readingId, kafka })), [
      {
        nodo: 'comuna_15',
        topic: 'Prueba',
        ts: readingTime(readingId),
        fecha: '2026-11-24',
        hora: '10:00:00',
        valores: { humedad: 60, temperatura: null },
      },
    ]);
  });

  it('takes the time of the record when there is no id of ours', () => {
    const kafka = { topic: 'Prueba', partition: 0, offset: '1', timestamp: 1_700_000_000_000 };
    assert.equal(readingsOf(message({ payload: READING, kafka, readingId: 'x' }))[0]?.ts, 1_700_000_000_000);
  });

  it('reads a batch, each element with its own record, and leaves out what is no reading', () => {
    const records = [10, 20, 30].map((timestamp) => ({ key: null, offset: '0', timestamp, headers: {} }));
    const kafka = { topic: 'Prueba', partition: 0, records };
    const payload = [{ nodo: 'a', x: 1 }, { x: 2 }, { nodo: 'c', x: 3 }];
    assert.deepEqual(
      readingsOf(message({ payload, kafka })).map(({ nodo, ts }) => [nodo, ts]),
      [
        ['a', 10],
        ['c', 30],
      ],
    );
  });

  it('reads JSON as text and as bytes', () => {
    for (const payload of [JSON.stringify(READING), Buffer.from(JSON.stringify(READING))]) {
      assert.equal(readingsOf(message({ payload }))[0]?.nodo, 'comuna_15');
    }
  });

  it('refuses what holds no reading', () => {
    for (const payload of [undefined, 7, 'Error', '{"x":1}', { nodo: 7 }, { nodo: '' }, [], [{}]]) {
      assert.throws(() => readingsOf(message({ payload })), CatalogError);
    }
  });
});
