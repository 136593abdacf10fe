import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Browser, Page } from 'playwright-core';
import { readConfig } from '../stack/config';
import { ROOT } from '../stack/paths';
import { freePort } from '../stack/process/ports';
import { Stack, type Addresses } from '../stack/stack';
import { launchBrowser } from '../test/support/browser';

/** Which languages there are, and how a picture of each is called. */
const LANGUAGES = [
  { locale: 'en-US', node: 'dashboard.png', kafka: 'inside-kafka.png' },
  { locale: 'es-CO', node: 'tablero.png', kafka: 'dentro-de-kafka.png' },
];
const NODE = 'comuna_1';
/** Until the charts and the partitions show something. */
const WATCHED_MS = 45_000;

/** Takes the pictures of docs/ from the product as it runs, with three boards and three brokers. */
async function main(): Promise<void> {
  const dataDir = await mkdtemp(path.join(os.tmpdir(), 'screenshots-'));
  const ports = { PORT: await freePort(), KAFKA_PORT: await freePort(), MONGO_PORT: await freePort() };
  const env = Object.fromEntries(Object.entries(ports).map(([name, port]) => [name, String(port)]));
  const config = readConfig({ ...env, DATA_DIR: dataDir }, { boards: 3, brokerCount: 3 });
  const stack = new Stack(config, (line) => console.log(line));
  let browser: Browser | undefined;
  try {
    const addresses = await stack.start();
    browser = await launchBrowser();
    for (const language of LANGUAGES) await picture(browser, addresses, language);
  } finally {
    await browser?.close();
    await stack.stop();
    await rm(dataDir, { recursive: true, force: true });
  }
}

async function picture(
  browser: Browser,
  { dashboard }: Addresses,
  { locale, node, kafka }: (typeof LANGUAGES)[number],
): Promise<void> {
  const open = (fragment: string, height: number): Promise<Page> =>
    openPage(browser, dashboard + fragment, locale, height);
  const pages = [
    { page: await open(`#!/0?nodo=${NODE}`, 860), file: node },
    { page: await open('#!/0?vista=kafka', 700), file: kafka },
  ];
  await sleep(WATCHED_MS);
  for (const { page, file } of pages) {
    await page.screenshot({ path: path.join(ROOT, 'docs', file) });
    console.log(`docs/${file}`);
    await page.close();
  }
}

async function openPage(browser: Browser, url: string, locale: string, height: number): Promise<Page> {
  const page = await browser.newPage({ locale, viewport: { width: 1280, height } });
  await page.goto(url);
  await page.locator('.pulse.live').waitFor();
  return page;
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
