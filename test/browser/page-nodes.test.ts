import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import http from 'node:http';
import net, { type AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import type { FlowNode } from '../../stack/node-red/flows';
import { launchBrowser } from '../support/browser';
import { startNodeRed, type TestNodeRed } from '../support/node-red';

/** Answers as topic-catalog does, of one node. */
const CATALOG = `
const at = Date.now(), nodo = 'n1';
const row = { nodo, topic: 't', ts: at, fecha: null, hora: null, valores: { humedad: 1 }, state: 'live', mixedTopics: [], interval: 1000, recent: [] };
if (msg.action === 'nodes') msg.payload = { at, nodes: [row], total: 1, matching: 1, silent: 0, offset: 0 };
else if (msg.action === 'series') msg.payload = { at, nodo, known: true, topic: 't', last: at, from: at - 1000, to: at, readings: 1,
  newestId: null, bucketMs: 0, times: [at], columns: [{ name: 'humedad', mean: [1], summary: { n: 1, min: 1, mean: 1, max: 1 } }] };
else msg.payload = { at, events: [] };
return msg;`;

interface Place {
  /** beside what a Node-RED has by itself */
  settings: object;
  classic: string;
  dashboard2: string;
  /** the path of Dashboard 2.0's ui-base */
  base: string;
  /** what a proxy in front of it puts before every path */
  proxy?: string;
}

const PLACES: Record<string, Place> = {
  'a Node-RED as it comes': {
    settings: {},
    classic: '/ui/',
    dashboard2: '/dashboard/lecturas',
    base: '/dashboard',
  },
  'an httpNodeRoot and a deep ui.path': {
    settings: { httpNodeRoot: '/api', ui: { path: 'foo/bar' } },
    classic: '/api/foo/bar/',
    dashboard2: '/api/tablero/dos/lecturas',
    base: '/tablero/dos',
  },
  'a proxy that adds a path': {
    settings: {},
    classic: '/iot/ui/',
    dashboard2: '/iot/dashboard/lecturas',
    base: '/dashboard',
    proxy: '/iot',
  },
};

function flowsOf(base: string): FlowNode[] {
  const at = (y: number) => ({ z: 'tab', x: 100, y });
  const nodes: FlowNode[] = [
    { id: 'tab', type: 'tab', label: 'page' },
    { id: 'uitab', type: 'ui_tab', name: 'Lecturas', order: 1 },
    { id: 'uigroup', type: 'ui_group', name: '', tab: 'uitab', order: 1, disp: false, width: '24' },
    {
      id: 'classic',
      type: 'ui_serial_kafka_mongo',
      group: 'uigroup',
      order: 1,
      ...at(40),
      wires: [['answer1']],
    },
    { id: 'answer1', type: 'function', func: CATALOG, outputs: 1, ...at(80), wires: [['classic']] },
    {
      id: 'base',
      type: 'ui-base',
      name: 'd2',
      path: base,
      includeClientData: true,
      acceptsClientConfig: ['ui-serial-kafka-mongo'],
      navigationStyle: 'default',
      titleBarStyle: 'default',
    },
    {
      id: 'theme',
      type: 'ui-theme',
      name: 't',
      colors: { surface: '#fff', primary: '#0a6a94', bgPage: '#fff', groupBg: '#fff', groupOutline: '#ccc' },
      sizes: {},
    },
    {
      id: 'page',
      type: 'ui-page',
      name: 'Lecturas',
      ui: 'base',
      path: '/lecturas',
      layout: 'grid',
      theme: 'theme',
      order: 1,
      visible: 'true',
      disabled: 'false',
    },
    { id: 'two', type: 'ui-serial-kafka-mongo', page: 'page', order: 1, ...at(120), wires: [['answer2']] },
    { id: 'answer2', type: 'function', func: CATALOG, outputs: 1, ...at(160), wires: [['two']] },
  ];
  return nodes;
}

describe("the page's nodes in one's own Node-RED", function () {
  this.timeout(180_000);
  let browser: Browser;

  before(async () => {
    browser = await launchBrowser();
  });

  after(() => browser?.close());

  for (const [name, place] of Object.entries(PLACES)) {
    describe(name, () => {
      let dir: string;
      let nodeRed: TestNodeRed;
      let proxy: http.Server | undefined;
      let url: string;

      before(async () => {
        dir = await mkdtemp(path.join(os.tmpdir(), 'test-page-'));
        const settings = path.join(dir, 'settings.cjs');
        await writeFile(settings, settingsOf(place.settings));
        nodeRed = await startNodeRed({ flows: flowsOf(place.base), settings });
        url = nodeRed.url;
        if (!place.proxy) return;
        proxy = await startProxy(place.proxy, new URL(url));
        url = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
      });

      after(async () => {
        proxy?.close();
        proxy?.closeAllConnections();
        await nodeRed?.dispose();
        await rm(dir, { recursive: true, force: true });
      });

      for (const which of ['classic', 'dashboard2'] as const) {
        it(`show the page in ${which === 'classic' ? 'the classic dashboard' : 'Dashboard 2.0'}, also after a reload, from where Back leads back at once`, async () => {
          const page = await open(browser, url + place[which]);
          await page.locator('tr[data-nodo="n1"] a.button').click();
          await page.locator('skm-chart').waitFor();
          await page.reload();
          await page.locator('skm-chart').waitFor();
          // The dashboard has taken its steps by then.
          await page.waitForLoadState('networkidle');
          await page.goBack();
          await page.locator('tr[data-nodo="n1"]').waitFor();
          if (process.env.SHOT) await page.screenshot({ path: `${process.env.SHOT}-${which}.png` });
          await page.context().close();
        });

        it(`say so in ${which} where the script does not come`, async () => {
          const context = await browser.newContext();
          await context.route('**/serial-kafka-mongo/dashboard.js', (route) =>
            route.fulfill({ status: 404 }),
          );
          const page = await context.newPage();
          await page.goto(url + place[which]);
          await page.getByText('La página no se pudo cargar').waitFor();
          await context.close();
        });
      }
    });
  }
});

async function open(browser: Browser, url: string): Promise<Page> {
  const context = await browser.newContext({ locale: 'es-CO', viewport: { width: 1100, height: 700 } });
  const page = await context.newPage();
  page.on('pageerror', (error) => assert.fail(error));
  await page.goto(url);
  await page.locator('serial-kafka-mongo-dashboard main').waitFor();
  return page;
}

/** A settings file of somebody's own; that the flows run is told as nodeRedProcess wants to hear it. */
function settingsOf(settings: object): string {
  return `const { events } = require(require.resolve('@node-red/util', { paths: [process.env.NODE_RED_MODULE] }));
events.on('flows:started', () => console.log('stack: flows started'));
module.exports = { ...${JSON.stringify(settings)}, uiHost: process.env.NODE_RED_HOST, uiPort: Number(process.env.NODE_RED_PORT),
  flowFile: 'flows.json', httpAdminRoot: '/admin', credentialSecret: 'x', telemetry: { enabled: false, updateNotification: false } };`;
}

/** Hands on what begins with `prefix`, without it, WebSockets included. */
async function startProxy(prefix: string, to: URL): Promise<http.Server> {
  const inner = (url = ''): string | undefined =>
    url.startsWith(prefix) ? url.slice(prefix.length) || '/' : undefined;
  const proxy = http.createServer((request, response) => {
    const target = inner(request.url);
    if (target === undefined) return void response.writeHead(404).end();
    const { method, headers } = request;
    const asked = http.request(new URL(target, to), { method: method ?? 'GET', headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    asked.on('error', () => response.destroy());
    request.pipe(asked);
  });
  proxy.on('upgrade', (request, socket, head) => {
    const target = inner(request.url);
    const onward = net.connect(Number(to.port), to.hostname, () => {
      const headers = Object.entries(request.headers).map(([key, value]) => `${key}: ${String(value)}`);
      onward.write([`${request.method} ${target} HTTP/1.1`, ...headers, '', ''].join('\r\n'));
      onward.write(head);
      socket.pipe(onward).pipe(socket);
    });
    onward.on('error', () => socket.destroy());
    socket.on('error', () => onward.destroy());
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  return proxy;
}
