import assert from 'node:assert/strict';
import { mapReading, type MappingRules } from '../../../../nodes/serial-json-in/mapping/mapping';

const RULES: MappingRules = {
  nodeFields: ['nodo'],
  defaultNode: '',
  rename: new Map(),
  textNumbers: false,
  flatten: false,
  timeFields: [],
  sequenceFields: [],
};
const clock = () => ({ fecha: '2021-11-20', hora: '15:04:05' });

function map(object: Record<string, unknown>, rules: Partial<MappingRules>): unknown[] {
  const mapped = mapReading(object, { ...RULES, ...rules }, 0, clock);
  return [mapped?.reading, mapped?.repairs.map(({ field, found, problem }) => [field, found, problem])];
}

describe('the mapping of names', () => {
  it('tells where two fields come to one name with different values, and takes the last', () => {
    const rename = new Map([['Temp 1', 'temperatura']]);
    assert.deepEqual(map({ nodo: 'a', 'Temp 1': 1, temperatura: 2 }, { rename }), [
      { nodo: 'a', temperatura: 2 },
      [['temperatura', '1', 'repeated']],
    ]);
    assert.deepEqual(map({ nodo: 'a', 'b.t': 1, b: { t: 2 } }, { flatten: true }), [
      { nodo: 'a', 'b.t': 2 },
      [['b.t', '1', 'repeated']],
    ]);
    assert.deepEqual(map({ nodo: 'a', 'b.t': 1, b: { t: 1 } }, { flatten: true }), [
      { nodo: 'a', 'b.t': 1 },
      [],
    ]);
  });

  for (const [what, object, rules, reading, repairs] of [
    [
      'finds a name with dots in it, at any level, and in a list',
      { 'a.b': { c: 'x' }, t: 1 },
      { nodeFields: ['a.b.c'] },
      { nodo: 'x', 'a.b': {}, t: 1 },
      [],
    ],
    ['', { a: { 'b.c': 'x' }, t: 1 }, { nodeFields: ['a.b.c'] }, { nodo: 'x', a: {}, t: 1 }, []],
    ['', { s: [{ id: 'x' }] }, { nodeFields: ['s.0.id'] }, { nodo: 'x', s: [{}] }, []],
    ['', { s: ['x', 'y'] }, { nodeFields: ['s.1'] }, { nodo: 'y', s: ['x', 'y'] }, []],
    [
      'tells the name that gives way to another',
      { id: 'x', nodo: 'y', t: 1 },
      { nodeFields: ['id'] },
      { nodo: 'x', t: 1 },
      [['nodo', 'y', 'repeated']],
    ],
    [
      '',
      { nodo: 'y', device: 'x' },
      { nodeFields: ['nodo', 'device'], rename: new Map([['device', 'nodo']]) },
      { nodo: 'y' },
      [['device', 'x', 'repeated']],
    ],
    [
      'tells a time that is not there',
      { nodo: 'a', t: 1 },
      { timeFields: ['ts'] },
      { nodo: 'a', t: 1 },
      [['ts', '', 'time']],
    ],
  ] as [string, Record<string, unknown>, Partial<MappingRules>, object, string[][]][]) {
    it(what === '' ? `does so of ${JSON.stringify(object)}` : what, () => {
      assert.deepEqual(map(object, rules), [reading, repairs]);
    });
  }

  for (const [object, number, left] of [
    [{ nodo: 'a', seq: 5 }, 5, { nodo: 'a' }],
    [{ nodo: 'a', seq: '0005' }, 5, { nodo: 'a' }],
    [{ nodo: 'a', meta: { seq: 5, fw: 1 } }, 5, { nodo: 'a', meta: { fw: 1 } }],
    [{ nodo: 'a', seq: -1 }, undefined, { nodo: 'a', seq: -1 }],
    [{ nodo: 'a', seq: 'x5' }, undefined, { nodo: 'a', seq: 'x5' }],
    [{ nodo: 'a', seq: null }, undefined, { nodo: 'a', seq: null }],
  ] as [Record<string, unknown>, number | undefined, object][]) {
    it(`takes ${number ?? 'nothing'} for the number of ${JSON.stringify(object)}`, () => {
      const mapped = mapReading(object, { ...RULES, sequenceFields: ['seq', 'meta.seq'] }, 0, clock);
      assert.deepEqual([mapped?.number, mapped?.reading], [number, left]);
    });
  }

  it('knows a hexadecimal number', () => {
    const [reading] = map({ nodo: 'a', id: '0xFF', t: '23.5 C' }, { textNumbers: true });
    assert.deepEqual(reading, { nodo: 'a', id: 255, t: 23.5 });
  });
});
