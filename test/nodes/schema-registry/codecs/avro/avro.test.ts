import assert from 'node:assert/strict';
import fc from 'fast-check';
import { avroCodec } from '../../../../../nodes/schema-registry/codecs/avro/avro';
import { DecodeError, MisfitError, type Codec } from '../../../../../nodes/schema-registry/codecs/codec';
import { MemoryMeter } from '../../../../../nodes/shared/data-bounds';

const codec = (schema: unknown, ...references: unknown[]): Codec =>
  avroCodec({
    type: 'AVRO',
    text: JSON.stringify(schema),
    references: references.map((text, index) => ({ name: String(index), text: JSON.stringify(text) })),
  });
const record = (...fields: object[]): object => ({ type: 'record', name: 'R', fields });
const field = (name: string, type: unknown, more: object = {}): object => ({ name, type, ...more });
const hex = (text: string): Buffer => Buffer.from(text.replace(/ /g, ''), 'hex');

function misfitOf(schema: unknown, value: unknown): Pick<MisfitError, 'misfit' | 'path'> {
  try {
    codec(schema).encode(value);
  } catch (error) {
    assert.ok(error instanceof MisfitError, String(error));
    return { misfit: error.misfit, path: error.path };
  }
  throw new Error('it was taken');
}

describe('values in Avro', () => {
  it('keep whole numbers beyond 2^53, in the chosen form', () => {
    const long = codec('long');
    const bytes = long.encode('73314510714175488');
    assert.equal(long.decode(bytes, 'text'), '73314510714175488');
    assert.equal(long.decode(bytes, 'bigint'), 73314510714175488n);
    assert.equal(long.decode(bytes, 'number'), Number('73314510714175488'));
    assert.equal(long.decode(hex('01'), 'bigint'), -1);
  });

  it('are written and read as they are, whatever the number', () => {
    const long = codec('long');
    const double = codec(['null', 'double']);
    fc.assert(
      fc.property(fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n), fc.double(), (whole, number) => {
        const small = whole >= BigInt(Number.MIN_SAFE_INTEGER) && whole <= BigInt(Number.MAX_SAFE_INTEGER);
        assert.equal(long.decode(long.encode(whole), 'bigint'), small ? Number(whole) : whole);
        assert.ok(Object.is(double.decode(double.encode(number), 'text'), number));
      }),
    );
  });

  it('have decimals with all of their digits', () => {
    const type = { type: 'bytes', logicalType: 'decimal', precision: 6, scale: 2 };
    const money = codec(type);
    for (const [given, read] of [
      ['-0.01', '-0.01'],
      ['1234.5', '1234.50'],
      [7, '7.00'],
      [-128n, '-128.00'],
      ['9999.99', '9999.99'],
    ] as const)
      assert.equal(money.decode(money.encode(given), 'text'), read);
    assert.equal(money.decode(hex('00'), 'text'), '0.00');
    for (const wrong of ['1.001', '10000', 'x', 1e-7, true])
      assert.equal(misfitOf(type, wrong).misfit, 'decimal');
    const fixed = { type: 'fixed', name: 'F', size: 4, logicalType: 'decimal', precision: 9, scale: 0 };
    assert.deepEqual(codec(fixed).encode('-2'), hex('fffffffe'));
    assert.equal(codec(fixed).decode(hex('fffffffe'), 'text'), '-2');
  });

  it('have a time as the number that stands there, and take a Date', () => {
    const date = new Date(1715934600123);
    for (const [logicalType, number] of [
      ['timestamp-millis', 1715934600123],
      ['timestamp-micros', 1715934600123000],
      ['timestamp-nanos', '1715934600123000000'],
    ] as const) {
      const time = codec(['null', { type: 'long', logicalType }]);
      assert.equal(time.decode(time.encode(date), 'text'), number);
      assert.equal(time.decode(time.encode(number), 'text'), number);
    }
    assert.deepEqual(misfitOf('long', date), { misfit: 'type', path: '' });
  });

  it('go by the branch of a union that fits', () => {
    const union = codec(['null', 'int', 'double', 'string', 'bytes', { type: 'array', items: 'int' }]);
    const branch = (value: unknown): number => union.encode(value)[0]! / 2;
    assert.deepEqual([null, 1, 1.5, '1', Buffer.of(1), [1]].map(branch), [0, 1, 2, 3, 4, 5]);
    assert.equal(branch(2 ** 40), 2);
    assert.deepEqual(misfitOf(['null', 'int'], 'x'), { misfit: 'union', path: '' });
    const a = { type: 'record', name: 'n.A', fields: [field('x', 'int'), field('y', 'int', { default: 0 })] };
    const b = { type: 'record', name: 'n.B', fields: [field('x', 'int'), field('z', 'int')] };
    assert.equal(codec([a, b]).encode({ x: 1, z: 2 })[0], 2);
    assert.equal(codec([a, b]).encode({ 'n.A': { x: 1 } })[0], 0);
  });

  it('choose among branches in no more time for a value that is deeper', () => {
    const node = (name: string): object => ({
      type: 'record',
      name,
      fields: [field('next', ['null', 'A', 'B'].slice(0, name === 'A' ? 2 : 3)), field('x', 'int')],
    });
    const union = codec([node('A'), node('B')]);
    let value: object = { next: null, x: 'no number' };
    for (let depth = 0; depth < 90; depth++) value = { next: value, x: 1 };
    assert.throws(() => union.encode(value), MisfitError);
  });

  it('take defaults of the schema, and null where it is allowed', () => {
    const schema = record(
      field('a', 'int', { default: 5 }),
      field('b', ['null', 'string']),
      field('c', 'bytes', { default: 'ÿ' }),
      field('d', { type: 'record', name: 'D', fields: [field('e', 'int', { default: 1 })] }, { default: {} }),
    );
    assert.deepEqual(codec(schema).decode(codec(schema).encode({}), 'text'), {
      a: 5,
      b: null,
      c: Buffer.of(255),
      d: { e: 1 },
    });
  });

  it('that do not fit are named with their place', () => {
    const items = { type: 'record', name: 'I', fields: [field('b', 'int')] };
    const schema = record(field('a', { type: 'array', items }));
    assert.deepEqual(misfitOf(schema, { a: [{ b: 1 }, { b: 'x' }] }), { misfit: 'type', path: 'a[1].b' });
    assert.deepEqual(misfitOf(schema, { a: [{}] }), { misfit: 'missing', path: 'a[0].b' });
    assert.deepEqual(misfitOf(schema, { a: [], z: 1 }), { misfit: 'unknown-field', path: 'z' });
    assert.deepEqual(misfitOf('int', 2 ** 31), { misfit: 'range', path: '' });
    assert.deepEqual(misfitOf('long', 2n ** 63n), { misfit: 'range', path: '' });
    assert.deepEqual(misfitOf('float', -1e39), { misfit: 'range', path: '' });
    assert.equal(codec('float').decode(codec('float').encode(-Infinity), 'text'), -Infinity);
    assert.equal(codec(['float', 'double']).encode(1e39)[0], 2);
    assert.deepEqual(misfitOf({ type: 'enum', name: 'E', symbols: ['A'] }, 'B'), {
      misfit: 'symbol',
      path: '',
    });
    assert.deepEqual(misfitOf({ type: 'fixed', name: 'F', size: 2 }, Buffer.of(1)), {
      misfit: 'size',
      path: '',
    });
    assert.deepEqual(misfitOf({ type: 'map', values: 'boolean' }, { a: 1 }), { misfit: 'type', path: 'a' });
  });

  it('that are deeper than any may be are refused, both ways', () => {
    const list = { type: 'record', name: 'L', fields: [field('next', ['null', 'L'])] };
    let value: object | null = null;
    for (let depth = 0; depth < 20_000; depth++) value = { next: value };
    assert.equal(misfitOf(list, value).misfit, 'depth');
    assert.throws(
      () => codec(list).decode(Buffer.alloc(500_000, 2), 'text'),
      (error) => error instanceof DecodeError && error.reason === 'schema-bounds',
    );
  });

  it('do not become billions of elements out of a few bytes', () => {
    const began = Date.now();
    for (const items of ['null', record()]) {
      assert.throws(
        () => codec({ type: 'array', items }).decode(hex('fe ff ff ff ff ff ff 0f 00'), 'text'),
        (error) => error instanceof DecodeError && error.reason === 'schema-bounds',
      );
    }
    assert.ok(Date.now() - began < 5_000);
  });

  it('are refused before they take more memory than a value may, and tell how much they take', () => {
    const many = (items: unknown, count: number, each = 0): [Codec, Buffer] => [
      codec({ type: 'array', items }),
      Buffer.concat([codec('long').encode(count), Buffer.alloc(each * count), Buffer.of(0)]),
    ];
    for (const [any, bytes] of [
      many(record(), 900_000),
      many({ type: 'array', items: 'null' }, 900_000, 1),
      many({ type: 'fixed', name: 'F', size: 0 }, 500_000),
      many('bytes', 500_000, 1),
      many('string', 950_000, 1),
    ]) {
      const before = process.memoryUsage().arrayBuffers;
      assert.throws(() => any.decode(bytes, 'text'), /bytes in memory/);
      assert.ok(process.memoryUsage().arrayBuffers - before < 2 ** 20);
    }
    const [nulls, bytes] = many('null', 1_000_000);
    const meter = new MemoryMeter();
    assert.equal((nulls.decode(bytes, 'text', meter) as unknown[]).length, 1_000_000);
    assert.ok(meter.bytes >= 8_000_000 && meter.bytes < 16_000_000, String(meter.bytes));
  });

  it('do not become millions of digits out of a few bytes', () => {
    const decimal = { type: 'bytes', logicalType: 'decimal', precision: 1_000, scale: 1_000 };
    const zeros = (count: number): Buffer =>
      Buffer.concat([codec('long').encode(count), Buffer.alloc(count + 1)]);
    const numbers = codec({ type: 'array', items: decimal });
    assert.equal((numbers.decode(zeros(10_000), 'text') as unknown[]).length, 10_000);
    assert.throws(
      () => numbers.decode(zeros(50_000), 'text'),
      (error) => error instanceof DecodeError && error.reason === 'schema-bounds',
    );
  });

  it('that are no longer what the schema says are told from those that are', () => {
    const schema = record(field('a', 'string'));
    for (const bytes of ['', '0a 61', '02 61 00', '02 ff', '03 61', 'ff'.repeat(11)])
      assert.throws(() => codec(schema).decode(hex(bytes), 'text'), DecodeError);
    assert.throws(() => codec('boolean').decode(hex('02'), 'text'), DecodeError);
    assert.throws(() => codec(['null']).decode(hex('02'), 'text'), DecodeError);
  });

  it('are read in blocks that tell their size', () => {
    const array = codec({ type: 'array', items: 'int' });
    assert.deepEqual(array.decode(hex('03 04 02 04 02 06 00'), 'text'), [1, 2, 3]);
  });

  it('never throw anything but what says so, whatever the bytes', () => {
    const schema = record(
      field('a', ['null', 'R', { type: 'map', values: 'long' }]),
      field('b', { type: 'array', items: ['string', 'bytes', 'double'] }),
    );
    const any = codec(schema);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        try {
          any.decode(Buffer.from(bytes), 'text');
        } catch (error) {
          assert.ok(error instanceof DecodeError, String(error));
        }
      }),
    );
  });
});

describe('a schema of Avro', () => {
  it('uses the names of those that it refers to, in its own namespace too', () => {
    const place = { type: 'record', name: 'Place', namespace: 'n', fields: [field('x', 'int')] };
    const schema = { type: 'record', name: 'n.R', fields: [field('a', 'Place'), field('b', 'n.Place')] };
    const value = { a: { x: 1 }, b: { x: 2 } };
    assert.deepEqual(codec(schema, place).decode(codec(schema, place).encode(value), 'text'), value);
  });

  it('is refused where it makes no sense', () => {
    for (const schema of [
      'Nobody',
      7,
      null,
      { type: 'record', name: 'R' },
      record(field('a', 'int'), field('a', 'int')),
      { type: 'record', name: 'a b', fields: [] },
      { type: 'fixed', name: 'F', size: -1 },
      { type: 'fixed', name: 'F', size: 2 ** 40 },
      { type: 'enum', name: 'E', symbols: [1] },
      [['null'], 'int'],
    ])
      assert.throws(() => codec(schema), Error);
  });

  it('gives fields any name without touching anything else', () => {
    const schema = codec(record(field('__proto__', 'int'), field('constructor', 'int')));
    const read = schema.decode(hex('02 04'), 'text') as object;
    assert.deepEqual(Object.entries(read), [
      ['__proto__', 1],
      ['constructor', 2],
    ]);
    assert.equal(Object.getPrototypeOf(read), Object.prototype);
    assert.equal(misfitOf(record(field('constructor', 'int')), {}).misfit, 'missing');
  });
});
