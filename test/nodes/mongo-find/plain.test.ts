import assert from 'node:assert/strict';
import { BSON } from 'mongodb';
import { toPlain } from '../../../nodes/mongo-find/plain';

describe('mongo-find: what the database keeps, for a flow', () => {
  const date = new Date('2026-01-31T12:00:00Z');
  const kinds: [string, unknown, unknown][] = [
    ['an id', new BSON.ObjectId('65a000000000000000000001'), '65a000000000000000000001'],
    ['a date', date, date],
    ['a whole number of 64 bits that is exact', BSON.Long.fromNumber(7), 7],
    ['one that would be rounded', BSON.Long.fromString('9007199254740993'), '9007199254740993'],
    ['a decimal', BSON.Decimal128.fromString('1.10'), '1.10'],
    ['a pattern', new BSON.BSONRegExp('^a', 'i'), '/^a/i'],
    ['bytes', new BSON.Binary(Buffer.from('ab')), Buffer.from('ab')],
    ['a UUID', new BSON.UUID('018d2b1e-0000-7000-8000-000000000001'), '018d2b1e-0000-7000-8000-000000000001'],
    [
      'a reference',
      new BSON.DBRef('datos', new BSON.ObjectId('65a000000000000000000001')),
      { collection: 'datos', id: '65a000000000000000000001' },
    ],
    [
      'a reference by another kind of id',
      new BSON.DBRef('datos', 'a' as unknown as BSON.ObjectId),
      { collection: 'datos', id: 'a' },
    ],
    ['a program', new BSON.Code('return 1'), 'return 1'],
    ['the least key', new BSON.MinKey(), '$minKey'],
    ['null', null, null],
    ['what stands in arrays and objects', { a: [{ b: BSON.Long.fromNumber(1) }] }, { a: [{ b: 1 }] }],
  ];
  for (const [what, stored, expected] of kinds) {
    it(`has ${what} in a form that any node reads and Node-RED can copy`, () => {
      const read = BSON.deserialize(BSON.serialize({ x: stored }), {
        bsonRegExp: true,
      });
      assert.deepEqual((toPlain(read) as { x: unknown }).x, expected);
      assert.doesNotThrow(() => structuredClone(toPlain(read)));
    });
  }

  it('has a field of any name, and no prototype from one', () => {
    const read = BSON.deserialize(BSON.serialize(JSON.parse('{"__proto__": {"polluted": 1}}') as object));
    const plain = toPlain(read) as Record<string, unknown>;
    assert.equal(plain.polluted, undefined);
    assert.ok(Object.hasOwn(plain, '__proto__'));
  });
});
