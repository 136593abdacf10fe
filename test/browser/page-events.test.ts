import assert from 'node:assert/strict';
import type { Browser } from 'playwright-core';
import type { NodeEvent } from '../../nodes/topic-catalog/contract';
import { launchBrowser } from '../support/browser';
import { PageAlone } from './support/page-alone';
import { answerOf } from './support/page-answers';

const AT = Date.now();
const event = (id: number, at: number, nodo: string): NodeEvent => ({
  id,
  at,
  kind: 'silent',
  nodo,
  topic: 't',
  variables: [],
});

describe('the list of events', function () {
  this.timeout(60_000);
  let browser: Browser;
  let alone: PageAlone;

  before(async () => {
    browser = await launchBrowser();
  });

  afterEach(async () => {
    await alone.close();
    assert.deepEqual(alone.alarms, []);
  });

  after(() => browser?.close());

  it('has each event once, also one that the answer had before it was told of', async () => {
    const events = [event(2, AT, 'norte'), event(1, AT - 1_000, 'sur')];
    const answer = (action: string): object =>
      action === 'events' ? { at: Date.now(), events } : (answerOf(action) as object);
    alone = await PageAlone.open(browser, answer, '#?vista=sucesos');
    const rows = alone.page.getByRole('row');
    await rows.nth(1).waitFor();
    // The third is of another start of Node-RED, which counts from 1 again.
    const told = [event(2, AT, 'norte'), event(1, AT + 1_000, 'este')];
    await alone.tell({ at: Date.now(), readings: [], skipped: 0, events: told });
    await alone.page.getByRole('link', { name: 'este' }).waitFor();
    assert.deepEqual(await rows.getByRole('link').allInnerTexts(), ['este', 'norte', 'sur']);
  });

  it('does not say of a note on what is planned how long ago it was', async () => {
    const note = { nodo: 'norte', to: null, written: AT };
    const notes = [
      { ...note, id: 'a', from: AT + 86_400_000, text: 'revisión' },
      { ...note, id: 'b', from: AT - 7_200_000, text: 'lluvia' },
    ];
    const answer = (action: string): object =>
      action === 'events' ? { at: Date.now(), events: [], notes } : (answerOf(action) as object);
    alone = await PageAlone.open(browser, answer, '#?vista=sucesos');
    const row = (text: string) => alone.page.getByRole('row').filter({ hasText: text });
    await row('lluvia').getByText('hace 2 h').waitFor();
    assert.equal(await row('revisión').getByText('hace').count(), 0);
  });
});
