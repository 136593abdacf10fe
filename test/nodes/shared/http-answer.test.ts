import assert from 'node:assert/strict';
import { once } from 'node:events';
import http from 'node:http';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { TooLongError, answerOf } from '../../../nodes/shared/http-answer';

const OK = 'HTTP/1.1 200 OK\r\n';
const MOST = 100_000;

function again(socket: Socket, text: string): void {
  const timer = setInterval(() => socket.write(text), 5);
  socket.on('close', () => clearInterval(timer));
}

/** What a server does that has been asked, and what is said of it. */
const SERVERS: Record<string, [(socket: Socket) => void, RegExp]> = {
  'changes to another protocol': [
    (socket) =>
      socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\nx'),
    /answers with 101/,
  ],
  'speaks no HTTP': [(socket) => socket.write('\0\0\0\x10not at all'), /Parse Error/],
  'breaks off in its answer': [
    (socket) => socket.end(`${OK}Content-Length: 100\r\n\r\n{"a":`),
    /aborted|ECONNRESET/,
  ],
  'is cut off in its answer': [
    (socket) => socket.write(`${OK}Content-Length: 100\r\n\r\n{`, () => socket.resetAndDestroy()),
    /aborted|ECONNRESET/,
  ],
  'sends a part that is none': [
    (socket) => socket.write(`${OK}Transfer-Encoding: chunked\r\n\r\n5\r\n{"a":\r\nZZZ\r\n`),
    /Parse Error|aborted/,
  ],
  'says twice how long it is': [
    (socket) =>
      socket.write(`${OK}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n`),
    /Parse Error/,
  ],
  'sends headers without end': [
    (socket) => {
      socket.write(OK);
      again(socket, `X-A: ${'a'.repeat(1_000)}\r\n`);
    },
    /Header overflow/,
  ],
  'sends nothing but that it is at it': [
    (socket) => again(socket, 'HTTP/1.1 102 Processing\r\n\r\n'),
    /aborted/,
  ],
  'sends a byte at a time': [
    (socket) => {
      socket.write(`${OK}Transfer-Encoding: chunked\r\n\r\n`);
      again(socket, '1\r\na\r\n');
    },
    /aborted/,
  ],
  'says nothing': [() => undefined, /aborted/],
};

describe('the answer of a server that may be anybody', () => {
  async function asked(answer: (socket: Socket) => void): Promise<{ status: number; body: string }> {
    const sockets = new Set<Socket>();
    const server = createServer((socket) => {
      sockets.add(socket);
      // The other side leaves first.
      socket.on('error', () => socket.destroy());
      socket.once('data', () => answer(socket));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const end = new AbortController();
    const timer = setTimeout(() => end.abort(), 500);
    try {
      return await answerOf(
        http.request({ host: '127.0.0.1', port, method: 'POST', agent: false, signal: end.signal }),
        'x',
        MOST,
      );
    } finally {
      clearTimeout(timer);
      for (const socket of sockets) socket.destroy();
      server.close();
    }
  }

  for (const [what, [answer, said]] of Object.entries(SERVERS)) {
    it(`is none, and told as none, where it ${what}`, async () => {
      await assert.rejects(asked(answer), said);
    });
  }

  it('is read no further than it may be long', async () => {
    const part = `10000\r\n${'x'.repeat(0x10000)}\r\n`;
    await assert.rejects(
      asked((socket) => {
        socket.write(`${OK}Transfer-Encoding: chunked\r\n\r\n`);
        again(socket, part);
      }),
      TooLongError,
    );
  });

  it('that leads elsewhere is not followed', async () => {
    const { status } = await asked((socket) =>
      socket.write('HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n'),
    );
    assert.equal(status, 302);
  });

  it('is taken where there is more behind it', async () => {
    const { body } = await asked((socket) =>
      socket.write(`${OK}Content-Length: 2\r\n\r\n{}${OK}Content-Length: 2\r\n\r\n[]`),
    );
    assert.equal(body, '{}');
  });
});
