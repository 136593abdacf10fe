import assert from 'node:assert/strict';
import { csvFile, csvLocale, joinedCsv, toCsv } from '../../../../nodes/topic-catalog/page/csv';
import { SeriesModel } from '../../../../nodes/topic-catalog/page/series-model';

const FOR_PROGRAMS = { locale: undefined, mean: 'mean', min: 'min', max: 'max' };
const SPANISH = { locale: 'es-CO', mean: 'media', min: 'mín', max: 'máx' };
const NOON = new Date(2026, 10, 24, 12).getTime();
const UTC = new Date(NOON).toISOString();
const UTC_LATER = new Date(NOON + 1_000).toISOString();

const NO_SUMMARY = { n: 0, min: null, mean: null, max: null };
const ABOUT = {
  at: NOON,
  nodo: 'n',
  known: true,
  topic: 'Prueba',
  last: null,
  from: NOON,
  to: NOON,
  readings: 2,
  newestId: null,
  bucketMs: 0,
};

/** @param columns the values of each variable at `times`, or its folds where there is a width */
function model(times: number[], columns: Record<string, (number | null)[]>, bucketMs = 0): SeriesModel {
  const answer = {
    at: NOON,
    nodo: 'n',
    known: true,
    topic: 'Prueba',
    last: null,
    from: times[0]!,
    to: times.at(-1)!,
    readings: times.length,
    newestId: null,
    bucketMs,
    times,
    columns: Object.entries(columns).map(([name, mean]) => ({
      name,
      mean,
      summary: { n: 0, min: null, mean: null, max: null },
    })),
  };
  return new SeriesModel(answer, { kind: 'all' });
}

describe('readings downloaded as CSV', () => {
  it('have decimal points, commas and times in ISO 8601 on an English page', () => {
    const text = toCsv(model([0, 1_000], { h: [1.5, null], t: [-2, 1e-7] }), ['h', 't'], FOR_PROGRAMS);
    assert.equal(text, 'ts,h,t\r\n1970-01-01T00:00:00.000Z,1.5,-2\r\n1970-01-01T00:00:01.000Z,,1e-7\r\n');
  });

  it('of several nodes are one table in the order of time', () => {
    const parts = [
      { model: model([0, 2_000], { t: [1, 2] }), variable: 't', heading: 'a t' },
      { model: model([1_000, 2_000], { t: [3, 4] }, 1_000), variable: 't', heading: 'b t' },
    ];
    assert.deepEqual(joinedCsv(parts, FOR_PROGRAMS).trim().split('\r\n'), [
      'ts,a t,b t mean,b t min,b t max',
      '1970-01-01T00:00:00.000Z,1,,,',
      '1970-01-01T00:00:01.000Z,,3,3,3',
      '1970-01-01T00:00:02.000Z,2,4,4,4',
    ]);
  });

  it('open in the columns of a Spanish spreadsheet with its decimal comma and the time on the wall', () => {
    const text = toCsv(model([NOON, NOON + 1_000], { h: [1.5, null], t: [-2.25, 3] }), ['h', 't'], SPANISH);
    assert.equal(
      text,
      `fecha;ts (UTC);h;t\r\n2026-11-24 12:00:00;${UTC};1,5;-2,25\r\n2026-11-24 12:00:01;${UTC_LATER};;3\r\n`,
    );
  });

  it('have the decimal point of Mexico, and then commas between the columns', () => {
    const text = toCsv(model([NOON], { h: [1.5] }), ['h'], { ...SPANISH, locale: 'es-MX' });
    assert.equal(text, `fecha,ts (UTC),h\r\n2026-11-24 12:00:00,${UTC},1.5\r\n`);
  });

  it('have milliseconds where readings share a second', () => {
    const lines = toCsv(model([NOON, NOON + 250], { h: [1, 2] }), ['h'], SPANISH).split('\r\n');
    assert.deepEqual(
      lines.slice(1, 3).map((line) => line.split(';')[0]),
      ['2026-11-24 12:00:00,000', '2026-11-24 12:00:00,250'],
    );
  });

  it('have mean, least and greatest of each point of a long range', () => {
    const folded = model([NOON], { h: [1.5] }, 60_000);
    assert.match(
      toCsv(folded, ['h'], SPANISH),
      /^fecha;ts \(UTC\);h media;h mín;h máx\r\n[^;]+;[^;]+;1,5;1,5;1,5\r\n$/,
    );
  });

  it('have what was sent where that was no number', () => {
    const sent = new SeriesModel(
      {
        ...ABOUT,
        times: [NOON, NOON + 1_000],
        columns: [
          { name: 'estado', mean: [null, null], summary: NO_SUMMARY, states: ['OK', 'FALLA; otra vez'] },
          { name: 'puerta', mean: [1, 0], summary: NO_SUMMARY, isBoolean: true },
        ],
      },
      { kind: 'all' },
    );
    assert.deepEqual(toCsv(sent, ['estado', 'puerta'], SPANISH).split('\r\n').slice(0, 3), [
      'fecha;ts (UTC);estado;puerta',
      `2026-11-24 12:00:00;${UTC};OK;true`,
      `2026-11-24 12:00:01;${UTC_LATER};"FALLA; otra vez";false`,
    ]);
  });

  it('are written as the reader writes, whatever of the two languages the page has for him', () => {
    assert.equal(csvLocale('es', ['es-CO', 'en']), 'es-CO');
    assert.equal(csvLocale('es', ['en-US']), 'es');
    assert.equal(csvLocale('en', ['pt-BR', 'en']), 'pt-BR');
    assert.equal(csvLocale('en', ['es-CO']), undefined);
    assert.equal(csvLocale('en', ['en-GB', 'de']), undefined);
    const [header] = toCsv(model([NOON], { h: [1.5] }), ['h'], { ...SPANISH, locale: 'pt-BR' }).split('\r\n');
    assert.equal(header, 'fecha;ts (UTC);h');
  });

  it('have the decimal sign that belongs to their digits, also for who writes others', () => {
    for (const locale of ['fa-IR', 'ar-EG', 'mr-IN', 'my-MM']) {
      const text = toCsv(model([NOON], { h: [1.5] }), ['h'], { ...SPANISH, locale });
      assert.match(text, /^[^\r]*\r\n[^\r]*(?:,1\.5|;1,5)\r\n$/, locale);
    }
  });

  it('are written for the next language of a browser whose first one is no language tag', () => {
    assert.equal(csvLocale('en', ['de-DE@euro', 'de']), 'de');
    assert.equal(csvLocale('en', ['C.UTF-8']), undefined);
  });

  it('hold no name that a spreadsheet runs, or takes for two', () => {
    const names = ['a "b", c', 'd;e', '=cmd()'];
    const columns = Object.fromEntries(names.map((name) => [name, [-1]]));
    const header = (style: typeof SPANISH | typeof FOR_PROGRAMS): string =>
      toCsv(model([NOON], columns), names, style).split('\r\n')[0]!;
    assert.equal(header(FOR_PROGRAMS), 'ts,"a ""b"", c",d;e,\'=cmd()');
    assert.equal(header(SPANISH), 'fecha;ts (UTC);"a ""b"", c";"d;e";\'=cmd()');
  });

  it('hold no formula behind what another spreadsheet has between columns', () => {
    const line = (text: string): string => csvFile(undefined).line([text]).trimEnd();
    for (const [text, written] of [
      ['a;=cmd()', "a;'=cmd()"],
      ['a;=cmd();b', "a;'=cmd();b"],
      ['a,@SUM(1)', `"a,'@SUM(1)"`],
      ['a\t+cmd', "a\t'+cmd"],
      ['a\n-cmd', `"a\n'-cmd"`],
      ['\t=cmd()', "'\t'=cmd()"],
      ['\n=cmd()', `"'\n'=cmd()"`],
      ['＝cmd()', "'＝cmd()"],
      ['x=1; y = 2', 'x=1; y = 2'],
      ['a;-5;+1.5e3', 'a;-5;+1.5e3'],
      ['-1,5', '"-1,5"'],
    ] as const)
      assert.equal(line(text), written, JSON.stringify(text));
  });

  it('have above their columns what is set on the page', () => {
    const heading = (name: string): string => `${name.toUpperCase()} (lx)`;
    const [header] = toCsv(model([0], { luz: [1] }), ['luz'], { ...FOR_PROGRAMS, heading }).split('\r\n');
    assert.equal(header, 'ts,LUZ (lx)');
    const [folded] = toCsv(model([0], { luz: [1] }, 60_000), ['luz'], { ...FOR_PROGRAMS, heading }).split(
      '\r\n',
    );
    assert.match(folded!, /^ts,LUZ \(lx\)/);
  });
});
