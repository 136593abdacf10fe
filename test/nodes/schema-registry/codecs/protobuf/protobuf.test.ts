import assert from 'node:assert/strict';
import fc from 'fast-check';
import { DecodeError, MisfitError, type Codec } from '../../../../../nodes/schema-registry/codecs/codec';
import { protobufCodec } from '../../../../../nodes/schema-registry/codecs/protobuf/protobuf';

const codec = (text: string, ...references: { name: string; text: string }[]): Codec =>
  protobufCodec({ type: 'PROTOBUF', text, references });
const proto3 = (text: string): string => `syntax = "proto3"; package a.b; ${text}`;
const hex = (text: string): Buffer => Buffer.from(text.replace(/ /g, ''), 'hex');

function misfitOf(text: string, value: unknown): Pick<MisfitError, 'misfit' | 'path'> {
  try {
    codec(proto3(text)).encode(value);
  } catch (error) {
    assert.ok(error instanceof MisfitError, String(error));
    return { misfit: error.misfit, path: error.path };
  }
  throw new Error('it was taken');
}

const ALL = proto3(`
import "google/protobuf/wrappers.proto";
import "confluent/meta.proto";
message All {
  double d = 1; float f = 2; int32 i = 3; uint32 u = 4; sint32 s = 5; fixed32 x = 6; sfixed32 y = 7;
  int64 I = 8; uint64 U = 9; sint64 S = 10; fixed64 X = 11; sfixed64 Y = 12; bool b = 13; string t = 14; bytes r = 15;
  repeated sint64 list = 16; repeated string texts = 17; map<int32, E> map = 18; map<bool, All> alls = 19;
  oneof one { int32 left = 20; All right = 21; }
  optional int32 maybe = 22; E e = 23; google.protobuf.StringValue w = 24; repeated double loose = 25 [packed = false];
  enum E { NONE = 0; SOME = 2; ANY = 2; option allow_alias = true; }
}`);

describe('values in Protobuf', () => {
  it('come back as they were written, of every type', () => {
    const value = {
      d: -1.5,
      f: 0.5,
      i: -7,
      u: 4294967295,
      s: -2147483648,
      x: 1,
      y: -1,
      I: '-9223372036854775808',
      U: '18446744073709551615',
      S: -3,
      X: '18446744073709551615',
      Y: -1,
      b: true,
      t: 'ñ',
      r: Buffer.of(0, 255),
      list: [1, -1, '9223372036854775807'],
      texts: ['', 'x'],
      map: { '-1': 'SOME', 5: 'NONE' },
      alls: { true: { t: 'in' } },
      left: 0,
      maybe: 0,
      e: 'SOME',
      w: { value: 'q' },
      loose: [1, 2],
    };
    const all = codec(ALL);
    const { alls, ...others } = all.decode(all.encode(value), 'text') as typeof value;
    const { alls: written, ...expected } = value;
    assert.deepEqual(others, expected);
    assert.equal(alls.true.t, written.true.t);
  });

  it('are refused before they take more memory than a value may', () => {
    const pairs = (count: number, ...pair: number[]): Buffer => {
      const bytes = Buffer.alloc(1 + pair.length * count);
      bytes.fill(Buffer.from(pair), 1);
      return bytes;
    };
    for (const field of ['repeated M l = 1;', 'repeated bytes l = 1;', 'repeated string l = 1;'])
      assert.throws(
        () => codec(proto3(`message M { ${field} }`)).decode(pairs(950_000, 10, 0), 'text'),
        (error) => error instanceof DecodeError && error.reason === 'schema-bounds',
      );
    const bools = codec(proto3('message M { repeated bool l = 1; }'));
    assert.throws(
      () => bools.decode(Buffer.concat([hex('00 0a 81 89 7a'), Buffer.alloc(2_000_001)]), 'text'),
      /more than 1000000 array elements/,
    );
  });

  it('have the default of what is absent, and lack what has a presence', () => {
    assert.deepEqual(
      codec(proto3('message M { int32 a = 1; optional int32 b = 2; M m = 3; repeated M l = 4; }')).decode(
        hex('00'),
        'text',
      ),
      {
        a: 0,
        l: [],
      },
    );
  });

  it('keep whole numbers beyond 2^53, in the chosen form', () => {
    const big = codec(proto3('message M { int64 a = 1; }'));
    const bytes = big.encode({ a: 73314510714175488n });
    assert.deepEqual(big.decode(bytes, 'text'), { a: '73314510714175488' });
    assert.deepEqual(big.decode(bytes, 'bigint'), { a: 73314510714175488n });
    assert.deepEqual(big.decode(bytes, 'number'), { a: Number('73314510714175488') });
  });

  it('are written as the message that is named, with its indexes in front', () => {
    const file = codec(
      proto3(
        'message A { message I { enum E { X = 0; } message J { int32 j = 1; } } } message B { int32 b = 1; A.I.J x = 2; }',
      ),
    );
    for (const [name, value, bytes] of [
      [undefined, {}, '00'],
      ['a.b.A', {}, '00'],
      ['a.b.B', { b: 7 }, '02 02 08 07'],
      ['B', { b: 7 }, '02 02 08 07'],
      ['a.b.A.I.J', { j: 7 }, '06 00 00 00 08 07'],
    ] as const) {
      assert.deepEqual(file.encode(value, name), hex(bytes));
      assert.deepEqual(file.decode(file.encode(value, name), 'text'), value);
    }
    for (const nobody of ['C', 'a.b.C', 'a.b', 'A.I.E', 'b.B', 'toString', ''])
      assert.throws(
        () => file.encode({}, nobody),
        (error) => error instanceof MisfitError && error.misfit === 'message',
        nobody,
      );
    const without = codec('syntax = "proto3"; message A {} message B { int32 b = 1; }');
    assert.deepEqual(without.encode({ b: 7 }, 'B'), hex('02 02 08 07'));
  });

  it('count the messages of maps among those that stand in a message, where the schema is a descriptor', () => {
    // As protoc makes it of: message Outer { map<string, int32> m = 1; message Inner { int32 a = 1; } }
    const part = (id: number, ...parts: Buffer[]): Buffer => {
      const bytes = Buffer.concat(parts);
      return Buffer.concat([Buffer.of((id << 3) | 2, bytes.length), bytes]);
    };
    const number = (id: number, value: number): Buffer => Buffer.of(id << 3, value);
    const text = (id: number, value: string): Buffer => part(id, Buffer.from(value));
    const field = (name: string, id: number, label: number, type: number, ...more: Buffer[]): Buffer =>
      part(2, text(1, name), number(3, id), number(4, label), number(5, type), ...more);
    const entry = part(
      3,
      text(1, 'MEntry'),
      field('key', 1, 1, 9),
      field('value', 2, 1, 5),
      part(7, number(7, 1)),
    );
    const inner = part(3, text(1, 'Inner'), field('a', 1, 1, 5));
    const outer = part(4, text(1, 'Outer'), field('m', 1, 3, 11, text(6, '.Outer.MEntry')), entry, inner);
    const file = codec(Buffer.concat([text(1, 'f.proto'), outer, text(12, 'proto3')]).toString('base64'));
    assert.deepEqual(file.encode({ m: { x: 7 } }), hex('00 0a 05 0a 01 78 10 07'));
    assert.deepEqual(file.decode(hex('00 0a 05 0a 01 78 10 07'), 'text'), { m: { x: 7 } });
    assert.deepEqual(file.encode({ a: 7 }, 'Outer.Inner'), hex('04 00 02 08 07'));
    assert.deepEqual(file.decode(hex('04 00 02 08 07'), 'text'), { a: 7 });
    // Of a text the registry's own client counts what stands there.
    const same = codec(proto3('message Outer { map<string, int32> m = 1; message Inner { int32 a = 1; } }'));
    assert.deepEqual(same.decode(hex('04 00 00 08 07'), 'text'), { a: 7 });
  });

  it('have maps also where the schema is a text that was made of a class, which has them as messages', () => {
    const file = codec(
      proto3(`message Outer {
        repeated MEntry m = 1; message MEntry { option map_entry = true; string key = 1; int32 value = 2; }
        message Inner { int32 a = 1; }
      }`),
    );
    assert.deepEqual(file.encode({ m: { x: 7 } }), hex('00 0a 05 0a 01 78 10 07'));
    assert.deepEqual(file.decode(hex('00 0a 05 0a 01 78 10 07'), 'text'), { m: { x: 7 } });
    assert.deepEqual(file.decode(hex('04 00 02 08 07'), 'text'), { a: 7 });
    const odd = codec(
      proto3('message M { repeated E m = 1; message E { option map_entry = true; int32 a = 1; } }'),
    );
    assert.deepEqual(odd.decode(hex('00 0a 02 08 07'), 'text'), { m: [{ a: 7 }] });
  });

  it('are of the message that the indexes name', () => {
    const file = codec(
      proto3(
        'message A { message I { enum E { X = 0; } message J { int32 j = 1; } } } message B { int32 b = 1; }',
      ),
    );
    assert.deepEqual(file.decode(hex('02 02 08 07'), 'text'), { b: 7 });
    assert.deepEqual(file.decode(hex('06 00 00 00 08 07'), 'text'), { j: 7 });
    assert.deepEqual(file.decode(hex('02 00'), 'text'), {});
    for (const nothing of ['02 04', '01', 'ff ff ff ff 0f', '02 01', ''])
      assert.throws(() => file.decode(hex(nothing), 'text'), DecodeError);
  });

  it('take from the files that it imports', () => {
    const other = {
      name: 'x/other.proto',
      text: 'syntax = "proto3"; package x; message O { string o = 1; }',
    };
    const file = codec(proto3('import "x/other.proto"; message M { x.O o = 1; }'), other);
    assert.deepEqual(file.decode(file.encode({ o: { o: 'q' } }), 'text'), { o: { o: 'q' } });
    assert.throws(() => codec(proto3('import "x/other.proto"; message M { x.O o = 1; }')), /x\.O/);
  });

  it('of one package keep the order of their own file', () => {
    const other = { name: 'other.proto', text: proto3('message O { string o = 1; }') };
    const file = codec(proto3('import "other.proto"; message M { O o = 1; }'), other);
    assert.deepEqual(file.decode(file.encode({ o: { o: 'q' } }), 'text'), { o: { o: 'q' } });
  });

  it('pass over what the schema does not know, groups too', () => {
    const m = codec(proto3('message M { int32 a = 1; }'));
    const unknown = '12 01 61 19 0000000000000000 25 00000000 2b 08 01 2c 30 01';
    assert.deepEqual(m.decode(hex(`00 ${unknown} 08 07`), 'text'), { a: 7 });
  });

  it('know the rules of proto2', () => {
    const m = codec(
      'message M { required int32 a = 1; optional string b = 2 [default = "x"]; repeated int32 c = 3; optional group Grp = 4 { optional int32 g = 1; } }',
    );
    const value = { a: 1, c: [1, 2], grp: { g: 3 } };
    assert.deepEqual(m.encode(value), hex('00 08 01 18 01 18 02 23 08 03 24'));
    const { grp, ...rest } = m.decode(hex('00 08 01 1a 02 01 02 23 08 03 24'), 'text') as typeof value;
    assert.deepEqual(rest, { a: 1, c: [1, 2] });
    assert.deepEqual(grp, { g: 3 });
    assert.throws(() => m.decode(hex('00'), 'text'), /a is missing/);
    assert.throws(() => m.encode({}), MisfitError);
  });

  it('that do not fit are named with their place', () => {
    const text =
      'message M { repeated M m = 1; int32 i = 2; oneof o { int32 x = 3; int32 y = 4; } E e = 5; map<string, int32> p = 6; enum E { A = 0; } }';
    assert.deepEqual(misfitOf(text, { m: [{}, { i: 'x' }] }), { misfit: 'type', path: 'm[1].i' });
    assert.deepEqual(misfitOf(text, { i: 2 ** 31 }), { misfit: 'range', path: 'i' });
    assert.deepEqual(misfitOf(text, { i: 1.5 }), { misfit: 'type', path: 'i' });
    assert.deepEqual(misfitOf('message M { float f = 1; }', { f: 1e39 }), { misfit: 'range', path: 'f' });
    assert.deepEqual(misfitOf(text, { x: 1, y: 2 }), { misfit: 'one-of', path: 'y' });
    assert.deepEqual(misfitOf(text, { e: 'B' }), { misfit: 'symbol', path: 'e' });
    assert.deepEqual(misfitOf(text, { p: { k: true } }), { misfit: 'type', path: 'p.k' });
    assert.deepEqual(misfitOf(text, { z: 1 }), { misfit: 'unknown-field', path: 'z' });
    assert.deepEqual(misfitOf(text, [1]), { misfit: 'type', path: '' });
  });

  it('that are deeper than any may be are refused, both ways', () => {
    const text = proto3('message M { M m = 1; }');
    let value = {};
    for (let depth = 0; depth < 20_000; depth++) value = { m: value };
    assert.throws(() => codec(text).encode(value), MisfitError);
    let bytes = Buffer.alloc(0);
    for (let depth = 0; depth < 200; depth++) {
      const size = bytes.length < 128 ? [bytes.length] : [(bytes.length & 127) | 128, bytes.length >> 7];
      bytes = Buffer.concat([Buffer.of(0x0a, ...size), bytes]);
    }
    const deep = Buffer.concat([Buffer.of(0), bytes]);
    assert.throws(
      () => codec(text).decode(deep, 'text'),
      (error) => error instanceof DecodeError && error.reason === 'schema-bounds',
    );
    // Groups that nobody knows go as deep.
    assert.throws(
      () => codec(text).decode(Buffer.concat([Buffer.of(0), Buffer.alloc(100_000, 0x13)]), 'text'),
      DecodeError,
    );
  });

  it('do not take the time of many fields for each of a few bytes', () => {
    const fields = (from: number): string =>
      Array.from({ length: 2_000 }, (_each, n) => `optional int32 f${from + n} = ${from + n};`).join(' ');
    const many = codec(proto3(`message M { repeated N n = 1; message N { ${fields(1)} } }`));
    const empty = (count: number): Buffer =>
      Buffer.concat([Buffer.of(0), Buffer.from('0a00'.repeat(count), 'hex')]);
    assert.equal((many.decode(empty(5_000), 'text') as { n: object[] }).n.length, 5_000);
    const choice = `message M { oneof o { int32 a = 1; int32 b = 2; } ${fields(3)} }`;
    for (const [file, bytes] of [
      [many, empty(20_000)],
      [codec(proto3(choice)), Buffer.concat([Buffer.of(0), Buffer.from('08011001'.repeat(10_000), 'hex')])],
    ] as const)
      assert.throws(
        () => file.decode(bytes, 'text'),
        (error) => error instanceof DecodeError && error.reason === 'schema-bounds',
      );
  });

  it('never throw anything but what says so, whatever the bytes', () => {
    const all = codec(ALL);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        try {
          all.decode(Buffer.concat([Buffer.of(0), bytes]), 'text');
        } catch (error) {
          assert.ok(error instanceof DecodeError, String(error));
        }
      }),
    );
  });

  it('give fields any name without touching anything else', () => {
    const m = codec(proto3('message M { map<string, int32> p = 1; }'));
    const read = m.decode(m.encode({ p: JSON.parse('{"__proto__":1}') as object }), 'text') as { p: object };
    assert.deepEqual(Object.entries(read.p), [['__proto__', 1]]);
    assert.equal(Object.getPrototypeOf(read.p), Object.prototype);
  });
});

describe('a schema of Protobuf', () => {
  it('is refused where it makes no sense', () => {
    for (const text of [
      'message',
      'message M { Nobody n = 1; }',
      'message M { int32 a = 1; int32 b = 1; }',
      'AAAA',
    ])
      assert.throws(() => codec(text), Error);
    const empty = codec(proto3('enum E { A = 0; }'));
    assert.throws(() => empty.encode({}), Error);
  });
});
