import assert from 'node:assert/strict';
import path from 'node:path';
import type { Browser, BrowserContextOptions } from 'playwright-core';
import { launchBrowser } from '../../support/browser';
import { PageAlone, type Answer } from './page-alone';

/** A browser in which the tests of a `describe` open the page, each its own. */
export class AloneInBrowser {
  private browser: Browser | undefined;
  private alone: PageAlone | undefined;

  /**
   * To be called in a `describe`. What a test has opened is closed after it, also where it has failed: what is left open
   * would keep the run from ending. No page may have met an error.
   */
  static forTests(): AloneInBrowser {
    const pages = new AloneInBrowser();
    before(async () => void (pages.browser = await launchBrowser()));
    after(() => pages.browser?.close());
    afterEach(async () => {
      const { alone } = pages;
      pages.alone = undefined;
      await alone?.close();
      assert.deepEqual(alone?.alarms ?? [], []);
    });
    return pages;
  }

  async open(answer: Answer, fragment = '', options: BrowserContextOptions = {}): Promise<PageAlone> {
    return (this.alone = await PageAlone.open(this.browser!, answer, fragment, options));
  }

  /** Takes a picture of the page into the folder that SHOT names, where it names one. */
  async shot(name: string): Promise<void> {
    if (process.env.SHOT)
      await this.alone!.page.screenshot({ path: path.join(process.env.SHOT, `${name}.png`) });
  }
}
