import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import http from 'node:http';
import net, { type AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { launchBrowser } from '../support/browser';
import { startNodeRed, type TestNodeRed } from '../support/node-red';
import { dashboardFlows, ownSettings } from './support/own-dashboards';

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
        await writeFile(settings, ownSettings(place.settings));
        nodeRed = await startNodeRed({ flows: dashboardFlows(CATALOG, place.base), settings });
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
