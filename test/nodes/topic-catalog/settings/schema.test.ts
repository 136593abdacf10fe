import assert from 'node:assert/strict';
import { checkNewNote, checkNote, checkVariable } from '../../../../nodes/topic-catalog/settings/schema';

const LIMIT = { side: 'above', value: 30, seconds: 60, hysteresis: 2 };
const WHOLE = {
  nodo: 'comuna_15',
  variable: 'luz',
  name: 'Luz',
  unit: 'lx',
  decimals: 1,
  colour: 3,
  order: 1,
  limits: [LIMIT],
};
const NOTE = { nodo: 'a', from: 1_000, to: null, text: 'sensor nuevo' };

describe('topic-catalog: what may be set on the page', () => {
  it('is a variable with any of its fields, for one node or for all', () => {
    assert.deepEqual(checkVariable(WHOLE), { value: WHOLE });
    const least = { nodo: null, variable: 'luz' };
    assert.deepEqual(checkVariable(least), { value: least });
    assert.deepEqual(checkVariable({ ...least, name: '  Luz  ' }), { value: { ...least, name: 'Luz' } });
    // Markup is a text like any other, and so are names that every object has.
    for (const text of ['<img src=x onerror=alert(1)>', 'constructor', '__proto__'])
      assert.deepEqual(checkVariable({ nodo: text, variable: text, name: text }), {
        value: { nodo: text, variable: text, name: text },
      });
  });

  it('names the field that is no good', () => {
    const wrong: [object, string][] = [
      [{ variable: '' }, 'variable'],
      [{ variable: 'x'.repeat(513) }, 'variable'],
      [{ nodo: { $gt: '' } }, 'nodo'],
      [{ nodo: 'x'.repeat(257) }, 'nodo'],
      [{ name: 'x'.repeat(81) }, 'name'],
      [{ name: ' ' }, 'name'],
      [{ name: 'a\nb' }, 'name'],
      [{ name: '\u202Eodon' }, 'name'],
      [{ unit: 'x'.repeat(21) }, 'unit'],
      [{ decimals: 7 }, 'decimals'],
      [{ decimals: 0.5 }, 'decimals'],
      [{ colour: '#ff0000' }, 'colour'],
      [{ colour: 9 }, 'colour'],
      [{ order: 0 }, 'order'],
      [{ limits: [LIMIT, LIMIT, LIMIT, LIMIT, LIMIT] }, 'limits'],
      [{ limits: [{ ...LIMIT, side: 'beside' }] }, 'limits.0.side'],
      [{ limits: [{ ...LIMIT, value: NaN }] }, 'limits.0.value'],
      [{ limits: [{ ...LIMIT, seconds: -1 }] }, 'limits.0.seconds'],
      [{ limits: [{ ...LIMIT, more: 1 }] }, 'limits.0.more'],
      [{ $where: '1' }, '$where'],
    ];
    for (const [change, field] of wrong) {
      const checked = checkVariable({ ...WHOLE, ...change });
      assert.equal('field' in checked && checked.field, field, JSON.stringify(change));
    }
    for (const none of [undefined, null, 'x', 3, []]) assert.ok('field' in checkVariable(none));
  });

  it('takes nothing from names that every object has', () => {
    const hostile = JSON.parse(
      '{"nodo":null,"variable":"a","__proto__":{"name":"x"},"constructor":{"name":"y"}}',
    ) as unknown;
    assert.ok('field' in checkVariable(hostile));
  });

  it('is a note at a time or from one to another, of several lines at most', () => {
    assert.deepEqual(checkNewNote(NOTE), { value: NOTE });
    assert.ok('value' in checkNewNote({ ...NOTE, to: 2_000, text: 'a\nb' }));
    for (const change of [
      { to: 1_000 },
      { from: 1e16 },
      { from: '1' },
      { text: '' },
      { text: 'x'.repeat(501) },
      { text: 'a\u0000' },
      { nodo: null },
      { id: 'x' },
    ])
      assert.ok('field' in checkNewNote({ ...NOTE, ...change }), JSON.stringify(change));
    const id = '3f8f5fd0-61aa-4a8e-b9d6-0e7c8f1c7f35';
    assert.ok('value' in checkNote({ ...NOTE, id, written: 5 }));
    assert.ok('field' in checkNote({ ...NOTE, id: { $ne: 1 }, written: 5 }));
  });
});
