import assert from 'node:assert/strict';
import { once } from 'node:events';
import net from 'node:net';
import Connection from 'kafkajs/src/network/connection';
import { KafkaJsCluster } from '../../../nodes/kafka-cluster/cluster';
import { readClusterConfig } from '../../../nodes/kafka-cluster/config';
import { KafkaError } from '../../../nodes/kafka-cluster/errors';
import { newEncoder } from '../../../nodes/kafka-cluster/patched-kafkajs';

/** Some program that answers whatever comes. @param answer given the number of the request and of the connection */
async function withServer(
  answer: (socket: net.Socket, request: number, connection: number) => void,
  use: (port: number, server: net.Server) => Promise<void>,
): Promise<void> {
  let connections = 0;
  const sockets: net.Socket[] = [];
  const server = net.createServer((socket) => {
    const number = connections++;
    sockets.push(socket);
    // Who gets such answers may end the connection at any moment.
    socket.on('error', () => socket.destroy());
    socket.on('data', (request) => answer(socket, request.readInt32BE(8), number));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    await use((server.address() as net.AddressInfo).port, server);
  } finally {
    for (const socket of sockets) socket.destroy();
    server.close();
    await once(server, 'close');
  }
}

function length(bytes: number): Buffer {
  const buffer = Buffer.alloc(4);
  buffer.writeInt32BE(bytes);
  return buffer;
}

/** @returns an answer as a broker gives it: its length, the number of the request, and what it says */
function answerTo(request: number, says: string): Buffer {
  return Buffer.concat([length(4 + says.length), length(request), Buffer.from(says)]);
}

const NO_ANSWERS: [string, Buffer][] = [
  ['nothing, said to be an answer', length(0)],
  ['less than the number of a request', Buffer.from([0, 0, 0, 3, 1, 2, 3])],
  ['a length below zero', Buffer.concat([length(-4), Buffer.alloc(20, 1)])],
  ['a length far below zero', Buffer.concat([length(-9), Buffer.alloc(20, 1)])],
  ['two thousand million bytes', Buffer.concat([length(2 ** 31 - 16), Buffer.alloc(20, 1)])],
  ['a web page', Buffer.from('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n')],
];

describe('kafka-cluster: answers that are none', function () {
  this.timeout(30_000);

  for (const [title, bytes] of NO_ANSWERS) {
    it(`end a question with an error that says so: ${title}`, async () => {
      await withServer(
        (socket) => socket.write(bytes),
        async (port) => {
          const cluster = new KafkaJsCluster(
            readClusterConfig({ brokers: `127.0.0.1:${port}` }, {}),
            () => undefined,
          );
          const { admin, release } = cluster.acquireAdmin();
          try {
            await assert.rejects(admin.topicNames(), (error) => {
              assert.ok(error instanceof KafkaError, String(error));
              assert.equal(error.key, 'kafka-cluster.errors.no-answer');
              assert.equal(error.problem, 'unreachable');
              return true;
            });
          } finally {
            release();
          }
        },
      );
    });
  }

  it('do so when they come byte by byte, behind one that is good', async () => {
    let asked = 0;
    await withServer(
      (socket, request) => {
        const bytes =
          asked++ === 0 ? answerTo(request, 'good') : Buffer.concat([length(-1), Buffer.alloc(20, 1)]);
        for (const byte of bytes) socket.write(Buffer.from([byte]));
      },
      async (port) => {
        const connection = connect(port);
        await connection.connect();
        assert.equal(await connection.send(QUESTION), 'good');
        await assert.rejects(connection.send(QUESTION), /an answer of -1 bytes/);
      },
    );
  });

  it('leave nothing behind for the next connection', async () => {
    await withServer(
      (socket, request, number) => {
        const answer = answerTo(request, `connection ${number}`);
        if (number > 0) socket.write(answer);
        else socket.end(answer.subarray(0, 9));
      },
      async (port) => {
        const connection = connect(port);
        await connection.connect();
        await assert.rejects(connection.send(QUESTION), { name: 'KafkaJSConnectionClosedError' });
        await connection.connect();
        assert.equal(await connection.send(QUESTION), 'connection 1');
        await connection.disconnect();
      },
    );
  });

  it('are told by what could not be read of them', async () => {
    await withServer(
      (socket, request) => socket.write(answerTo(request, '')),
      async (port) => {
        const connection = connect(port);
        await connection.connect();
        const decode = (payload: Buffer): Promise<never> =>
          Promise.reject(new RangeError(`${payload.length} bytes`));
        const asked = { ...QUESTION, response: { ...QUESTION.response, decode } };
        await assert.rejects(connection.send(asked), { code: 'NO_ANSWER', message: '0 bytes' });
        await connection.disconnect();
      },
    );
  });

  it('one socket is opened for questions that find none', async () => {
    let sockets = 0;
    await withServer(
      (socket, request) => socket.write(answerTo(request, 'good')),
      async (port, server) => {
        server.on('connection', () => sockets++);
        const connection = connect(port);
        await Promise.all([connection.connect(), connection.connect(), connection.connect()]);
        assert.equal(await connection.send(QUESTION), 'good');
        await connection.disconnect();
        assert.equal(sockets, 1);
      },
    );
  });
});

const QUESTION = {
  request: {
    apiKey: 3,
    apiVersion: 0,
    apiName: 'Metadata',
    encode: () => Promise.resolve(newEncoder()),
  },
  response: {
    decode: (payload: Buffer) => Promise.resolve(payload.toString()),
    parse: (text: unknown) => Promise.resolve(text),
  },
};

/** kafkajs's, by itself. */
function connect(port: number): Connection {
  const nothing = (): void => undefined;
  const log = { debug: nothing, info: nothing, warn: nothing, error: nothing };
  return new Connection({
    host: '127.0.0.1',
    port,
    logger: { namespace: () => log },
    socketFactory: ({ onConnect }: { onConnect: () => void }) =>
      net.connect({ host: '127.0.0.1', port }, onConnect),
    connectionTimeout: 3_000,
    requestTimeout: 3_000,
  });
}
