import assert from 'node:assert/strict';
import { mergeFlows, type FlowNode } from '../../stack/node-red/flows';
import { AdminApi } from '../support/admin-api';
import { readFlow } from '../support/flow-settings';
import { startNodeRed, type TestNodeRed } from '../support/node-red';
import { until } from '../support/until';
import { DashboardSocket } from './support/socket-io';

/** A node beside the dashboards that a page has no business with, and what it would send on. */
const PROBE: FlowNode[] = [
  { id: 'probe-tab', type: 'tab', label: 'probe' },
  {
    id: 'probe',
    type: 'link in',
    z: 'probe-tab',
    name: '',
    links: [],
    x: 100,
    y: 100,
    wires: [['probe-debug']],
  },
  {
    id: 'probe-debug',
    type: 'debug',
    z: 'probe-tab',
    name: 'probe',
    active: true,
    tosidebar: true,
    console: false,
    tostatus: false,
    complete: 'true',
    targetType: 'full',
    x: 300,
    y: 100,
    wires: [],
  },
];

const DEEP = '['.repeat(200_000) + ']'.repeat(200_000);

describe('what pages of the dashboards send', function () {
  this.timeout(120_000);
  let nodeRed: TestNodeRed;
  let api: AdminApi;
  let template: string;
  let template2: string;
  const open: DashboardSocket[] = [];

  before(async () => {
    const flows = mergeFlows([readFlow('flows/server.json'), readFlow('flows/dashboard-2.json')]);
    const only = (type: string): FlowNode => {
      const [node] = flows.filter((one) => one.type === type);
      assert.ok(node, type);
      return node;
    };
    [template, template2] = [only('ui_template').id, only('ui-template').id];
    // The probe hears what the pages' widgets send on, too.
    for (const type of ['ui_template', 'ui-template'])
      only(type).wires = [[...((only(type).wires as string[][])[0] ?? []), 'probe-debug']];
    nodeRed = await startNodeRed({
      env: { KAFKA_BROKERS: '127.0.0.1:1', KAFKA_TOPIC: 'x', MONGODB_URI: 'mongodb://127.0.0.1:1' },
      flows: [...flows, ...PROBE],
    });
    api = await AdminApi.connect(nodeRed.editor.replace(/\/$/, ''));
  });

  beforeEach(() => {
    api.debugMessages.length = 0;
  });

  afterEach(() => Promise.all(open.splice(0).map((socket) => socket.close())));

  after(async () => {
    api?.close();
    await nodeRed?.dispose();
  });

  async function connect(place: string): Promise<DashboardSocket> {
    const socket = await DashboardSocket.open(nodeRed.url, place);
    open.push(socket);
    return socket;
  }

  function probed(): unknown[] {
    return api.debugMessages.filter(({ id }) => id === 'probe-debug').map(({ value }) => value);
  }

  /** What came before this has been heard by now, or never will be. */
  async function marker(socket: DashboardSocket, place: string): Promise<void> {
    const payload = `marker ${Math.random()}`;
    await (place === ''
      ? socket.send('update-value', { id: template, msg: { action: 'x', payload } })
      : socket.send('widget-action', template2, { action: 'x', payload }));
    await until('the marker', () =>
      probed().some((value) => (value as { payload?: unknown }).payload === payload),
    );
  }

  for (const [dashboard, place, packets] of [
    [
      'the classic dashboard',
      '',
      (id: string) => [
        ...['["update-value",null]', '["update-value"]', '["ui-collapse",null]', '["ui-params",null]'],
        ...['5', '"x"', 'true', '[[1,"x",null,[]]]', 'null'].map(
          (msg) => `["update-value",{"id":"${id}","msg":${msg}}]`,
        ),
        `["update-value",{"id":"${id}","hasOwnProperty":1,"msg":{"hasOwnProperty":1}}]`,
        `["update-value",{"id":"${id}","msg":{"action":"nodes","payload":${DEEP}}}]`,
        `["update-value",{"id":"${id}","msg":[{"payload":{"nodo":"forged"},"stored":{"inserted":1}}]}]`,
        '["update-value",{"id":"probe","msg":{"payload":"forged"}}]',
      ],
    ],
    [
      'Dashboard 2.0',
      '/dashboard',
      (id: string) => [
        ...[
          '["widget-load",5]',
          '["widget-load",{"a":1}]',
          '["widget-load"]',
          '["widget-action",{"a":1},{"x":1}]',
        ],
        ...['widget-action', 'widget-send', 'widget-change'].flatMap((event) => [
          `["${event}","${id}",${DEEP}]`,
          `["${event}","${id}",{"hasOwnProperty":1,"_client":5}]`,
          `["${event}","probe",{"payload":"forged"}]`,
          `["${event}","__proto__",1]`,
        ]),
        `["widget-send","${id}",[{"payload":"forged"},{"payload":"forged"}]]`,
      ],
    ],
  ] as const) {
    it(`${dashboard}: nothing of it ends Node-RED, speaks for another node or reaches another page`, async () => {
      const [attacker, other] = [await connect(place), await connect(place)];
      const id = place === '' ? template : template2;
      for (const packet of packets(id)) {
        await attacker.sendRaw(packet);
        nodeRed.assertRunning();
      }
      await marker(attacker, place);
      nodeRed.assertRunning();
      assert.ok(!JSON.stringify(probed()).includes('forged'));
      assert.ok(!JSON.stringify(other.heard).includes('forged'));
      assert.ok(nodeRed.output.some((line) => line.includes('sent what none of its widgets sends')));
    });

    it(`${dashboard}: a message says which page it is from, whatever the page claims`, async () => {
      const socket = await connect(place);
      const claim = { payload: 'claimed', socketid: 'another', _client: { socketId: 'another' } };
      await (place === ''
        ? socket.send('update-value', { id: template, socketid: 'another', msg: claim })
        : socket.send('widget-action', template2, claim));
      const message = (await until('the message', () =>
        probed().find((value) => (value as { payload?: unknown }).payload === 'claimed'),
      )) as { socketid?: string; _client?: { socketId?: string } };
      const from = place === '' ? message.socketid : message._client?.socketId;
      assert.match(from ?? '', /^[\w-]{20}$/);
    });
  }
});
