import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { readFlow } from '../support/flow-settings';
import { mergeFlows } from '../../stack/node-red/flows';
import { startNodeRed, type TestNodeRed } from '../support/node-red';
import { ask, askForSocket, flowAsForm } from './support/foreign';

const ADMIN = {
  user: 'ana',
  passwordHash: '$2b$08$sYOOOhw8wy6Ufi1/1rxk8OWbHnhF0yTUyHOmZ0/LQQlYH7roMtdzK',
};
const EVIL = 'evil.example';

/** All kinds of places where something listens: editor, its channel, nodes' pages, both dashboards and their sockets. */
const PAGES = [
  ...['/admin/', '/admin/flows', '/admin/settings', '/admin/auth/login', '/admin/serial-json-in/ports'],
  ...['/', '/serial-kafka-mongo/dashboard.js', '/dashboard/lecturas', '/dashboard/_setup', '/nothing-here'],
  ...['/socket.io/?EIO=4&transport=polling', '/dashboard/socket.io/?EIO=4&transport=polling'],
];
const SOCKETS = [
  '/admin/comms',
  '/socket.io/?EIO=4&transport=websocket',
  '/dashboard/socket.io/?EIO=4&transport=websocket',
];

for (const [title, admin] of [
  ['without a password', undefined],
  ['with a password', ADMIN],
] as const) {
  describe(`pages of other websites, where Node-RED runs ${title}`, function () {
    this.timeout(120_000);
    let nodeRed: TestNodeRed;
    let own: string;
    let foreign: Record<string, Record<string, string>>;

    before(async () => {
      nodeRed = await startNodeRed({
        ...(admin && { admin }),
        // The nodes keep looking for both; their dashboards are there.
        env: { KAFKA_BROKERS: '127.0.0.1:1', KAFKA_TOPIC: 'x', MONGODB_URI: 'mongodb://127.0.0.1:1' },
        flows: mergeFlows([readFlow('flows/server.json'), readFlow('flows/dashboard-2.json')]),
      });
      own = new URL(nodeRed.url).host;
      foreign = {
        'of another origin': { origin: `http://${EVIL}` },
        'in a frame without an origin': { origin: 'null' },
        'of another port of this machine': { origin: 'http://127.0.0.1:1' },
        'after DNS rebinding': { host: `${EVIL}:${new URL(nodeRed.url).port}`, origin: `http://${EVIL}` },
        'after DNS rebinding, without an origin': { host: EVIL },
      };
    });

    after(() => nodeRed?.dispose());

    it('reach no page, however they ask', async () => {
      for (const [who, headers] of Object.entries(foreign)) {
        for (const place of PAGES) {
          for (const method of ['GET', 'POST', 'OPTIONS']) {
            const { status } = await ask(nodeRed.url + place, { method, headers });
            assert.equal(status, 403, `${method} ${place} for a page ${who}`);
          }
        }
      }
    });

    it('open no WebSocket, of the editor or of a dashboard', async () => {
      for (const [who, headers] of Object.entries(foreign)) {
        for (const place of SOCKETS)
          assert.equal((await askForSocket(nodeRed.url + place, headers)).status, 403, `${place}, ${who}`);
      }
    });

    it('cannot deploy a flow by a form', async () => {
      const file = path.join(nodeRed.userDir, 'taken');
      for (const [who, headers] of Object.entries(foreign)) {
        const told = await ask(`${nodeRed.editor}flow`, {
          method: 'POST',
          headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
          body: new URLSearchParams(flowAsForm(file)).toString(),
        });
        assert.equal(told.status, 403, who);
      }
      assert.equal(existsSync(file), false);
    });

    it('are told apart from the own pages, which work as before', async () => {
      for (const headers of [{}, { origin: `http://${own}` }] as Record<string, string>[]) {
        for (const place of PAGES) {
          const { status } = await ask(nodeRed.url + place, { headers });
          assert.ok(status !== 403, `${place} ${status}`);
        }
        for (const place of SOCKETS)
          assert.equal((await askForSocket(nodeRed.url + place, headers)).status, 101, place);
      }
      nodeRed.assertRunning();
    });
  });
}
