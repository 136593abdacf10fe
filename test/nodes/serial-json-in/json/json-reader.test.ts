import assert from 'node:assert/strict';
import fc from 'fast-check';
import { readJson } from '../../../../nodes/serial-json-in/json/json-reader';

const OPTIONS = { lenient: true, maxDepth: 100 };

describe('readJson', () => {
  it('reads what JSON allows as JSON.parse does, whatever the spaces, and repairs nothing', () => {
    fc.assert(
      fc.property(fc.json(), fc.integer({ min: 0, max: 2 }), fc.boolean(), (json, indent, lenient) => {
        const text = JSON.stringify(JSON.parse(json), undefined, indent);
        // Of whole numbers that long JSON.parse does not say whether they are exact.
        fc.pre(!/\d{16}/.test(text));
        const read = readJson(text, 0, { ...OPTIONS, lenient });
        assert.ok(read.ok);
        assert.equal(read.end, text.length);
        assert.deepEqual(read.repairs, []);
        assert.deepEqual(read.value, JSON.parse(text));
      }),
    );
  });

  it('takes nothing that JSON.parse refuses where it is not lenient', () => {
    const pieces = fc.array(
      fc.constantFrom(
        '{',
        '}',
        '[',
        ']',
        ',',
        ':',
        '"a"',
        '1',
        '-',
        '.',
        'e5',
        '0',
        'null',
        ' ',
        "'",
        '\\',
        '\t',
        'x',
      ),
    );
    fc.assert(
      fc.property(pieces, (parts) => {
        const text = parts.join('');
        const read = readJson(text, 0, { ...OPTIONS, lenient: false });
        if (!read.ok || text.slice(read.end).trim() !== '') return;
        JSON.parse(text);
      }),
      { numRuns: 5000 },
    );
  });

  it('never throws, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.boolean(), (text, lenient) => {
        readJson(`{${text}`, 0, { ...OPTIONS, lenient });
      }),
    );
    assert.equal(readJson('['.repeat(100_000), 0, OPTIONS).ok, false);
  });

  it('makes an own field of __proto__, and leaves the prototype alone', () => {
    const read = readJson('{"__proto__":{"x":1}}', 0, OPTIONS);
    assert.ok(read.ok);
    assert.deepEqual(Object.keys(read.value as object), ['__proto__']);
    assert.equal(Object.getPrototypeOf(read.value), Object.prototype);
  });
});
