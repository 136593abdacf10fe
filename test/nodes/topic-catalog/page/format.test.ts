import assert from 'node:assert/strict';
import { Format, localeOf } from '../../../../nodes/topic-catalog/page/format';
import { TEXTS } from '../../../../nodes/topic-catalog/page/texts';
import { Variables } from '../../../../nodes/topic-catalog/page/variables';

const SECOND = 1_000;
const DAY = 86_400_000;

describe('numbers, times and names on the page', () => {
  it('are those of the language, in the variant of the browser', () => {
    assert.equal(localeOf('es', ['en-US', 'es-CO']), 'es-CO');
    assert.equal(localeOf('en', ['es-CO']), 'en');
    assert.equal(localeOf('en', ['en-US@posix']), 'en');
    assert.equal(localeOf('en', ['en-US@posix', 'en-GB']), 'en-GB');
    assert.equal(new Format('es-CO').number(1997.07), '1.997,07');
    assert.equal(new Format('en').number(26.92732), '26.93');
    assert.equal(new Format('en').number(0.000123456), '0.000123');
    assert.equal(new Format('en').number(0), '0');
    assert.equal(new Format('en').brief(1997.07), '1,997');
    assert.equal(new Format('en').brief(590.8203), '590.8');
    assert.equal(new Format('en').count(12_345_678), '12.3M');
  });

  it('are short however large or small a number is', () => {
    const format = new Format('es');
    assert.equal(format.number(123_456_789_012.25), '123.456.789.012,25');
    assert.equal(format.number(1.5e21), '1,5E21');
    assert.equal(format.number(-0.00001234), '-1,23E-5');
    assert.equal(format.brief(-123_456_789_012.25), '-123,5\u00a0mil\u00a0M');
    assert.equal(format.brief(1.5e21), '1,5E21');
  });

  it('have no sign where they are shown as zero, and no more decimals than are set', () => {
    const format = new Format('es');
    assert.equal(format.number(-0), '0');
    assert.equal(format.brief(-0), '0');
    assert.equal(format.number(-0.04, 1), '0,0');
    assert.equal(format.number(-1e-17, 1), '0,0');
    assert.equal(format.number(-0.05, 1), '-0,1');
    assert.equal(format.number(-0.06, 1), '-0,1');
    assert.equal(format.number(1e300, 1), '1E300');
  });

  it('have on an axis the decimals that tell each from the next', () => {
    const format = new Format('en');
    const axis = (step: number, ...values: number[]): string[] =>
      values.map((value) => format.tick(value, step));
    assert.deepEqual(axis(0.001, 26.001, 26.002), ['26.001', '26.002']);
    assert.deepEqual(axis(0.3 - 0.2, 0.1 + 0.2, -0), ['0.3', '0.0']);
    assert.deepEqual(axis(0.25, 1, 1.25), ['1.00', '1.25']);
    assert.deepEqual(axis(20, -2_000, 20), ['-2,000', '20']);
    assert.deepEqual(axis(1e19, 1.52e21, 0), ['1.52E21', '0']);
    assert.deepEqual(axis(1e-7, -1.24e-5, -1.25e-5), ['-1.24E-5', '-1.25E-5']);
  });

  it('give a size in the largest unit of which there is one', () => {
    const format = new Format('en');
    assert.deepEqual(
      [0, 999, 1_000, 262_400, 99_950_000, 123_456_789, 4_200_000_000_000].map((value) =>
        format.bytes(value),
      ),
      ['0 byte', '999 byte', '1 kB', '262 kB', '100 MB', '123 MB', '4.2 TB'],
    );
    assert.equal(new Format('es').bytes(1_500_000), '1,5 MB');
  });

  it('say how long ago in the unit that fits, and never in the future', () => {
    const format = new Format('es');
    const ago = (past: number) => format.ago(10 * 365 * DAY - past, 10 * 365 * DAY);
    assert.equal(ago(3 * SECOND), 'hace 3 s');
    assert.equal(ago(90 * SECOND), 'hace 1 min');
    assert.equal(ago(30 * 3_600 * SECOND), 'hace 30 h');
    assert.match(ago(3 * DAY), /^hace 3 d/);
    assert.equal(ago(1_825 * DAY), 'hace 4 a');
    assert.equal(ago(-5 * SECOND), ago(0));
  });

  it('say the date where it is not today, and the year where it is not this one', () => {
    const now = new Date(2026, 10, 24, 15).getTime();
    const format = new Format('en-GB');
    const at = (...parts: [number, number, number, number, number?]): number => new Date(...parts).getTime();
    assert.equal(format.moment(at(2026, 10, 24, 5), now), '05:00:00');
    assert.equal(format.moment(at(2026, 10, 23, 5), now), '23 Nov, 05:00:00');
    assert.equal(format.moment(at(2025, 10, 24, 5), now), '24 Nov 2025, 05:00:00');
    const ranges: [number, number, RegExp][] = [
      [at(2026, 10, 24, 5), at(2026, 10, 24, 9), /^05:00\W+09:00$/],
      [at(2026, 10, 24, 5), at(2026, 10, 24, 5, 30), /^05:00:00\W+05:30:00$/],
      [at(2026, 10, 23, 5), at(2026, 10, 24, 5), /^23 Nov, 05:00\W+24 Nov, 05:00$/],
      [at(2025, 10, 24, 5), at(2026, 10, 24, 5), /^24 Nov 2025, 05:00\W+24 Nov 2026, 05:00$/],
    ];
    for (const [from, to, expected] of ranges) assert.match(format.between(from, to, now), expected);
  });

  it('put the four variables of the original first, in its order, and all others by name', () => {
    const variables = new Variables({ luz: { es: 'Luz', unit: 'lx' } });
    assert.deepEqual(
      variables.order(['ph', 'sensacion', 'luz', 'humedad', 'co2', 'radiacion', 'temperatura']),
      ['radiacion', 'temperatura', 'humedad', 'sensacion', 'luz', 'co2', 'ph'],
    );
    assert.equal(variables.name('humedad', 'es'), 'Humedad relativa');
    assert.equal(variables.name('luz', 'es'), 'Luz');
    assert.equal(variables.name('luz', 'en'), 'luz');
    assert.equal(variables.unit('luz'), 'lx');
    assert.equal(variables.colour('ph'), variables.colour('ph'));
  });

  it('have every text in both languages', () => {
    const keys = (texts: object, path = ''): string[] =>
      Object.entries(texts).flatMap(([key, value]) =>
        typeof value === 'object' && value !== null
          ? keys(value as object, `${path}${key}.`)
          : [`${path}${key}`],
      );
    assert.deepEqual(keys(TEXTS.en), keys(TEXTS.es));
  });
});
