import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { requireFreePort } from '../../../stack/process/port-holder';
import { freePort } from '../../../stack/process/ports';

describe('a port that is needed', () => {
  it('is accepted when nobody listens there', async () => {
    await requireFreePort(await freePort(), '127.0.0.1', 'KAFKA_PORT');
  });

  it('is refused when taken: the error names the port, the process and the variable', async () => {
    const port = await freePort();
    const server = createServer().listen(port, '127.0.0.1');
    await once(server, 'listening');
    await assert.rejects(requireFreePort(port, '127.0.0.1', 'KAFKA_PORT'), (error: Error) => {
      assert.match(error.message, new RegExp(`port ${port} is in use by`));
      assert.match(error.message, new RegExp(`\\(process ${process.pid}\\)`));
      assert.match(error.message, /set KAFKA_PORT to use another port/);
      return true;
    });
    server.close();
  });

  it('is refused when it is taken on all addresses', async () => {
    const port = await freePort();
    const server = createServer().listen(port, '0.0.0.0');
    await once(server, 'listening');
    await assert.rejects(requireFreePort(port, '127.0.0.1', 'PORT'), /is in use by/);
    server.close();
  });
});
