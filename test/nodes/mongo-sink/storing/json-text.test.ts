import assert from 'node:assert/strict';
import { parseJson } from '../../../../nodes/mongo-sink/storing/json-text';

describe('mongo-sink: a payload as text', () => {
  it('is refused as soon as it is read where it has quotes without end, however many', () => {
    const since = performance.now();
    const hostile = [
      `${'1'.repeat(16)}"${'\\"'.repeat(200_000)}`,
      `${'1'.repeat(16)}${'"\\'.repeat(200_000)}`,
      `[${'1'.repeat(400_000)}.`,
    ];
    for (const text of hostile) assert.throws(() => parseJson(text));
    assert.ok(performance.now() - since < 2_000);
  });

  it('keeps whole numbers exact, and what stands in strings as it is', () => {
    assert.deepEqual(parseJson('{"a":9007199254740993,"b":"9007199254740993 \\" 9007199254740993"}'), {
      a: 9007199254740993n,
      b: '9007199254740993 " 9007199254740993',
    });
  });
});
