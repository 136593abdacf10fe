import assert from 'node:assert/strict';
import { mergeFlows } from '../../stack/node-red/flows';
import type { ErrorInfo } from '../../nodes/topic-catalog/contract';
import { readFlow } from '../support/flow-settings';
import { startNodeRed, type TestNodeRed } from '../support/node-red';
import { until } from '../support/until';
import { DashboardSocket } from './support/socket-io';

const PASSWORD = 'secreto';
const HASH = '$2b$08$sYOOOhw8wy6Ufi1/1rxk8OWbHnhF0yTUyHOmZ0/LQQlYH7roMtdzK';
const SETTING = { nodo: null, variable: 'luz', name: 'Luz' };

function basic(user: string): Record<string, string> {
  return { authorization: `Basic ${btoa(`${user}:${PASSWORD}`)}` };
}

describe('who may only look at the dashboards', function () {
  this.timeout(120_000);
  let nodeRed: TestNodeRed;
  let widgets: Record<string, string>;
  const open: DashboardSocket[] = [];

  before(async () => {
    const flows = mergeFlows([readFlow('flows/server.json'), readFlow('flows/dashboard-2.json')]);
    const idOf = (type: string): string => flows.find((node) => node.type === type)!.id;
    widgets = { '': idOf('ui_template'), '/dashboard': idOf('ui-template') };
    nodeRed = await startNodeRed({
      admin: { user: 'ana', passwordHash: HASH },
      viewer: { user: 'viewer', passwordHash: HASH },
      // What comes past the guard finds no database, and says so.
      env: { KAFKA_BROKERS: '127.0.0.1:1', KAFKA_TOPIC: 'x', MONGODB_URI: 'mongodb://127.0.0.1:1' },
      flows,
    });
  });

  afterEach(() => Promise.all(open.splice(0).map((socket) => socket.close())));

  after(() => nodeRed?.dispose());

  /** @returns what the page of a user hears of a change that it asks for; `more` is what it puts into its message beside that */
  async function change(place: string, user: string, more: object = {}): Promise<ErrorInfo> {
    const socket = await DashboardSocket.open(nodeRed.url, place, basic(user));
    open.push(socket);
    const request = `r-${open.length}`;
    const msg = { action: 'set-variable', payload: SETTING, request, ...more };
    const id = widgets[place]!;
    if (place === '') await socket.send('update-value', { id, msg });
    else await socket.send('widget-action', id, msg);
    const answer = await until('an answer', () =>
      socket.heard.find((packet) => JSON.stringify(packet).includes(`"request":"${request}"`)),
    );
    const [, ...args] = answer;
    const told = args.map((one) => ((one as { msg?: object }).msg ?? one) as { error?: ErrorInfo });
    return told.find(({ error }) => error)!.error!;
  }

  for (const place of ['', '/dashboard']) {
    it(`change nothing by ${place || 'the classic dashboard'}, whatever they write into the message`, async () => {
      const owner = await change(place, 'ana');
      assert.equal(owner.source, 'database', owner.message);
      for (const more of [
        {},
        { socketid: 'x', _client: { socketId: 'x' } },
        { socketid: null, _client: null },
        { stored: { inserted: 1 } },
      ]) {
        const { source, message } = await change(place, 'viewer', more);
        assert.equal(source, 'request', message);
        assert.match(message, /sign|entró/);
      }
    });
  }
});
