import { chromium as playwright, type Browser } from 'playwright-core';
import { chromium, type Chromium } from '../../tools/chromium/chromium';

/**
 * Chromium as the tests run it: without a window, and without its own calls to the network.
 * @param more arguments of its command line
 */
export async function launchBrowser(which?: Chromium, more: readonly string[] = []): Promise<Browser> {
  const { executablePath, env } = which ?? (await chromium(console.log));
  return playwright.launch({
    executablePath,
    ...(env === undefined ? {} : { env: { ...process.env, ...env } }),
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--disable-quic',
      ...more,
    ],
  });
}
