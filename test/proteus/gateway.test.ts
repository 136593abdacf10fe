import assert from 'node:assert/strict';
import { Gateway } from '../../proteus/bench/gateway';

/** A gateway, what has left it, and what is to reach the boards. */
function gateway() {
  const sent: string[] = [];
  let inbox = '';
  const joined = new Gateway({
    name: 'line',
    exchange: (bytes) => {
      sent.push(Buffer.from(bytes).toString());
      const received = Buffer.from(inbox);
      inbox = '';
      return received;
    },
    close: () => undefined,
  });
  return { joined, sent, receive: (text: string) => (inbox = text) };
}

describe('a gateway in front of several boards', () => {
  it('puts no line into the middle of another', () => {
    const { joined, sent } = gateway();
    const [a, b] = [joined.join(), joined.join()];
    a.exchange(Buffer.from('{"a":'));
    b.exchange(Buffer.from('{"b":1}\r\n{"b"'));
    joined.pump();
    a.exchange(Buffer.from('2}\r\n'));
    b.exchange(Buffer.from(':3}\r\n'));
    joined.pump();
    assert.deepEqual(sent, ['{"b":1}\r\n', '{"a":2}\r\n{"b":3}\r\n']);
  });

  it('passes on a line that never ends in pieces, and keeps no more than one', () => {
    const { joined, sent } = gateway();
    const board = joined.join();
    for (let i = 0; i < 100; i++) board.exchange(Buffer.alloc(1000, 'x'));
    joined.pump();
    assert.ok((sent[0]?.length ?? 0) > 95_000);
  });

  it('hands to each board what comes for them', () => {
    const { joined, receive } = gateway();
    const [a, b] = [joined.join(), joined.join()];
    receive('ping');
    joined.pump();
    for (const board of [a, b]) assert.equal(Buffer.from(board.exchange(Buffer.alloc(0))).toString(), 'ping');
    assert.equal(a.exchange(Buffer.alloc(0)).length, 0);
  });
});
