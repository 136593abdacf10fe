import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { PortInUseError, portProblem, requireFreePort } from '../../../stack/process/port-holder';
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

  it('is refused at an address that the machine does not have, or under a name that nobody knows: by its variable', async () => {
    // Of RFC 5737 and RFC 6761: no machine has the one, and nobody the other.
    for (const host of ['192.0.2.1', 'nowhere.invalid'])
      await assert.rejects(requireFreePort(await freePort(), host, 'PORT'), (error: Error) => {
        assert.match(error.message, /^HOST: \S+ is no address of this machine \(/);
        assert.ok(error.message.includes(host));
        return true;
      });
  });

  it("is refused where it is root's, or the machine has no loopback, which is another thing than being taken", async () => {
    const told = async (code: string): Promise<string> => {
      const look = (): Promise<Error> =>
        Promise.resolve(Object.assign(new Error(`listen ${code}`), { code }));
      return String(await portProblem(80, '127.0.0.1', 'PORT', look));
    };
    assert.match(await told('EACCES'), /^SettingError: PORT: port 80 is not for \S+ to open.* PORT=7080/);
    assert.match(await told('EADDRNOTAVAIL'), /this machine has no 127\.0\.0\.1 \(listen EADDRNOTAVAIL\)/);
    assert.match(await told('EADDRINUSE'), /port 80 is in use by/);
  });

  it('is told with another that there is, however high it is', () => {
    const message = new PortInUseError(65_000, 'PORT', undefined).message;
    assert.match(message, /PORT=64000/);
  });

  it('is refused when it is taken on all addresses', async () => {
    const port = await freePort();
    const server = createServer().listen(port, '0.0.0.0');
    await once(server, 'listening');
    await assert.rejects(requireFreePort(port, '127.0.0.1', 'PORT'), /is in use by/);
    server.close();
  });
});
