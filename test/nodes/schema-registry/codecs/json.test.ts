import assert from 'node:assert/strict';
import { DecodeError, MisfitError, type Codec } from '../../../../nodes/schema-registry/codecs/codec';
import { jsonCodec } from '../../../../nodes/schema-registry/codecs/json';

const codec = (schema: unknown, references: Record<string, unknown> = {}): Codec =>
  jsonCodec({
    type: 'JSON',
    text: JSON.stringify(schema),
    references: Object.entries(references).map(([name, text]) => ({ name, text: JSON.stringify(text) })),
  });

describe('values in JSON with a schema', () => {
  it('are checked as they are written', () => {
    const reading = codec({
      type: 'object',
      properties: { nodo: { type: 'string' }, valores: { type: 'array', items: { $ref: '#/$defs/valor' } } },
      required: ['nodo'],
      additionalProperties: false,
      $defs: { valor: { type: 'number', minimum: 0 } },
    });
    assert.equal(
      reading.encode({ nodo: 'n', valores: [0, 1.5] }).toString(),
      '{"nodo":"n","valores":[0,1.5]}',
    );
    const misfit = (value: unknown) => {
      try {
        reading.encode(value);
      } catch (error) {
        if (error instanceof MisfitError) return [error.path, error.value];
      }
      throw new Error('it was taken');
    };
    assert.deepEqual(misfit({ nodo: 'n', valores: [0, -1] }), ['valores[1]', -1]);
    assert.deepEqual(misfit({ nodo: 7 }), ['nodo', 7]);
    assert.deepEqual(misfit({}), ['', {}]);
    assert.deepEqual(misfit({ nodo: 'n', otro: 1 })[0], '');
    assert.deepEqual(misfit({ nodo: 1n })[0], '');
    assert.deepEqual(misfit(undefined)[0], '');
  });

  it('are refused where checking them by the schema would take no end', () => {
    const text = `${'a'.repeat(60)}!`;
    const nested = Object.fromEntries(
      Array.from({ length: 60 }, (_each, n) => [
        `d${n}`,
        n === 59 ? {} : { allOf: [{ $ref: `#/$defs/d${n + 1}` }, { $ref: `#/$defs/d${n + 1}` }] },
      ]),
    );
    for (const endless of [
      codec({ pattern: '^(a+)+$' }),
      codec({ $ref: 'n' }, { n: { pattern: '^(a+)+$' } }),
      codec({ $ref: '#/$defs/d0', $defs: nested }),
    ])
      assert.throws(
        () => endless.encode(text),
        (error) => error instanceof MisfitError && error.misfit === 'rule',
      );
    const sound = codec({ properties: { t: { pattern: '^a+$' } } });
    assert.ok(sound.encode({ t: 'aaa' }));
    assert.throws(
      () => sound.encode({ t: 'b' }),
      (error) => error instanceof MisfitError && error.path === 't',
    );
  });

  it('refer to other schemas by their names', () => {
    const references = {
      'unit.json': { enum: ['C', { $ref: 'never' }] },
      'https://example.org/n': { type: 'number' },
    };
    const both = codec(
      { properties: { u: { $ref: 'unit.json' }, n: { $ref: 'https://example.org/n' } } },
      references,
    );
    assert.ok(both.encode({ u: 'C', n: 1 }));
    assert.throws(() => both.encode({ u: 'F' }), MisfitError);
    assert.throws(() => both.encode({ n: 'x' }), MisfitError);
    assert.throws(() => codec({ $ref: 'nobody.json' }).encode(1), /nobody/);
  });

  it('are read as they stand there, with whole numbers as chosen', () => {
    const any = codec({ type: 'string' });
    assert.deepEqual(any.decode(Buffer.from('{"a":73314510714175488}'), 'bigint'), { a: 73314510714175488n });
    assert.throws(() => any.decode(Buffer.from('{'), 'text'), DecodeError);
    assert.throws(() => any.decode(Buffer.of(0xff), 'text'), DecodeError);
    assert.throws(
      () => any.decode(Buffer.from('['.repeat(200) + ']'.repeat(200)), 'text'),
      (error) => error instanceof DecodeError && error.reason === 'schema-bounds',
    );
  });

  it('are taken or refused at once by a schema that is nothing but a boolean', () => {
    assert.ok(codec(true).encode({}));
    assert.throws(() => codec(false).encode({}), MisfitError);
    assert.throws(() => codec([]), Error);
  });
});
