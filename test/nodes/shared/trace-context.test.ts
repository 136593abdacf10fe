import assert from 'node:assert/strict';
import { newTraceparent, readTraceContext, traceOfHeaders } from '../../../nodes/shared/trace-context';

const PARENT = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';

describe('the trace context of a reading', () => {
  it('is new and well-formed where a trace begins', () => {
    const parents = [newTraceparent(), newTraceparent()];
    for (const parent of parents) {
      assert.match(parent, /^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
      assert.deepEqual(readTraceContext(parent, undefined), { traceparent: parent });
    }
    assert.notEqual(parents[0], parents[1]);
  });

  it('is passed on as it came, with its state', () => {
    assert.deepEqual(readTraceContext(PARENT, 'vendor=1,other=a b'), {
      traceparent: PARENT,
      tracestate: 'vendor=1,other=a b',
    });
  });

  it('of a later version may be longer', () => {
    const later = `01${PARENT.slice(2)}-more`;
    assert.deepEqual(readTraceContext(later, undefined), { traceparent: later });
  });

  for (const [what, parent] of [
    ['no text', 7],
    ['too short', PARENT.slice(1)],
    ['in upper case', PARENT.toUpperCase()],
    ['of version ff', `ff${PARENT.slice(2)}`],
    ['without a trace id', PARENT.replace(/-4\w+-/, `-${'0'.repeat(32)}-`)],
    ['without a parent id', PARENT.replace('00f067aa0ba902b7', '0'.repeat(16))],
    ['with something behind it', `${PARENT}\r\nx: y`],
    ['of this version, and longer than that', `${PARENT}-more`],
    ['without end', `${PARENT}-${'a'.repeat(1000)}`],
  ] as const) {
    it(`that is ${what} is none`, () => assert.equal(readTraceContext(parent, 'vendor=1'), undefined));
  }

  it('loses a state that is too long, or no text of one line', () => {
    for (const state of ['a'.repeat(513), 'a\nb', 7, '']) {
      assert.deepEqual(readTraceContext(PARENT, state), { traceparent: PARENT });
    }
  });

  it('is read from the headers of a record, as Buffers or texts', () => {
    const headers = { traceparent: Buffer.from(PARENT), tracestate: 'vendor=1' };
    assert.deepEqual(traceOfHeaders(headers), { traceparent: PARENT, tracestate: 'vendor=1' });
    for (const traceparent of [undefined, null, [PARENT, PARENT], Buffer.alloc(10_000, 'a')]) {
      assert.equal(traceOfHeaders({ traceparent }), undefined);
    }
  });
});
