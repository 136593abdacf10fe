import assert from 'node:assert/strict';
import {
  newReadingId,
  objectIdOfReading,
  objectIdOfRecord,
  readingTime,
} from '../../../nodes/shared/reading-id';
import type { PipelineMessage } from '../../../nodes/shared/messages';
import { elementsOf } from '../../../nodes/mongo-sink/storing/identity';
import { CatalogError } from '../../../nodes/topic-catalog/catalog-error';
import { readingsOf } from '../../../nodes/topic-catalog/readings-in-message';

const READING = { nodo: 'comuna_15', humedad: 60, temperatura: null, fecha: '2026-11-24', hora: '10:00:00' };

function message(fields: object): PipelineMessage {
  return { _msgid: '1', ...fields };
}

describe('topic-catalog: stored readings in a message', () => {
  it('reads a single one, with the time of its id', () => {
    const readingId = newReadingId();
    const kafka = { topic: 'Prueba', partition: 0, offset: '1', timestamp: 5, key: 'comuna_15' };
    assert.deepEqual(readingsOf(message({ payload: READING, readingId, kafka })), [
      {
        id: objectIdOfReading(readingId),
        nodo: 'comuna_15',
        topic: 'Prueba',
        ts: readingTime(readingId),
        fecha: '2026-11-24',
        hora: '10:00:00',
        valores: { humedad: 60, temperatura: null },
        record: { partition: 0, offset: '1', key: 'comuna_15' },
      },
    ]);
  });

  it('tells where each record of a batch stands in the topic, and its key where that is text', () => {
    const record = { timestamp: 1_700_000_000_123, headers: {} };
    const records = [
      { ...record, key: 'a', offset: '7' },
      { ...record, key: null, offset: '8' },
      { ...record, key: 'k'.repeat(5_000), offset: '9' },
    ];
    const kafka = { topic: 'Prueba', partition: 2, records };
    const places = readingsOf(message({ payload: [READING, READING, READING], kafka })).map(
      ({ record }) => record,
    );
    assert.deepEqual(places.slice(0, 2), [
      { partition: 2, offset: '7', key: 'a' },
      { partition: 2, offset: '8', key: null },
    ]);
    assert.ok((places[2]?.key?.length ?? 0) < 100, 'a key of 5,000 characters is shortened');
    assert.equal(readingsOf(message({ payload: READING, stored: true }))[0]?.record, undefined);
  });

  it('takes time and place of the record when there is no id of ours', () => {
    const kafka = { topic: 'Prueba', partition: 0, offset: '1', timestamp: 1_700_000_000_000 };
    const [read] = readingsOf(message({ payload: READING, kafka, readingId: 'x' }));
    assert.equal(read?.ts, 1_700_000_000_000);
    assert.equal(read.id, objectIdOfRecord(kafka));
  });

  it('gives the id and the time under which mongo-sink stores it', () => {
    const record = { key: null, offset: '7', timestamp: 1_700_000_000_123, headers: {} };
    const own = { ...record, readingId: newReadingId() };
    const place = { topic: 'Prueba', partition: 2 };
    const messages = [
      message({ payload: READING, readingId: own.readingId, kafka: { ...place, ...record } }),
      message({ payload: READING, kafka: { ...place, ...record } }),
      message({ payload: READING, kafka: { ...place, ...record, timestamp: -1 } }),
      message({ payload: READING, kafka: { ...place, ...record, timestamp: 1_700_000_000_123_456 } }),
      message({ payload: READING, kafka: { ...place, ...record, timestamp: 1_700_000_000_123 * 1e6 } }),
      message({ payload: READING, kafka: { ...place, ...record, timestamp: Date.UTC(9999, 0) } }),
      message({ payload: READING, kafka: { ...place, ...record, timestamp: 1_700_000_000_123.5 } }),
      message({ payload: [READING, READING], kafka: { ...place, records: [record, own] } }),
    ];
    for (const one of messages) {
      const stored = elementsOf(one).map(({ identity: { _id, ts } }) => [String(_id), ts.getTime()]);
      assert.deepEqual(
        readingsOf(one).map(({ id, ts }) => [id, ts]),
        stored,
      );
    }
  });

  it('knows no id where mongo-sink had to make one up', () => {
    assert.equal(readingsOf(message({ payload: READING }))[0]?.id, null);
    const [read] = readingsOf(message({ payload: [READING], readingId: newReadingId() }));
    assert.equal(read?.id, null);
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
