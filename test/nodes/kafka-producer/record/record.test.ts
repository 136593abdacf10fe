import assert from 'node:assert/strict';
import { toMessage } from '../../../../nodes/kafka-producer/record/message';
import { UNASSIGNED } from '../../../../nodes/kafka-producer/record/partition';
import { toRecord, type RecordFields } from '../../../../nodes/kafka-producer/record/record';
import { contentOf, type ProducerRecord } from '../../../../nodes/kafka-producer/record/entry';
import { DamagedEntryError, decodeRecord, seal } from '../../../../nodes/kafka-producer/outbox/record-codec';
import { isReadingId, newReadingId } from '../../../../nodes/shared/reading-id';
import { newTraceparent } from '../../../../nodes/shared/trace-context';
import type { UserError } from '../../../../nodes/shared/user-error';
import { record } from './records';

/** The headers of a record, as texts where they have a value. */
function headersOf(record: ProducerRecord): Record<string, unknown> {
  const text = (value: unknown): unknown => (Buffer.isBuffer(value) ? value.toString() : value);
  return Object.fromEntries(
    Object.entries(contentOf(record).headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.map(text) : text(value),
    ]),
  );
}

const FIELDS: RecordFields = {
  payload: 'x',
  topic: 'Prueba',
  key: undefined,
  partition: '',
  headers: undefined,
  readingId: undefined,
  messageId: undefined,
};

describe('kafka-producer: record', () => {
  it('refuses headers that no outbox could keep', () => {
    const refused = (headers: unknown) => (): unknown => toRecord({ ...FIELDS, headers }, 0, true);
    const key = (name: string) => (error: UserError) => error.key === `kafka-producer.errors.${name}`;
    assert.throws(refused({ ['ñ'.repeat(33_000)]: '' }), key('header-name'));
    assert.throws(refused({ many: new Array(65_536).fill('') }), key('header-count'));
    assert.doesNotThrow(refused({ ['n'.repeat(65_535)]: '', n: new Array(65_534).fill('') }));
  });

  it('refuses what is larger in all than any store would take, before room is made for it', () => {
    const part = Buffer.alloc(2 ** 20);
    assert.doesNotThrow(() => toRecord({ ...FIELDS, headers: { many: new Array(60).fill(part) } }, 0, true));
    assert.throws(
      () => toRecord({ ...FIELDS, headers: { many: new Array(60_000).fill(part) } }, 0, true),
      (error: UserError) => error.key === 'kafka-producer.errors.too-large',
    );
  });

  it('has no header that names another schema than the one that it is written by', () => {
    const name = Buffer.from(`01${'ab'.repeat(16)}`, 'hex');
    const headers = { __value_schema_id: name, __key_schema_id: [name, name], other: 'x' };
    const namesOf = (schemed: { payload: boolean; key: boolean }, key: unknown = 'k'): string[] => {
      const fields = { ...FIELDS, payload: Buffer.of(0, 0, 0, 0, 1, 2), key, headers, schemed };
      return Object.keys(headersOf(toRecord(fields, 0, true)))
        .filter((header) => header !== 'reading-id')
        .sort();
    };
    const [key, value, other] = ['__key_schema_id', '__value_schema_id', 'other'];
    assert.deepEqual(namesOf({ payload: true, key: true }), [other]);
    assert.deepEqual(namesOf({ payload: true, key: false }), [key, other]);
    assert.deepEqual(namesOf({ payload: false, key: true }), [value, other]);
    // Bytes that are passed on as they are keep their name.
    assert.deepEqual(namesOf({ payload: false, key: false }), [key, value, other]);
    assert.deepEqual(namesOf({ payload: false, key: true }, null), [key, value, other]);
  });

  describe('the trace context of a message', () => {
    const trace = { traceparent: 'a', tracestate: 'b' };

    it('stands in the headers, and comes back with the acknowledged message', () => {
      const traceparent = newTraceparent();
      const record = toRecord({ ...FIELDS, trace: { traceparent } }, 0, true);
      assert.equal(headersOf(record).traceparent, traceparent);
      const key = Buffer.from('key');
      const stored = decodeRecord(seal(record.bytes, key), key, 'Prueba', 0);
      assert.equal(toMessage(stored, { partition: 0 }).traceparent, traceparent);
      assert.ok(!('tracestate' in toMessage(stored, { partition: 0 })));
    });

    it('gives way to a header that the dialog sets', () => {
      const headers = { traceparent: 'own' };
      assert.deepEqual(
        { ...headersOf(toRecord({ ...FIELDS, headers, trace }, 0, true)), 'reading-id': '' },
        { traceparent: 'own', tracestate: 'b', 'reading-id': '' },
      );
    });

    it('counts among the headers that an outbox can keep', () => {
      const headers = { many: new Array(65_534).fill('') };
      assert.throws(
        () => toRecord({ ...FIELDS, headers, trace }, 0, true),
        (error: UserError) => error.key === 'kafka-producer.errors.header-count',
      );
    });
  });

  const values: [string, unknown, string | null][] = [
    ['an object as JSON', { humedad: 60, nada: null }, '{"humedad":60,"nada":null}'],
    ['an array as JSON', [1, 2], '[1,2]'],
    ['a string as it is', 'hola ñ', 'hola ñ'],
    ['an empty string as it is', '', ''],
    ['a Buffer as it is', Buffer.from('ab'), 'ab'],
    ['a Uint8Array as its bytes', new Uint8Array([97, 98]), 'ab'],
    ['a number as text', 0, '0'],
    ['a boolean as text', false, 'false'],
    ['null as a tombstone', null, null],
  ];
  for (const [what, payload, expected] of values) {
    it(`writes ${what}`, () => {
      const { value } = contentOf(toRecord({ ...FIELDS, payload }, 0, true));
      assert.equal(value === null ? null : value.toString(), expected);
    });
  }

  const revoked = (): object => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    return proxy;
  };
  const circular: Record<string, unknown> = {};
  circular.self = circular;
  const refused: [string, Partial<RecordFields>, string][] = [
    ['a message without a payload', { payload: undefined }, 'no-payload'],
    ['null where tombstones are not allowed', { payload: null }, 'null-payload'],
    ['an object that contains itself', { payload: circular }, 'bounds'],
    ['an array of 4,294,967,295 holes', { payload: { a: new Array(2 ** 32 - 1) } }, 'bounds'],
    [
      'what its toJSON makes such an array of',
      { payload: { toJSON: () => new Array<unknown>(2 ** 32 - 1) } },
      'bounds',
    ],
    ['200 MB of numbers', { payload: { a: new Float64Array(25 * 2 ** 20) } }, 'bounds'],
    ['70 MB of text in a field', { payload: { a: 'x'.repeat(70 * 2 ** 20) } }, 'bounds'],
    ['70 MB of text', { payload: 'x'.repeat(70 * 2 ** 20) }, 'too-large'],
    ['70 MB of bytes', { payload: Buffer.alloc(70 * 2 ** 20) }, 'too-large'],
    ['a key of 70 MB', { key: 'x'.repeat(70 * 2 ** 20) }, 'too-large'],
    ['a header of 70 MB', { headers: { a: 'x'.repeat(70 * 2 ** 20) } }, 'too-large'],
    ['numbers as headers', { headers: new Float64Array(2 ** 26) }, 'headers'],
    ['what does not let itself be read', { payload: revoked() }, 'not-json'],
    ['a key that does not', { key: revoked() }, 'key-type'],
    ['a function', { payload: () => 1 }, 'payload-type'],
    ['a message without a topic', { topic: undefined }, 'no-topic'],
    ['a topic with a space', { topic: 'a b' }, 'topic-name'],
    ['a topic named ..', { topic: '..' }, 'topic-name'],
    ['an object as key', { key: {} }, 'key-type'],
    ['a negative partition', { partition: -1 }, 'partition'],
    ['a partition that is no number', { partition: 'x' }, 'partition'],
    ['headers that are no object', { headers: 'x' }, 'headers'],
    ['an object as header', { headers: { a: {} } }, 'header'],
  ];
  for (const [what, fields, key] of refused) {
    it(`refuses ${what}`, () => {
      assert.throws(
        () => toRecord({ ...FIELDS, ...fields }, 0, false),
        (error: UserError) => error.key === `kafka-producer.errors.${key}`,
      );
    });
  }

  it('takes keys as text or bytes, and none for an empty one', () => {
    const keyOf = (key: unknown): string | undefined =>
      contentOf(toRecord({ ...FIELDS, key }, 0, false)).key?.toString();
    assert.deepEqual([keyOf('a'), keyOf(7), keyOf(false), keyOf(Buffer.from('b'))], ['a', '7', 'false', 'b']);
    assert.deepEqual([keyOf(''), keyOf(null), keyOf(undefined)], [undefined, undefined, undefined]);
  });

  it('takes a partition as number or text, and leaves it open otherwise', () => {
    const partitionOf = (partition: unknown): number =>
      toRecord({ ...FIELDS, partition }, 0, false).partition;
    assert.deepEqual(
      [partitionOf(0), partitionOf('3'), partitionOf(''), partitionOf(undefined)],
      [0, 3, UNASSIGNED, UNASSIGNED],
    );
  });

  it('takes headers as they are, null and several of a name included, and numbers as text', () => {
    const headers = JSON.parse('{"a":"x","n":5,"list":["y",1,null],"nada":null,"__proto__":"z"}') as unknown;
    const { ['reading-id']: id, ...others } = headersOf(toRecord({ ...FIELDS, headers }, 0, false));
    assert.ok(isReadingId(id));
    assert.deepEqual(Object.entries(others), [
      ['a', 'x'],
      ['n', '5'],
      ['list', ['y', '1', null]],
      ['nada', null],
      ['__proto__', 'z'],
    ]);
  });

  it('keeps the reading id of a message, or of a record that is passed on, and gives one to any other', () => {
    const own = newReadingId();
    const passedOn = newReadingId();
    const headers = { 'reading-id': Buffer.from(passedOn) };
    const idOf = (fields: Partial<RecordFields>): unknown =>
      headersOf(toRecord({ ...FIELDS, ...fields }, 0, false))['reading-id'];
    assert.equal(idOf({ readingId: own, headers }), own);
    assert.equal(idOf({ readingId: own }), own);
    assert.equal(idOf({ headers }), passedOn);
    assert.ok(isReadingId(idOf({ readingId: 'not one' })));
    assert.equal(toMessage(record({ readingId: own }), { partition: 0 }).readingId, own);
  });
});

describe('kafka-producer: stored record', () => {
  const key = Buffer.from('key');
  const examples = {
    'an object with key and headers': record({
      payload: { a: [1, 'ñ'] },
      key: 'nodo1',
      headers: { a: 'x', b: ['y', Buffer.from([0, 255]), null], c: null, d: '' },
    }),
    'a tombstone': record({ payload: null, key: Buffer.from([1, 2]) }),
    'an empty string': record({ payload: '', messageId: undefined }),
    'a number': record({ payload: 1.5, partition: '' }),
    'a boolean': record({ payload: false }),
    'a large Buffer': record({ payload: Buffer.alloc(100_000, 7) }),
  };
  for (const [what, original] of Object.entries(examples)) {
    it(`gives back ${what}`, () => {
      const entry = seal(original.bytes, key);
      assert.deepEqual(decodeRecord(entry, key, original.topic, original.partition), original);
    });
  }

  it('notices any changed byte, a cut-off end, and a wrong key', () => {
    const entry = seal(examples['an object with key and headers'].bytes, key);
    for (let i = 0; i < entry.length; i++) {
      const changed = Buffer.from(entry);
      changed[i] = (changed[i] ?? 0) ^ 1;
      assert.throws(() => decodeRecord(changed, key, 't', 0), DamagedEntryError, `byte ${i}`);
      assert.throws(() => decodeRecord(entry.subarray(0, i), key, 't', 0), DamagedEntryError, `length ${i}`);
    }
    assert.throws(() => decodeRecord(entry, Buffer.from('kez'), 't', 0), DamagedEntryError);
  });

  it('keeps of a very long message id what there is room for', () => {
    const id = toMessage(record({ messageId: 'ñ'.repeat(300) }), { partition: 0 })._msgid;
    assert.match(String(id), /^ñ{126}$/);
  });

  it('is not changed by who changes the message that was made of it', () => {
    const original = record({ payload: Buffer.from('b'), key: Buffer.from('k') });
    const message = toMessage(original, { partition: 0 });
    (message.payload as Buffer).fill(0);
    (message.key as Buffer).fill(0);
    assert.deepEqual(toMessage(original, { partition: 0 }).payload, Buffer.from('b'));
    assert.deepEqual(toMessage(original, { partition: 0 }).key, Buffer.from('k'));
  });

  it('is made into the message that it came with', () => {
    for (const payload of [{ a: 1 }, 'text', Buffer.from('b'), 5, true, null]) {
      const message = toMessage(record({ payload, key: 'k', messageId: 'm1' }), {
        partition: 3,
        offset: '42',
      });
      assert.deepEqual(message.payload, payload);
      assert.equal(message.key, 'k');
      assert.equal(message._msgid, 'm1');
      assert.deepEqual(message.kafka, { topic: 't', partition: 3, offset: '42' });
    }
  });
});
