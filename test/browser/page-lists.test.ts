import assert from 'node:assert/strict';
import { until } from '../support/until';
import { AloneInBrowser } from './support/alone-in-browser';
import type { PageAlone } from './support/page-alone';
import { answerOf, ROW, TOPIC } from './support/page-answers';

const PAGE = 50;

describe('the pages of the list of nodes', function () {
  this.timeout(60_000);
  const pages = AloneInBrowser.forTests();
  let alone: PageAlone;
  let names: string[];
  let isLong: boolean;
  /** what the last question about nodes said */
  let asked: Record<string, unknown>;

  beforeEach(() => {
    names = Array.from({ length: 60 }, (_, n) => `n${String(n).padStart(2, '0')}`);
    isLong = false;
  });

  async function openFirst(name: string): Promise<void> {
    alone = await pages.open(answer);
    await begins(name);
  }

  async function openSecond(): Promise<void> {
    await openFirst('n00');
    await alone.page.getByRole('button', { name: 'Siguientes' }).click();
    await alone.page.getByRole('link', { name: 'n50', exact: true }).waitFor();
  }

  function answer(action: string, payload: Record<string, unknown>): object {
    const base = answerOf(action) as object;
    if (action !== 'nodes') return base;
    if (payload.nodo === undefined) asked = payload;
    const { after, offset = 0, search = '', descending = false } = payload;
    const found = names.filter((name) => name.startsWith(search as string));
    if (descending && !isLong) found.reverse();
    const begin = isLong && after !== undefined ? found.indexOf(after as string) + 1 : (offset as number);
    const shown = found.slice(begin, begin + PAGE);
    const nodes = shown.map((nodo) => ({ ...ROW, nodo }));
    const next = begin + PAGE < found.length ? shown.at(-1) : null;
    const total = names.length;
    const matching = found.length;
    return { ...base, nodes, total, matching, ...(isLong ? { next, isMore: true, silent: null } : {}) };
  }

  function press(name: string): Promise<void> {
    return alone.page.getByRole('button', { name }).click();
  }

  async function begins(name: string): Promise<void> {
    await alone.page.locator('tr[data-nodo]').first().getByRole('link', { name, exact: true }).waitFor();
  }

  it('stand in the address with search and order, and are there again after Back, a reload and in another browser', async () => {
    names = Array.from({ length: 300 }, (_, n) => `n${String(n).padStart(3, '0')}`);
    alone = await pages.open(answer, '#/host?buscar=n1&orden=-nodo&pagina=2');
    const { page } = alone;
    await begins('n149');
    await page.getByText('51 a 100 de 100').waitFor();
    const search = page.getByRole('searchbox', { name: 'Buscar un nodo' });
    assert.equal(await search.inputValue(), 'n1');
    await search.fill('n');
    await begins('n299');
    assert.equal(new URL(page.url()).hash, '#/host?buscar=n&orden=-nodo');
    await search.fill('');
    assert.equal(new URL(page.url()).hash, '#/host?orden=-nodo');
    await page.getByRole('columnheader', { name: 'Nodo' }).getByRole('button').click();
    await begins('n000');
    assert.equal(new URL(page.url()).hash, '#/host');
    await press('Siguientes');
    await begins('n050');
    await press('Siguientes');
    await begins('n100');
    await page.getByRole('link', { name: 'Ver n100' }).click();
    await page.getByRole('heading', { name: 'n100' }).waitFor();
    await page.goBack();
    await begins('n100');
    await page.reload();
    await begins('n100');
    const shared = await alone.context.newPage();
    await shared.goto(page.url());
    await shared.getByText('101 a 150 de 300').waitFor();
    await page.goBack();
    await begins('n050');
    await press('Anteriores');
    await begins('n000');
    await page.getByRole('columnheader', { name: 'Fecha' }).getByRole('button').click();
    await page.waitForURL(/orden=-fecha$/);
    await until('the order to be asked for', () => asked.sort === 'ts' && asked.descending === true);
  });

  it('are those of a long list as well: forth, back, from a link, and to its end, by name alone, and it says why', async () => {
    isLong = true;
    names = Array.from({ length: 5_220 }, (_, n) => `n${String(n).padStart(4, '0')}`);
    await openFirst('n0000');
    const { page } = alone;
    await page.getByText('solo por orden de nombre, porque').waitFor();
    assert.equal(await page.getByRole('columnheader').getByRole('button').count(), 0);
    assert.equal(await page.getByRole('checkbox', { name: 'Agrupar por topic' }).count(), 0);
    for (const begin of ['n0050', 'n0100', 'n0150']) {
      await press('Siguientes');
      await begins(begin);
      assert.equal('offset' in asked, false, 'the list is counted from its beginning');
    }
    await press('Anteriores');
    await begins('n0100');
    assert.equal(asked.after, 'n0099');
    await page.goBack();
    await begins('n0150');
    await page.reload();
    await begins('n0150');
    // Here nobody knows any more which names led here.
    await press('Anteriores');
    await begins('n0100');
    assert.equal(asked.offset, 100);
    await page.getByRole('searchbox', { name: 'Buscar un nodo' }).fill('n52');
    await begins('n5200');
    await page.goto(`${new URL(page.url()).origin}/#?pagina=105&tras=n5199`);
    await begins('n5200');
    assert.equal(await page.getByRole('button', { name: 'Siguientes' }).isDisabled(), true);
    await press('Anteriores');
    await begins('n0000');
  });

  it('begin anew where the page that is shown is gone', async () => {
    await openSecond();
    names = names.slice(0, 40);
    await alone.page.getByRole('link', { name: 'n00', exact: true }).waitFor();
  });

  it('begin anew where a long list has become short, and go on from there', async () => {
    isLong = true;
    await openSecond();
    isLong = false;
    await alone.page.getByRole('link', { name: 'n00', exact: true }).waitFor();
    await alone.page.getByRole('button', { name: 'Siguientes' }).click();
    await alone.page.getByRole('link', { name: 'n50', exact: true }).waitFor();
  });
});

describe('the lists of topics', function () {
  this.timeout(60_000);
  const pages = AloneInBrowser.forTests();
  const names = ['Prueba', 'Prueba.dlq', 'otro'];

  /** What each view with topics is, and where a topic stands in it. */
  const views = [
    ['topics', 'Buscar un topic', (name: string) => `tr[data-topic="${name}"]`],
    ['kafka', 'Buscar un topic o un grupo', (name: string) => `.card[data-topic="${name}"]`],
  ] as const;

  function answer(action: string, { search = '' }: Record<string, unknown>): unknown {
    if (action === 'topics')
      return { ...(answerOf(action) as object), topics: names.map((name) => ({ ...TOPIC, name })) };
    if (action !== 'inside') return answerOf(action);
    const found = names.filter((name) => name.toLowerCase().includes((search as string).toLowerCase()));
    const partitions = found.map((topic) => ({ topic, partition: 0, first: 0, next: 0, replicas: [] }));
    const page = { offset: 0, total: found.length };
    return { at: Date.now(), partitions, groups: [], problems: [], topicPage: page, groupPage: page };
  }

  for (const [view, label, place] of views) {
    it(`are filtered by what stands in the address, also after a reload (${view})`, async () => {
      const { page } = await pages.open(answer, `#/host?vista=${view}&filtro=dlq`);
      await page.locator(place('Prueba.dlq')).waitFor();
      assert.equal(await page.locator(place('otro')).count(), 0);
      const search = page.getByRole('searchbox', { name: label });
      assert.equal(await search.inputValue(), 'dlq');
      await search.fill('ot');
      await page.locator(place('otro')).waitFor();
      assert.equal(new URL(page.url()).hash, `#/host?vista=${view}&filtro=ot`);
      await page.reload();
      await page.locator(place('otro')).waitFor();
      assert.equal(await page.locator(place('Prueba.dlq')).count(), 0);
      await search.fill('');
      await page.locator(place('Prueba')).waitFor();
      assert.equal(new URL(page.url()).hash, `#/host?vista=${view}`);
    });
  }

  it('keep what they are filtered by when a topic is opened and closed', async () => {
    const { page } = await pages.open(answer, '#?vista=topics&filtro=dlq');
    const open = page.getByRole('button', { name: 'Prueba.dlq' });
    await open.click();
    await page.locator('td.inside').waitFor();
    assert.equal(new URL(page.url()).hash, '#?vista=topics&topic=Prueba.dlq&filtro=dlq');
    await open.click();
    await page.locator('td.inside').waitFor({ state: 'detached' });
    assert.equal(new URL(page.url()).hash, '#?vista=topics&filtro=dlq');
  });
});
