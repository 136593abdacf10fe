import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { build } from 'esbuild';
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import type { LiveUpdate, PartAway } from '../../../nodes/topic-catalog/contract';
import { ROOT } from '../../../stack/paths';

/** Answers a request of the page, as topic-catalog does: with a payload, or with a failure. */
export type Answer = (action: string, payload: Record<string, unknown>) => unknown;

/** What the page gets in place of a payload. */
export class Refusal {
  constructor(
    readonly source: string,
    readonly message = '',
    readonly away: PartAway[] = [],
  ) {}
}

/**
 * The page in a browser, without a dashboard around it and without any service: the test answers what it asks. For what
 * the page does by itself; how it lives in its hosts is tested beside this, in them.
 */
export class PageAlone {
  readonly alarms: string[] = [];

  private constructor(
    readonly page: Page,
    readonly context: BrowserContext,
    private readonly server: http.Server,
  ) {}

  static async open(
    browser: Browser,
    answer: Answer,
    fragment = '',
    options: BrowserContextOptions = {},
  ): Promise<PageAlone> {
    const context = await browser.newContext({
      locale: 'es-CO',
      timezoneId: 'America/Bogota',
      viewport: { width: 1280, height: 900 },
      ...options,
    });
    await context.exposeFunction('askTest', async (action: string, payload: Record<string, unknown>) => {
      const answered = await answer(action, payload);
      return answered instanceof Refusal ? { error: { ...answered } } : { payload: answered };
    });
    const server = await serve(await pageScript());
    const page = await context.newPage();
    const alone = new PageAlone(page, context, server);
    page.on('pageerror', (error) => alone.alarms.push(error.message));
    try {
      await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/${fragment}`);
      await page.locator('serial-kafka-mongo-dashboard main').waitFor();
    } catch (error) {
      // What is left open would keep the run from ending.
      await alone.close();
      throw new Error(`the page does not come up: ${alone.alarms.join(', ')}`, { cause: error });
    }
    return alone;
  }

  /** Tells the page what has just been stored. */
  async tell(update: LiveUpdate): Promise<void> {
    await this.page.evaluate(
      (payload) =>
        document
          .querySelector<HTMLElement & { receive(message: unknown): void }>('serial-kafka-mongo-dashboard')!
          .receive({ action: 'live', payload }),
      update,
    );
  }

  async close(): Promise<void> {
    await this.context.close();
    this.server.close();
    this.server.closeAllConnections();
  }
}

const HTML = `<!doctype html><meta charset="utf-8"><meta name="viewport" content="width=device-width"><style>body { margin: 0 }</style>
<serial-kafka-mongo-dashboard></serial-kafka-mongo-dashboard><script src="page.js"></script><script>
const page = document.querySelector('serial-kafka-mongo-dashboard');
page.send = async ({ action, payload, request }) =>
  page.receive({ action, request, ...(await window.askTest(action, payload)) });
</script>`;

async function serve(script: string): Promise<http.Server> {
  const server = http.createServer(({ url }, response) => {
    if (url === '/page.js') response.setHeader('Content-Type', 'text/javascript').end(script);
    else response.setHeader('Content-Type', 'text/html; charset=utf-8').end(HTML);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

let built: Promise<string> | undefined;

function pageScript(): Promise<string> {
  return (built ??= bundle());
}

async function bundle(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [path.join(ROOT, 'nodes/topic-catalog/page/main.ts')],
    bundle: true,
    write: false,
    format: 'iife',
    target: 'es2022',
    loader: { '.css': 'text' },
    logLevel: 'warning',
  });
  return outputFiles[0]!.text;
}
