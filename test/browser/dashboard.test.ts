import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import type { MongoClient } from 'mongodb';
import { ObjectId } from 'mongodb';
import { until } from '../support/until';
import type { DashboardHost } from './support/dashboard-host';
import type { DashboardPage } from './support/dashboard-page';
import { HostedDashboards } from './support/hosted-dashboards';

const READING = { humedad: 60, temperatura: 26, sensacion: 26.92732, radiacion: 1997.07 };
const HOSTILE = [
  '<img src=x onerror=alert(1)>',
  '{{7*7}}',
  '{{constructor.constructor("alert(2)")()}}',
  '"><script>alert(3)</script>',
  "a&b=c?d#e%20f+g'h",
  '\u202Eodon-lasrever',
  '🌡️ estación '.repeat(12).trim(),
];

describe('the dashboard in the classic dashboard', function () {
  this.timeout(120_000);
  const hosted = HostedDashboards.forTests();
  let host: DashboardHost;
  let client: MongoClient;

  before(() => void ({ host, client } = hosted));

  const open = (...place: Parameters<HostedDashboards['open']>): Promise<DashboardPage> =>
    hosted.open(...place);

  it('says what will come while there is nothing yet, and shows the first node without a reload', async () => {
    const page = await open();
    await page.page.getByText('Todavía no hay nodos').waitFor();
    await page.screenshot('empty');
    await host.send('comuna_15', READING);
    await page.row('comuna_15').waitFor();
  });

  it('lists Nodo, Fecha and Acciones, and opens a node with Ver: a chart for each variable, with names and units', async () => {
    await host.send('comuna_15', READING);
    const page = await open();
    await page.row('comuna_15').waitFor();
    const headings = await page.page.getByRole('columnheader').allInnerTexts();
    assert.deepEqual(
      headings.map((text) => text.replace(/[↑↓]/, '').trim()),
      ['Nodo', 'Fecha', 'Últimos valores', 'Acciones'],
    );
    // The room for a name is least beside a sparkline, which takes two readings.
    await host.send('comuna_15', READING);
    await page.row('comuna_15').locator('.values svg').nth(3).waitFor();
    assert.deepEqual(await page.cut(), []);
    await page.row('comuna_15').getByRole('link', { name: 'Ver comuna_15' }).click();
    await page.page.getByRole('heading', { name: 'comuna_15' }).waitFor();
    await page.value('Radiación').waitFor();
    const cards = await page.page.locator('skm-chart-card h2').allInnerTexts();
    assert.deepEqual(cards, ['Radiación', 'Temperatura', 'Humedad relativa', 'Sensación térmica']);
    const values = await page.page.locator('skm-chart-card .value').allInnerTexts();
    assert.deepEqual(
      values.map((text) => text.replace(/\s+/g, ' ').trim()),
      ['1.997,07 mV', '26 °C', '60 %', '26,93 °C'],
    );
    await page.screenshot('node');
  });

  it('shows a new reading in under a second, in the chart that is already there', async () => {
    await host.send('vivo', { humedad: 10 });
    const page = await open('#!/0?nodo=vivo');
    await page.sees('Humedad relativa', '10');
    await page.page.evaluate(() => Object.assign(window, { sameDocument: true }));
    const canvas = await page.card('Humedad relativa').locator('canvas').elementHandle();
    const delays: number[] = [];
    for (const humedad of [11, 12, 13, 14]) {
      const begun = performance.now();
      await host.send('vivo', { humedad });
      await page.sees('Humedad relativa', String(humedad));
      delays.push(performance.now() - begun);
    }
    console.log(`      from Kafka to the page: ${delays.map(Math.round).join(', ')} ms`);
    assert.ok(Math.min(...delays) < 1_000);
    assert.deepEqual(await page.points('Humedad relativa'), [10, 11, 12, 13, 14]);
    assert.ok(await page.page.evaluate(() => 'sameDocument' in window), 'the page was loaded again');
    assert.ok(await canvas?.evaluate((element) => element.isConnected), 'the chart was made anew');
  });

  it('keeps the last ten, whatever has been sent', async () => {
    for (let humedad = 0; humedad < 13; humedad++) await host.send('diez', { humedad });
    const page = await open('#!/0?nodo=diez');
    await page.sees('Humedad relativa', '12');
    assert.deepEqual(await page.points('Humedad relativa'), [3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
    await host.send('diez', { humedad: 13 });
    await page.sees('Humedad relativa', '13');
    assert.deepEqual(await page.points('Humedad relativa'), [4, 5, 6, 7, 8, 9, 10, 11, 12, 13]);
  });

  it('shows two browsers two nodes at the same time, each its own', async () => {
    await host.send('uno', { humedad: 1 });
    await host.send('dos', { humedad: 2 });
    const [one, two] = await Promise.all([open('#!/0?nodo=uno'), open('#!/0?nodo=dos')]);
    await Promise.all([one.sees('Humedad relativa', '1'), two.sees('Humedad relativa', '2')]);
    for (let round = 1; round <= 3; round++) {
      await Promise.all([
        host.send('uno', { humedad: 10 + round }),
        host.send('dos', { humedad: 20 + round }),
      ]);
    }
    await Promise.all([one.sees('Humedad relativa', '13'), two.sees('Humedad relativa', '23')]);
    await Promise.all([one.chooseRange('24 h'), two.chooseRange('1 h')]);
    assert.deepEqual(await one.points('Humedad relativa'), [1, 11, 12, 13]);
    assert.deepEqual(await two.points('Humedad relativa'), [2, 21, 22, 23]);
  });

  it('takes every name and value as a text, in every view', async () => {
    for (const nodo of HOSTILE) {
      await host.send(nodo, {
        humedad: 1,
        '<b onclick=alert(4)>luz</b>': 2,
        '{{7*6}}': 3,
        __proto__x: 4,
        nota: '<img src=x onerror=alert(5)>',
      });
    }
    const page = await open();
    for (const nodo of HOSTILE) {
      await page.row(nodo).waitFor();
      await page
        .row(nodo)
        .getByRole('link', { name: `Ver ${nodo}` })
        .click();
      await page.page.getByRole('heading', { name: nodo, exact: true }).waitFor();
      await page.sees('{{7*6}}', '3');
      await page.sees('<b onclick=alert(4)>luz</b>', '2');
      await page.page.reload();
      await page.page.getByRole('heading', { name: nodo, exact: true }).waitFor();
      await page.sees('{{7*6}}', '3');
      await page.page.goBack();
    }
    await page.page.getByRole('link', { name: 'En vivo' }).click();
    await page.page.getByText('Esperando la próxima lectura…').waitFor();
    for (const nodo of HOSTILE) await host.send(nodo, { humedad: null, '<b>luz</b>': null });
    for (const nodo of HOSTILE) await page.page.getByRole('link', { name: nodo, exact: true }).waitFor();
    await page.page.getByRole('link', { name: 'Sucesos' }).click();
    for (const nodo of HOSTILE)
      await page.page.getByRole('link', { name: nodo, exact: true }).first().waitFor();
    const text = await page.page.locator('serial-kafka-mongo-dashboard').innerText();
    assert.ok(!/\b(42|49)\b/.test(text), 'an expression was evaluated');
    await page.screenshot('hostile');
  });

  it('speaks the language of the browser, and the one that was chosen from then on', async () => {
    await host.send('comuna_15', READING);
    const page = await open('', { locale: 'en-GB' });
    await page.page.getByRole('heading', { name: 'Nodes' }).waitFor();
    await page.page.getByRole('button', { name: 'Español' }).click();
    await page.page.getByRole('heading', { name: 'Nodos' }).waitFor();
    await page.page.reload();
    await page.page.getByRole('heading', { name: 'Nodos' }).waitFor();
    const other = await open('', { locale: 'fr-FR' });
    await other.page.getByRole('heading', { name: 'Nodes' }).waitFor();
  });

  it('fits a phone: nothing is wider than the window in any view', async () => {
    await host.send('comuna_15', READING);
    await host.send(HOSTILE[6]!, READING);
    const phone = { viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true };
    for (const [name, fragment, shown] of [
      ['nodes', '', 'tr[data-nodo]'],
      ['node', '#!/0?nodo=comuna_15', 'skm-chart canvas'],
      [
        'range',
        '#!/0?nodo=comuna_15&desde=2026-11-24T10:00:00Z&hasta=2026-11-25T10:00:00Z',
        '.blank, canvas',
      ],
      ['compare', '#!/0?vista=comparar&serie=comuna_15:humedad', 'skm-compare-chart canvas'],
      ['topics', `#!/0?vista=topics&topic=${host.topicName}`, 'td.inside tr[data-nodo]'],
      ['live', '#!/0?vista=vivo', 'ol li'],
      ['kafka', '#!/0?vista=kafka', 'skm-inside .partition'],
      ['events', '#!/0?vista=sucesos', 'main .card'],
    ] as const) {
      const page = await open(fragment, phone);
      await page.page.locator('.pulse.live').waitFor();
      await host.send('comuna_15', READING);
      await page.page.locator(shown).first().waitFor();
      await page.screenshot(`phone-${name}`);
      assert.ok((await page.overflow()) <= 0, `${name} is ${await page.overflow()} px too wide`);
    }
  });

  it('keeps node and range in the address: links, reload and the back button lead to what was seen', async () => {
    await host.send('comuna_15', READING);
    const page = await open();
    await page.row('comuna_15').getByRole('link', { name: 'Ver comuna_15' }).click();
    await page.chooseRange('7 días');
    assert.equal(new URL(page.page.url()).hash, '#!/0?nodo=comuna_15&rango=7d');
    const link = await open(new URL(page.page.url()).hash);
    await link.page.getByRole('radio', { name: '7 días', checked: true }).waitFor({ state: 'attached' });
    await page.page.reload();
    await page.page.getByRole('radio', { name: '7 días', checked: true }).waitFor({ state: 'attached' });
    await page.page.goBack();
    await page.page.getByRole('radio', { name: 'Últimas 10', checked: true }).waitFor({ state: 'attached' });
    await page.page.goBack();
    await page.row('comuna_15').waitFor();
    await page.page.goForward();
    await page.page.getByRole('heading', { name: 'comuna_15' }).waitFor();
  });

  it('zooms in by dragging over a chart, and out again', async () => {
    const begun = Date.now() - 10_000;
    for (let n = 0; n < 10; n++) await host.send('lupa', { humedad: n }, begun + n * 1_000);
    const page = await open('#!/0?nodo=lupa');
    await page.sees('Humedad relativa', '9');
    const chart = page.card('Humedad relativa').locator('.u-over');
    const box = (await chart.boundingBox())!;
    await page.page.mouse.move(box.x + box.width * 0.35, box.y + 50);
    await page.page.mouse.down();
    await page.page.mouse.move(box.x + box.width * 0.8, box.y + 60, { steps: 5 });
    await page.page.mouse.up();
    await until('the range in the address', () => /desde=.*hasta=/.test(page.page.url()));
    await page.page.locator('.charts[aria-busy=false]').waitFor();
    const points = await page.points('Humedad relativa');
    assert.ok(points.length > 1 && points.length < 10, `${points.length} points`);
    await page.page.getByTitle('Quitar el intervalo elegido').click();
    await until('all points', async () => (await page.points('Humedad relativa')).length === 10);
  });

  it('writes different times under readings of the same second', async () => {
    const now = Date.now();
    for (let n = 0; n < 10; n++) await host.send('veloz', { humedad: n }, now + n * 40);
    const page = await open('#!/0?nodo=veloz');
    await page.sees('Humedad relativa', '9');
    const labels = await page.timeLabels('Humedad relativa');
    assert.ok(labels.length > 2, labels.join());
    assert.equal(new Set(labels).size, labels.length, labels.join());
    for (const label of labels) assert.match(label, /^\d\d:\d\d:\d\d(,\d{1,3})?$/);
  });

  it('gives a long number the room that it needs, beside a chart and above it', async () => {
    await host.send('largo', { presion_en_el_fondo: 123456789.25 });
    for (const width of [360, 470, 900, 1280]) {
      const page = await open('#!/0?nodo=largo', { viewport: { width, height: 800 } });
      const card = page.card('presion_en_el_fondo');
      await card.locator('canvas').waitFor();
      assert.ok((await page.overflow()) <= 0, `${await page.overflow()} px too wide at ${width}`);
      const [value, summary] = await Promise.all([
        card.locator('.value small').boundingBox(),
        card.locator('dl').boundingBox(),
      ]);
      assert.ok(value && summary);
      const beside = value.x + value.width <= summary.x;
      const above = value.y + value.height <= summary.y;
      assert.ok(beside || above, `the unit lies over the summary at ${width}`);
    }
  });

  it('points at the same time in all charts, and says what stood there', async () => {
    for (const humedad of [1, 2, 3]) await host.send('cruz', { humedad, temperatura: humedad * 10 });
    const page = await open('#!/0?nodo=cruz');
    await page.sees('Humedad relativa', '3');
    const box = (await page.card('Humedad relativa').locator('.u-over').boundingBox())!;
    await page.page.mouse.move(box.x + 3, box.y + 40);
    await page.sees('Humedad relativa', '1');
    await page.sees('Temperatura', '10');
    assert.match(await page.value('Temperatura').innerText(), /\d\d:\d\d:\d\d/);
    await page.page.mouse.move(box.x + 3, box.y - 200);
    await page.sees('Temperatura', '30');
  });

  it('shows a range from one time to another that was typed in', async () => {
    for (const humedad of [1, 2, 3]) await host.send('fechas', { humedad });
    const page = await open('#!/0?nodo=fechas');
    await page.sees('Humedad relativa', '3');
    await page.page.getByRole('button', { name: 'Desde – hasta' }).click();
    const [from, to] = ['Desde', 'Hasta'].map((name) => page.page.getByLabel(name, { exact: true }));
    await from!.fill('2020-01-02T00:00:00');
    await to!.fill('2020-01-01T00:00:00');
    await page.page.getByRole('button', { name: 'Mostrar' }).click();
    assert.equal(
      await to!.evaluate((field: HTMLInputElement) => field.validationMessage),
      'Tiene que ser después de «Desde».',
    );
    await from!.fill('2020-01-01T00:00:00');
    await to!.fill('2020-01-02T00:00:00');
    await page.page.getByRole('button', { name: 'Mostrar' }).click();
    await page.page.getByText('No hay lecturas en este intervalo').waitFor();
    assert.match(page.page.url(), /desde=2020-01-01T05:00:00.000Z&hasta=2020-01-02T05:00:00.000Z/);
  });

  it('says that two boards may have one name where readings come from two topics', async () => {
    const db = client.db(host.topicName);
    const now = Date.now() - 1_000;
    const readings = ['patio', 'techo', 'patio'].map((topic, n) => {
      return { _id: new ObjectId(), nodo: 'gemelos', topic, ts: new Date(now + n), humedad: n };
    });
    await db.collection<{ _id: ObjectId }>('datos').insertMany(readings);
    await db
      .collection('nodos')
      .insertOne({ nodo: 'gemelos', fecha: new Date(now).toISOString().slice(0, 10) });
    const page = await open();
    await page.row('gemelos').getByText('patio, techo').waitFor();
    await page.row('gemelos').getByRole('link', { name: 'Ver gemelos' }).click();
    await page.page.getByText('de varios topics a la vez: patio, techo. Puede que dos placas').waitFor();
    await page.page.getByRole('button', { name: 'English' }).click();
    await page.page.getByText('from several topics at once: patio, techo. Two boards may').waitFor();
    await page.page.getByRole('button', { name: 'Español' }).click();
  });

  it('goes from one node to another with nothing of the first: neither its dates to choose nor its readings', async () => {
    await host.send('antes', { humedad: 1 });
    await host.send('despues', { humedad: 2 });
    const page = await open('#!/0?nodo=antes');
    await page.sees('Humedad relativa', '1');
    await host.send('antes', { humedad: 3 });
    await page.sees('Humedad relativa', '3');
    await page.page.getByRole('button', { name: 'Desde – hasta' }).click();
    await page.page.getByLabel('Desde').waitFor();
    await page.page.evaluate(() => (location.hash = '#!/0?nodo=despues'));
    await page.sees('Humedad relativa', '2');
    assert.deepEqual(await page.points('Humedad relativa'), [2]);
    assert.equal(await page.page.getByLabel('Desde').count(), 0);
  });

  it('has the two dates to choose below each other on a phone, both of one width', async () => {
    await host.send('fechas', { humedad: 1 });
    const page = await open('#!/0?nodo=fechas', { viewport: { width: 390, height: 844 } });
    await page.page.getByRole('button', { name: 'Desde – hasta' }).click();
    const [from, to] = await Promise.all(
      ['Desde', 'Hasta'].map((name) => page.page.getByLabel(name, { exact: true }).boundingBox()),
    );
    assert.ok(from && to);
    assert.deepEqual([from.x, from.width], [to.x, to.width]);
    assert.ok(from.y + from.height <= to.y);
  });

  it('writes very large and very small numbers so that they fit', async () => {
    await host.send('extremo', { mucho: 1.5e21, poco: -0.00001234, lejos: -123456789012.25 });
    for (const width of [360, 1280]) {
      const page = await open('', { viewport: { width, height: 800 } });
      await page.row('extremo').waitFor();
      assert.match(await page.row('extremo').innerText(), /-123,5\smil\sM[^]*1,5E21[^]*-1,23E-5/);
      await page.row('extremo').getByRole('link', { name: 'Ver extremo' }).click();
      await page.sees('mucho', '1,5E21');
      assert.ok((await page.overflow()) <= 0, `${await page.overflow()} px too wide at ${width}`);
    }
  });

  it('hands out what is shown as CSV and as pictures', async () => {
    for (const humedad of [1, null, 3.5]) await host.send('a/b <c>', { humedad });
    const page = await open('#!/0?nodo=a%2Fb%20%3Cc%3E');
    await page.sees('Humedad relativa', '3,5');
    const [csv] = await Promise.all([
      page.page.waitForEvent('download'),
      page.page.getByRole('button', { name: 'Descargar CSV' }).click(),
    ]);
    assert.equal(csv.suggestedFilename(), 'a_b_c_.csv');
    const text = await readFile(await csv.path(), 'utf8');
    assert.match(
      text,
      /^\uFEFFfecha;ts \(UTC\);humedad\r\n(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d[,\d]*;[\dT:.-]+Z;(1|3,5|)\r\n){3}$/,
      'a Spanish spreadsheet would not put this into its columns',
    );
    await page.page.getByRole('button', { name: 'English' }).click();
    const [english] = await Promise.all([
      page.page.waitForEvent('download'),
      page.page.getByRole('button', { name: 'Download CSV' }).click(),
    ]);
    const lines = (await readFile(await english.path(), 'utf8')).trim().split('\r\n');
    assert.deepEqual(
      lines.map((line) => line.replace(/^[\dT:.-]+Z,/, '')),
      ['ts,humedad', '1', '', '3.5'],
    );
    await page.page.getByRole('button', { name: 'Español' }).click();
    const [picture] = await Promise.all([
      page.page.waitForEvent('download'),
      page.page.getByRole('button', { name: 'Descargar imagen: Humedad relativa' }).click(),
    ]);
    const bytes = await readFile(await picture.path());
    assert.equal(bytes.subarray(1, 4).toString(), 'PNG');
  });

  it('draws a gap where a sensor did not answer, and says so', async () => {
    for (const temperatura of [20, null, 22]) await host.send('roto', { temperatura });
    const page = await open('#!/0?nodo=roto');
    await page.sees('Temperatura', '22');
    assert.deepEqual(await page.points('Temperatura'), [20, null, 22]);
    await host.send('roto', { temperatura: null });
    await page.sees('Temperatura', 'El sensor no responde');
  });

  it('shows a topic with its partitions, lag and nodes, and its readings live with a pause', async () => {
    await host.send('comuna_15', READING);
    const page = await open('#!/0?vista=topics');
    await page.page.locator(`tr.topic[data-topic="${host.topicName}"]`).click();
    await page.row('comuna_15').waitFor();
    await page.page.getByText('Próximo offset').waitFor();
    await page.page.getByText(/^KRaft · 1 broker · /).waitFor();
    assert.deepEqual(await page.cut(), []);
    const opened = page.page.locator(`tr.topic[data-topic="${host.topicName}"]`);
    assert.match(await opened.locator('td[data-label="Tamaño"]').innerText(), /^[\d,]+ kB$/);
    assert.match(await opened.locator('td[data-label="Última escritura"]').innerText(), /^hace \d+ s$/);
    assert.equal(await page.page.locator('tr[data-topic^="__"]').count(), 0, 'internal topics are hidden');
    await page.page.getByLabel('Mostrar los internos').check();
    await page.page.locator('tr[data-topic="__consumer_offsets"]').waitFor();
    await page.screenshot('topics');
    await page.page.getByRole('link', { name: 'Ver en vivo' }).click();
    await host.send('tren', { humedad: 1 });
    await page.page.getByRole('link', { name: 'tren' }).waitFor();
    await page.page.getByRole('button', { name: 'Pausa' }).click();
    await host.send('barco', { humedad: 1 });
    await page.page.getByText('En pausa: 1 lectura nueva').waitFor();
    assert.equal(await page.page.getByRole('link', { name: 'barco' }).count(), 0);
    await page.page.getByRole('button', { name: 'Seguir' }).click();
    assert.match(await page.page.locator('ol li').first().innerText(), /barco/);
    await page.screenshot('live');
  });

  it('groups the nodes by topic', async () => {
    await host.send('comuna_15', READING);
    const page = await open();
    await page.page.getByLabel('Agrupar por topic').check();
    await page.page.getByRole('rowheader', { name: host.topicName, exact: true }).waitFor();
    await page.row('comuna_15').waitFor();
    await page.page.getByLabel('Agrupar por topic').uncheck();
    await page.page.getByRole('rowheader').waitFor({ state: 'detached' });
  });

  it('lists the nodes that fall silent, come back, and whose sensor fails', async () => {
    for (let n = 0; n < 3; n++) await host.send('callado', { humedad: 1 });
    const page = await open('#!/0?vista=sucesos');
    await host.send('callado', { humedad: null });
    const event = (text: string) =>
      page.page
        .getByRole('row')
        .filter({ hasText: 'callado' })
        .filter({ hasText: text })
        .waitFor({ timeout: 30_000 });
    await event('Sensor sin respuesta');
    await event('Dejó de enviar');
    await host.send('callado', { humedad: 2 });
    await event('Sensor responde de nuevo');
    await event('Volvió a enviar');
    await page.screenshot('events');
  });
});
