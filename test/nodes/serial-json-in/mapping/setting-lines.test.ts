import assert from 'node:assert/strict';
import { readNames, readRanges, readRenames } from '../../../../nodes/serial-json-in/mapping/setting-lines';
import { UserError } from '../../../../nodes/shared/user-error';

describe('the settings of several lines', () => {
  it('are names, one a line or with commas between them', () => {
    assert.deepEqual(readNames(' a, b\n\nc d ;'), ['a', 'b', 'c d']);
    assert.deepEqual(readNames(''), []);
  });

  it('are variables with what they can be', () => {
    assert.deepEqual(Object.fromEntries(readRanges('t: -40..85\nh: 0 ..\n p:..5.5\nled\nbme:t: 1..2')), {
      t: { min: -40, max: 85 },
      h: { min: 0, max: Infinity },
      p: { min: -Infinity, max: 5.5 },
      led: { min: -Infinity, max: Infinity },
      'bme:t': { min: 1, max: 2 },
    });
  });

  it('may have commas between them, and in their decimals', () => {
    const texts = ['t: -40,5..85,5, h: 0..100,led', 't: -40.5..+85.5;h:0..1e2\nled'];
    for (const text of texts) {
      assert.deepEqual(
        [...readRanges(text)],
        [
          ['t', { min: -40.5, max: 85.5 }],
          ['h', { min: 0, max: 100 }],
          ['led', { min: -Infinity, max: Infinity }],
        ],
        text,
      );
    }
    assert.deepEqual(
      [...readRenames('hum, rel = h, Temp 1 = t')],
      [
        ['hum, rel', 'h'],
        ['Temp 1', 't'],
      ],
    );
  });

  it('are other names for fields', () => {
    assert.deepEqual(Object.fromEntries(readRenames('Temp 1 = t\na==b')), { 'Temp 1': 't', 'a=': 'b' });
  });

  for (const [read, value] of [
    [readRanges, 't: 5..1'],
    [readRanges, 't: hot'],
    [readRanges, 't: 1..2..3'],
    [readRanges, 't: 0...5'],
    [readRanges, 't 0..5'],
    [readRanges, ': 1..2'],
    [readRenames, 'a'],
    [readRenames, '= b'],
    [readRenames, 'a ='],
  ] as const) {
    it(`refuse ${value}, naming the line`, () => {
      assert.throws(
        () => read(value),
        (thrown) => thrown instanceof UserError && thrown.params.value === value,
      );
    });
  }
});
