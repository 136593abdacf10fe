import assert from 'node:assert/strict';
import type { Browser } from 'playwright-core';
import type { PartAway } from '../../nodes/topic-catalog/contract';
import { launchBrowser } from '../support/browser';
import { PageAlone, Refusal } from './support/page-alone';
import { answerOf, READING, ROW } from './support/page-answers';

const VIEWS = ['', '#?nodo=n1', '#?vista=topics', '#?vista=vivo', '#?vista=sucesos'];

describe('the page while a part of the path is away', function () {
  this.timeout(60_000);
  let browser: Browser;

  before(async () => {
    browser = await launchBrowser();
  });

  after(() => browser?.close());

  for (const fragment of VIEWS) {
    it(`says so in the header and above the view "${fragment}", and takes it back`, async () => {
      let away: PartAway[] = [];
      const alone = await PageAlone.open(
        browser,
        (action) => ({ ...(answerOf(action) as object), away }),
        fragment,
      );
      const { page } = alone;
      const pulse = page.locator('.pulse');
      const update = { at: Date.now(), readings: [READING], skipped: 0, events: [] };
      away = [{ part: 'kafka', since: Date.now() }];
      await alone.tell({ ...update, away });
      await page.locator('.notice[data-away=kafka]').waitFor();
      assert.equal(await pulse.innerText(), 'Kafka no responde');
      away = [{ part: 'database', since: Date.now() }];
      await alone.tell({ ...update, away });
      await page.locator('.notice[data-away=database]').waitFor();
      assert.equal(await pulse.innerText(), 'Sin base de datos');
      assert.equal(await page.locator('.notice[data-away=kafka]').count(), 0);
      away = [];
      await alone.tell({ ...update, away });
      await page.locator('.notice[data-away]').waitFor({ state: 'detached' });
      await alone.close();
    });
  }

  it('learns it from a refusal as well, where no answer has come yet', async () => {
    const alone = await PageAlone.open(browser, () => {
      return new Refusal('database', '', [{ part: 'database', since: Date.now() }]);
    });
    await alone.page.locator('.notice[data-away=database]').waitFor();
    await alone.close();
  });

  it('calls a node whose readings may wait neither online nor silent', async () => {
    const alone = await PageAlone.open(browser, (action) => {
      const node = { ...ROW, ts: Date.now() - 3_600_000, state: 'unsure' };
      const answer = answerOf(action) as object;
      return action === 'nodes' ? { ...answer, nodes: [node] } : answer;
    });
    await alone.page.getByText('No se sabe').waitFor();
    await alone.close();
  });
});
