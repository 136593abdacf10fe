import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { tcpOutlet } from '../../proteus/bench/tcp-outlet';
import { until } from '../support/until';

describe("the board's TCP port", () => {
  it('carries bytes both ways, loses what nobody listens to, and outlives a listener that breaks off', async () => {
    const outlet = await tcpOutlet(0);
    const port = Number(new URL(outlet.name).port);
    try {
      outlet.exchange(Buffer.from('before anybody came'));
      const client = connect(port, '127.0.0.1');
      let heard = '';
      client.on('data', (data: Buffer) => (heard += data.toString()));
      await once(client, 'connect');
      client.write('to the board');
      const received = await until('what was sent to the board', () => {
        const bytes = outlet.exchange(Buffer.from('.'));
        return bytes.length > 0 ? Buffer.from(bytes).toString() : undefined;
      });
      assert.equal(received, 'to the board');
      await until('what the board has sent', () => heard.includes('.'));
      assert.ok(!heard.includes('before'));

      client.resetAndDestroy();
      const other = connect(port, '127.0.0.1');
      await once(other, 'connect');
      const more = once(other, 'data');
      await until('the second listener to be heard', () => {
        outlet.exchange(Buffer.from('again'));
        return other.bytesRead > 0;
      });
      assert.match(String((await more)[0]), /^again/);
      other.destroy();
    } finally {
      outlet.close();
    }
  });

  it('says which port is taken', async () => {
    const first = await tcpOutlet(0);
    const port = Number(new URL(first.name).port);
    try {
      await assert.rejects(tcpOutlet(port), {
        name: 'BenchError',
        message: new RegExp(`cannot listen at port ${port}`),
      });
    } finally {
      first.close();
    }
  });
});
