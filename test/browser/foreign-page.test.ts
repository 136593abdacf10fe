import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { flowAsForm } from '../security/support/foreign';
import { launchBrowser } from '../support/browser';
import { startNodeRed, type TestNodeRed } from '../support/node-red';

const EVIL = 'evil.example';

describe('a page of another website, in a browser that reaches a Node-RED without a password', function () {
  this.timeout(120_000);
  let nodeRed: TestNodeRed;
  let website: Server;
  let browser: Browser;
  let page: Page;
  let taken: string;

  before(async () => {
    nodeRed = await startNodeRed();
    taken = path.join(nodeRed.userDir, 'taken');
    website = createServer((_request, response) => {
      const fields = Object.entries(flowAsForm(taken)).map(
        ([name, value]) => `<input type="hidden" name="${name}" value="${value}">`,
      );
      response.setHeader('content-type', 'text/html');
      response.end(`<form id="f" method="post" action="${nodeRed.editor}flow">${fields.join('')}</form>`);
    });
    await new Promise<void>((resolve) => website.listen(0, '127.0.0.1', resolve));
    // What a name server does that first names the website and then this machine.
    browser = await launchBrowser(undefined, [`--host-resolver-rules=MAP ${EVIL} 127.0.0.1`]);
  });

  beforeEach(async () => {
    page = await browser.newPage();
    await page.goto(`http://${EVIL}:${(website.address() as AddressInfo).port}/`);
  });

  afterEach(() => page?.close());

  after(async () => {
    await browser?.close();
    website?.closeAllConnections();
    website?.close();
    await nodeRed?.dispose();
  });

  it('cannot deploy a flow by submitting a form', async () => {
    const answered = page.waitForResponse((response) => response.url() === `${nodeRed.editor}flow`);
    await page.evaluate(() => document.querySelector('form')?.submit());
    assert.equal((await answered).status(), 403);
    assert.match(await page.locator('body').innerText(), /Only pages of this server/);
    const flows = (await (await fetch(`${nodeRed.editor}flows`)).json()) as unknown[];
    assert.deepEqual(flows, []);
    assert.equal(existsSync(taken), false);
  });

  it('cannot ask by fetch, even blindly', async () => {
    const statuses: number[] = [];
    page.on('response', (response) => statuses.push(response.status()));
    const read = await page.evaluate(
      async (editor) =>
        Promise.all(
          (['cors', 'no-cors'] as const).map(async (mode) => {
            const asked = fetch(`${editor}inject/x`, { method: 'POST', mode, credentials: 'include' });
            return asked.then(
              (response) => response.type,
              () => 'refused',
            );
          }),
        ),
      nodeRed.editor,
    );
    assert.deepEqual(read, ['refused', 'opaque']);
    assert.deepEqual(new Set(statuses), new Set([403]));
  });

  it('cannot open a WebSocket, to the editor or to a dashboard', async () => {
    const url = nodeRed.url.replace('http', 'ws');
    const outcomes = await page.evaluate(
      (places) =>
        Promise.all(
          places.map(
            (place) =>
              new Promise((resolve) => {
                const socket = new WebSocket(place);
                socket.onopen = () => resolve('open');
                socket.onerror = () => resolve('refused');
              }),
          ),
        ),
      [`${url}/admin/comms`, `${url}/socket.io/?EIO=4&transport=websocket`],
    );
    assert.deepEqual(outcomes, ['refused', 'refused']);
  });

  it('cannot frame the editor', async () => {
    const answered = page.waitForResponse((response) => response.url() === nodeRed.editor);
    await page.evaluate((url) => {
      const frame = document.createElement('iframe');
      frame.src = url;
      document.body.append(frame);
    }, nodeRed.editor);
    assert.equal((await answered).status(), 403);
  });

  it('is not taken for one of this server when its name is made to point here', async () => {
    const { port } = new URL(nodeRed.url);
    const response = await page.goto(`http://${EVIL}:${port}/admin/`);
    assert.equal(response?.status(), 403);
    const status = await page.evaluate(async () => (await fetch('/admin/flows')).status);
    assert.equal(status, 403);
    const socket = await page.evaluate(
      () =>
        new Promise((resolve) => {
          const opened = new WebSocket(`ws://${location.host}/admin/comms`);
          opened.onopen = () => resolve('open');
          opened.onerror = () => resolve('refused');
        }),
    );
    assert.equal(socket, 'refused');
  });

  it('may link to the editor, which then works', async () => {
    await page.evaluate((url) => {
      const link = document.createElement('a');
      link.href = url;
      document.body.append(link);
      link.click();
    }, nodeRed.editor);
    await page
      .locator('#red-ui-palette-container .red-ui-palette-node')
      .first()
      .waitFor({ state: 'attached' });
  });
});
