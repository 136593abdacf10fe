import assert from 'node:assert/strict';
import { Code, DBRef, Long, ObjectId, type Binary, type Double } from 'mongodb';
import { newReadingId } from '../../../../nodes/shared/reading-id';
import type { PipelineMessage } from '../../../../nodes/shared/messages';
import { database } from '../../../support/services';
import { openDatabase, reading, record, TestSink, type TestDatabase } from '../support';

/** A value wrapped so often in an object. */
function nested(levels: number): unknown {
  let value: unknown = 1;
  for (let i = 0; i < levels; i++) value = { n: value };
  return value;
}

/** Small in memory, and without end for whoever writes it out. */
function doubledNinetyTimes(): unknown {
  let value: unknown = 1;
  for (let i = 0; i < 90; i++) value = { a: value, b: value };
  return value;
}

function throwing(thrown: unknown): object {
  return {
    get nodo(): string {
      throw thrown;
    },
  };
}

function unreadableError(): Error {
  return Object.defineProperty(new Error('x'), 'message', {
    get: () => {
      throw new Error('not this either');
    },
  });
}

function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

/** A driver's value as a flow may have changed it, or made it by another version of the driver. */
function changed(type: string, version: number): object {
  return { _bsontype: type, [Symbol.for('@@mdb.bson.version')]: version };
}

function circular(): unknown {
  const value: Record<string, unknown> = {};
  value.self = { value };
  return value;
}

describe('mongo-sink: values that need care', () => {
  let test: TestDatabase;
  let sink: TestSink;
  let offset = 0;

  before(async function () {
    this.timeout(300_000);
    test = await openDatabase((await database()).uri);
    sink = new TestSink(test);
  });

  after(async () => {
    await sink.close();
    await test.drop();
  });

  /** Stores the fields between two ordinary readings, and gives back what the database then holds of them. */
  async function store(payload: unknown): Promise<Record<string, unknown> | { rejected: string }> {
    const messages = [reading('before'), payload, reading('after')].map((each) => record(each, offset++));
    const [before, result, after] = await Promise.all(messages.map((message) => sink.store(message)));
    assert.equal(before?.inserted, 1, 'the reading before it');
    assert.equal(after?.inserted, 1, 'the reading after it');
    const place = { 'kafka.offset': offset - 2 };
    const rejection = result?.rejected[0];
    const options = { promoteValues: false, promoteLongs: false };
    if (!rejection) return (await test.db.collection('datos').findOne(place, options)) ?? {};
    const kept = await test.db.collection('rechazados').findOne({ offset: offset - 2 });
    assert.equal(kept?.error, rejection.error.key.replace('mongo-sink.errors.', ''));
    return { rejected: String(kept?.error) };
  }

  const text = (json: string): string => `{"nodo":"a",${json}}`;
  const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value)) as unknown;

  describe('are stored as they were sent', () => {
    const faithful: [string, Record<string, unknown>][] = [
      ['names that begin with $', { $a: 1, b: { $c: 2 } }],
      ['names with dots', { 'a.b': 1, c: { 'd.e': 2 } }],
      ['an empty name', { '': 1 }],
      [
        'a name that JavaScript treats specially',
        JSON.parse('{"__proto__":{"x":1},"constructor":2}') as never,
      ],
      ['a value that looks like a reference', { a: { $ref: 'x', $id: 1 } }],
      ['text with a zero byte', { a: 'x\0y' }],
      ['text beyond ASCII', { a: 'ñandú 温度 🌡' }],
      ['null, true and nested arrays', { a: null, b: true, c: [1, [2, [3]]] }],
      ['100 levels', nested(98) as Record<string, unknown>],
      ['5,000 fields', Object.fromEntries(Array.from({ length: 5000 }, (_, i) => [`k${i}`, i]))],
    ];
    for (const [name, fields] of faithful) {
      it(name, async () => {
        const stored = await store({ nodo: 'a', ...fields });
        const { _id, nodo, ts, topic, kafka, ...rest } = stored as Record<string, unknown>;
        assert.ok(_id && nodo && ts && topic && kafka);
        assert.deepEqual(plain(rest), plain(fields));
        assert.deepEqual(Object.keys(rest), Object.keys(fields));
      });
    }

    it('NaN, Infinity and -0', async () => {
      const stored = (await store({ nodo: 'a', a: NaN, b: -Infinity, c: -0 })) as Record<string, Double>;
      assert.ok(Number.isNaN(stored.a?.valueOf()));
      assert.equal(stored.b?.valueOf(), -Infinity);
      assert.ok(Object.is(stored.c?.valueOf(), -0));
    });

    it('64-bit integers in JSON text, exactly', async () => {
      const stored = await store(
        text('"a":9223372036854775807,"b":[-9007199254740993],"c":"1234567890123456789"'),
      );
      assert.deepEqual((stored as { a: Long }).a, Long.MAX_VALUE);
      assert.deepEqual((stored as { b: Long[] }).b[0], Long.fromString('-9007199254740993'));
      assert.equal((stored as { c: string }).c, '1234567890123456789');
    });

    it('64-bit integers given as BigInt', async () => {
      const stored = await store({ nodo: 'a', a: 9007199254740993n });
      assert.deepEqual((stored as { a: Long }).a, Long.fromString('9007199254740993'));
    });

    it('numbers of any size with a fraction or an exponent, as JSON reads them', async () => {
      const stored = await store(text('"a":12345678901234567.5,"b":1234567890123456789e2'));
      assert.equal((stored as { a: Double }).a.valueOf(), Number('12345678901234567.5'));
      assert.equal((stored as { b: Double }).b.valueOf(), Number('1234567890123456789e2'));
    });

    it('dates, bytes and the database’s own types', async () => {
      const id = new ObjectId();
      const stored = await store({ nodo: 'a', a: new Date(5), b: Buffer.from([1, 2]), c: id });
      assert.deepEqual((stored as { a: Date }).a, new Date(5));
      assert.deepEqual(Buffer.from((stored as { b: Binary }).b.buffer), Buffer.from([1, 2]));
      assert.deepEqual((stored as { c: ObjectId }).c, id);
    });

    it('a document just below the limit of 16 MB', async function () {
      this.timeout(60_000);
      const stored = await store({ nodo: 'a', a: 'x'.repeat(16 * 1024 * 1024 - 2048) });
      assert.equal((stored as { a: string }).a.length, 16 * 1024 * 1024 - 2048);
    });

    it('without fields that are undefined', async () => {
      const stored = await store({ nodo: 'a', a: undefined, b: 1 });
      assert.deepEqual(Object.keys(stored), ['_id', 'nodo', 'b', 'ts', 'topic', 'kafka']);
    });
  });

  it('keeps fields that have the names of our own inside "enviado"', async () => {
    const stored = await store({
      nodo: 'a',
      _id: 'mine',
      ts: 5,
      topic: 'x',
      readingId: 'y',
      enviado: { z: 1 },
      kafka: 2,
    });
    assert.deepEqual(plain((stored as { enviado: unknown }).enviado), {
      _id: 'mine',
      ts: 5,
      topic: 'x',
      readingId: 'y',
      enviado: { z: 1 },
      kafka: 2,
    });
    assert.ok((stored as { _id: unknown })._id instanceof ObjectId);
    assert.ok((stored as { ts: unknown }).ts instanceof Date);
  });

  describe('are rejected with their reason, and keep no other reading from being stored', () => {
    const rejected: [string, unknown, string][] = [
      ['101 levels', { nodo: 'a', a: nested(100) }, 'depth'],
      ['20,000 levels', { nodo: 'a', a: nested(20_000) }, 'depth'],
      ['20,000 levels of arrays in text', text(`"a":${'['.repeat(20_000)}${']'.repeat(20_000)}`), 'depth'],
      ['an object that contains itself', { nodo: 'a', a: circular() }, 'depth'],
      ['more than 16 MB', { nodo: 'a', a: 'x'.repeat(17 * 1024 * 1024) }, 'too-large'],
      ['a zero byte in a name', { nodo: 'a', 'a\0b': 1 }, 'field-name'],
      ['half a character in a name', { nodo: 'a', b: { '\ud800': 1 } }, 'field-name'],
      ['half a character', { nodo: 'a', b: ['\ud800'] }, 'half-character'],
      ['half a character in the name of the node', { nodo: 'a\udc00' }, 'half-character'],
      ['an integer beyond 64 bits in text', text('"a":9223372036854775808'), 'integer'],
      ['an integer beyond 64 bits', { nodo: 'a', a: -(2n ** 63n) - 1n }, 'integer'],
      ['a date without a time', { nodo: 'a', a: new Date(NaN) }, 'date'],
      ['the last date that JavaScript knows', { nodo: 'a', a: new Date(8.64e15) }, 'date'],
      ['its first', { nodo: 'a', a: [{ b: new Date(-8.64e15) }] }, 'date'],
      ['a date after the year 9999', { nodo: 'a', fecha: new Date(253_402_300_800_000) }, 'date'],
      ['a date before the year 1', { nodo: 'a', a: new Date(-62_135_596_800_001) }, 'date'],
      ['such a date beside a code', { nodo: 'a', a: new Code('x', { b: new Date(8.64e15) }) }, 'date'],
      [
        'such a date beside a reference',
        { nodo: 'a', a: new DBRef('x', new ObjectId(), 'y', { b: new Date(8.64e15) }) },
        'date',
      ],
      ['a code beside what contains itself', { nodo: 'a', a: new Code('x', { b: circular() }) }, 'depth'],
      ['a value of another driver', { nodo: 'a', a: changed('Long', 1) }, 'type'],
      ['a value of no driver', { nodo: 'a', a: changed('Nothing', 7) }, 'refused'],
      ['an array of 4,294,967,295 holes', { nodo: 'a', a: new Array(2 ** 32 - 1) }, 'bounds'],
      ['such an array as the value of one record', new Array(2 ** 32 - 1), 'not-an-object'],
      ['what stands in itself again and again', { nodo: 'a', a: doubledNinetyTimes() }, 'bounds'],
      ['the name of a node of 5 MB', { nodo: 'n'.repeat(5 * 2 ** 20) }, 'long-nodo'],
      ['a field’s name of 1 MB', { nodo: 'a', ['n'.repeat(2 ** 20)]: 1 }, 'bounds'],
      [
        '200,000 fields',
        Object.fromEntries(Array.from({ length: 200_000 }, (_, i) => [`k${i}`, i])),
        'bounds',
      ],
      ['a text of 70 MB', `"${'x'.repeat(70 * 2 ** 20)}"`, 'too-large'],
      ['what throws nothing when it is read', throwing(null), 'unreadable'],
      ['what throws itself when it is read', throwing(throwing(undefined)), 'unreadable'],
      ['what throws an Error that can’t be read', throwing(unreadableError()), 'unreadable'],
      ['a field that can’t be asked anything', { nodo: 'a', a: revoked() }, 'unreadable'],
      [
        'a name that the driver takes for a type',
        { nodo: 'a', a: { _bsontype: 'ObjectId', id: 'x' } },
        'reserved-name',
      ],
      ['such a name at the top', { nodo: 'a', _bsontype: 'Long' }, 'reserved-name'],
      ['a Set', { nodo: 'a', a: new Set([1]) }, 'type'],
      ['a function', { nodo: 'a', a: () => 1 }, 'type'],
      ['a symbol', { nodo: 'a', a: Symbol('x') }, 'type'],
      ['an array as the value of one record', [reading('a')], 'not-an-object'],
      ['an array in text', JSON.stringify([reading('a')]), 'not-an-object'],
      ['bytes that are not UTF-8', Buffer.from('{"nodo":"\xff"}', 'latin1'), 'not-utf8'],
      ['text that is not JSON', '{"nodo":"a"', 'not-json'],
      ['a record without a value', null, 'not-an-object'],
    ];
    for (const [name, payload, reason] of rejected) {
      it(name, async function () {
        this.timeout(60_000);
        assert.deepEqual(await store(payload), { rejected: reason });
      });
    }
  });

  it('reads each field once: what it says the second time does not matter', async () => {
    let asked = 0;
    const stored = await store({
      nodo: 'a',
      a: {
        get b(): unknown {
          return asked++ === 0 ? 5 : new Date(8.64e15);
        },
      },
    });
    assert.deepEqual(plain((stored as { a: unknown }).a), { b: 5 });
  });

  const places: [string, Partial<PipelineMessage>][] = [
    ['a reading id of the year 10889', { readingId: 'ffffffff-ffff-7fff-bfff-ffffffffffff' }],
    ['a reading id of the year 2106', { readingId: newReadingId().replace(/^.{13}/, '03e7ffff-fc18') }],
    ['a topic of 17 MB', { topic: 'x'.repeat(17 * 2 ** 20) }],
    ['half a character in the topic', { topic: '\ud800' }],
    [
      'an offset beyond 64 bits',
      { kafka: { topic: 'x', partition: 0, offset: String(2n ** 63n), timestamp: 1 } },
    ],
    ['a partition that is none', { kafka: { topic: 'x', partition: 1e300, offset: '1', timestamp: 1 } }],
    [
      'a record’s time that is none',
      { kafka: { topic: 'x', partition: 0, offset: '1', timestamp: 8.64e15 } },
    ],
  ];
  for (const [name, fields] of places) {
    it(`stores a reading with ${name}, and what comes after it`, async function () {
      this.timeout(60_000);
      const results = await Promise.all([
        sink.store({ payload: reading('far', 1), ...fields }),
        sink.store(record(reading('after'), offset++)),
      ]);
      assert.deepEqual(
        results.map(({ inserted }) => inserted),
        [1, 1],
      );
      assert.equal(sink.troubles.length, 0);
    });
  }

  it('a rejected value beyond the database’s limit is kept from its beginning, with its size', async () => {
    await store({ nodo: 'b', a: 'x'.repeat(17 * 1024 * 1024) });
    const kept = await test.db.collection('rechazados').findOne({ error: 'too-large' });
    assert.equal((kept?.value as string).length, 3 * 1024 * 1024);
    assert.ok(Number(kept?.truncatedFrom) > 17 * 1024 * 1024);
  });
});
