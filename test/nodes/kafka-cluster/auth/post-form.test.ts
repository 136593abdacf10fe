import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { postForm } from '../../../../nodes/kafka-cluster/auth/post-form';

describe('kafka-cluster: the answer of a token server', () => {
  it('is read no further than an answer can be long', async () => {
    const server = createServer((_request, response) => {
      const more = (): void => {
        while (!response.destroyed && response.write(Buffer.alloc(64 * 1024, 'x')));
      };
      response.on('drain', more);
      more();
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    try {
      await assert.rejects(
        postForm(`http://127.0.0.1:${port}/`, new URLSearchParams(), '', {}, AbortSignal.timeout(10_000)),
        /the answer is longer than 1000000 bytes/,
      );
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });
});
