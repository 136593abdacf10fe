import assert from 'node:assert/strict';
import { once } from 'node:events';
import { startNodeRed, type TestNodeRed } from '../support/node-red';
import { until } from '../support/until';

const ADMIN = {
  user: 'ana',
  passwordHash: '$2b$08$sYOOOhw8wy6Ufi1/1rxk8OWbHnhF0yTUyHOmZ0/LQQlYH7roMtdzK',
};

/** What ended Node-RED, and what else is no message of an editor. */
const HOSTILE = [
  ...['null', '{"auth":{"toString":1,"valueOf":1}}', '{"subscribe":{}}', '{"subscribe":1}', '5', 'x', '[]'],
  ...[
    '{"topic":"multiplayer/connect"}',
    '{"topic":"multiplayer/location","data":null}',
    '{"topic":{}}',
    '{"auth":{}}',
  ],
];

for (const [title, admin] of [
  ['without a password', undefined],
  ['with a password, by who does not have it', ADMIN],
] as const) {
  describe(`the editor's channel ${title}`, function () {
    this.timeout(120_000);
    let nodeRed: TestNodeRed;

    before(async () => {
      nodeRed = await startNodeRed({ ...(admin && { admin }) });
    });
    after(() => nodeRed?.dispose());

    const open = async (): Promise<WebSocket> => {
      const socket = new WebSocket(`${nodeRed.editor.replace('http', 'ws')}comms`);
      await once(socket, 'open');
      return socket;
    };

    it('hears only what an editor sends, and closes the connection of who sends anything else', async () => {
      for (const message of [...HOSTILE, new TextEncoder().encode('null'), 'x'.repeat(1_000_000)]) {
        const socket = await open();
        const closed = once(socket, 'close');
        socket.send(message);
        await closed;
      }
      nodeRed.assertRunning();
    });

    if (admin === undefined) {
      it('answers a browser that has kept its token from when a password was asked for', async () => {
        for (const auth of ['a token of before', '__proto__']) {
          const socket = await open();
          const answered = once(socket, 'message') as Promise<[MessageEvent]>;
          socket.send(JSON.stringify({ auth }));
          assert.equal((await answered)[0].data, '{"auth":"ok"}');
          socket.close();
        }
        nodeRed.assertRunning();
      });

      it('works for the editor', async () => {
        const socket = await open();
        const heard: string[] = [];
        socket.addEventListener('message', ({ data }) => heard.push(String(data)));
        socket.send(JSON.stringify({ subscribe: 'notification/#' }));
        await until('what was published before', () => heard.some((text) => text.includes('notification/')));
        const closed = once(socket, 'close');
        socket.close();
        await closed;
      });
    }
  });
}
