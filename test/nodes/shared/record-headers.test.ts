import assert from 'node:assert/strict';
import {
  addHeader,
  eachHeader,
  type HeaderValue,
  type RecordHeaders,
} from '../../../nodes/shared/record-headers';

describe('the headers of a record', () => {
  it('are gone through in their order, each as often as it stands there, and none that is undefined', () => {
    const headers: RecordHeaders = { gone: undefined };
    for (const [name, value] of [
      ['a', '1'],
      ['b', null],
      ['a', Buffer.from('2')],
      ['a', null],
    ] as const)
      addHeader(headers, name, value);
    const seen: [string, HeaderValue][] = [];
    eachHeader(headers, (name, value) => seen.push([name, value]));
    assert.deepEqual(seen, [
      ['a', '1'],
      ['a', Buffer.from('2')],
      ['a', null],
      ['b', null],
    ]);
  });
});
