import assert from 'node:assert/strict';
import { ObjectId } from 'mongodb';
import { newReadingId } from '../../../nodes/shared/reading-id';
import { database } from '../../support/services';
import { until } from '../../support/until';
import { openDatabase, reading, record, TestSink, type TestDatabase } from './support';

describe('mongo-sink beside the original system', () => {
  let test: TestDatabase;
  let sink: TestSink | undefined;

  before(async function () {
    this.timeout(300_000);
    test = await openDatabase((await database()).uri);
  });

  after(async () => {
    await sink?.close();
    await test.drop();
  });

  it('its page finds a node’s last 10 readings, its own of 2021 and ours, in the order of time', async () => {
    const datos = test.db.collection('datos');
    const in2021 = Date.parse('2021-11-20T15:00:00Z') / 1000;
    // The original's documents: no time, no topic, an _id by the driver.
    await datos.insertMany(
      Array.from({ length: 30 }, (_, i) => ({
        _id: ObjectId.createFromTime(in2021 + i),
        ...reading('comuna_15', i),
      })),
    );
    // As it was left when ours begins: SecantusDB stands still where its first insertion meets the indexes that a sink makes.
    sink = new TestSink(test);
    // Records of its publisher, then of ours.
    const minuteAgo = Date.now() - 60_000;
    for (let i = 30; i < 36; i++)
      await sink.store(record(reading('comuna_15', i), i, undefined, minuteAgo + i));
    for (let i = 36; i < 40; i++) await sink.store(record(reading('comuna_15', i), i, newReadingId()));
    await sink.store(record(reading('otro', 99), 99, newReadingId()));
    // Its subscriber goes on beside ours. A driver's ObjectId knows the second only.
    const second = Math.floor(Date.now() / 1000);
    await until('the next second', () => Math.floor(Date.now() / 1000) > second);
    await datos.insertOne(reading('comuna_15', 40));

    const page = await datos.find({ nodo: 'comuna_15' }).sort({ _id: -1 }).limit(10).toArray();
    assert.deepEqual(
      page.map(({ humedad }) => humedad as number),
      [40, 39, 38, 37, 36, 35, 34, 33, 32, 31],
    );
  });
});
