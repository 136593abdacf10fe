import assert from 'node:assert/strict';
import { toCsv } from '../../../../nodes/topic-catalog/page/csv';
import { SeriesModel } from '../../../../nodes/topic-catalog/page/series-model';

const FOR_PROGRAMS = { locale: undefined, mean: 'mean', min: 'min', max: 'max' };
const SPANISH = { locale: 'es-CO', mean: 'media', min: 'mín', max: 'máx' };
const NOON = new Date(2026, 10, 24, 12).getTime();

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

  it('open in the columns of a Spanish spreadsheet with its decimal comma and the time on the wall', () => {
    const text = toCsv(model([NOON, NOON + 1_000], { h: [1.5, null], t: [-2.25, 3] }), ['h', 't'], SPANISH);
    assert.equal(text, 'fecha;h;t\r\n2026-11-24 12:00:00;1,5;-2,25\r\n2026-11-24 12:00:01;;3\r\n');
  });

  it('have the decimal point of Mexico, and then commas between the columns', () => {
    const text = toCsv(model([NOON], { h: [1.5] }), ['h'], { ...SPANISH, locale: 'es-MX' });
    assert.equal(text, 'fecha,h\r\n2026-11-24 12:00:00,1.5\r\n');
  });

  it('have milliseconds where readings share a second', () => {
    const text = toCsv(model([NOON, NOON + 250], { h: [1, 2] }), ['h'], SPANISH);
    assert.equal(text, 'fecha;h\r\n2026-11-24 12:00:00,000;1\r\n2026-11-24 12:00:00,250;2\r\n');
  });

  it('have mean, least and greatest of each point of a long range', () => {
    const folded = model([NOON], { h: [1.5] }, 60_000);
    assert.match(toCsv(folded, ['h'], SPANISH), /^fecha;h media;h mín;h máx\r\n[^;]+;1,5;1,5;1,5\r\n$/);
  });

  it('hold no name that a spreadsheet runs, or takes for two', () => {
    const names = ['a "b", c', 'd;e', '=cmd()'];
    const columns = Object.fromEntries(names.map((name) => [name, [-1]]));
    const header = (style: typeof SPANISH | typeof FOR_PROGRAMS): string =>
      toCsv(model([NOON], columns), names, style).split('\r\n')[0]!;
    assert.equal(header(FOR_PROGRAMS), 'ts,"a ""b"", c",d;e,\'=cmd()');
    assert.equal(header(SPANISH), 'fecha;"a ""b"", c";"d;e";\'=cmd()');
  });
});
