import assert from 'node:assert/strict';
import { mapReading, type MappingRules } from '../../../../nodes/serial-json-in/mapping/mapping';

const RULES: MappingRules = {
  nodeFields: ['nodo'],
  defaultNode: '',
  rename: new Map(),
  textNumbers: false,
  flatten: false,
  timeField: '',
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

  it('knows a hexadecimal number', () => {
    const [reading] = map({ nodo: 'a', id: '0xFF', t: '23.5 C' }, { textNumbers: true });
    assert.deepEqual(reading, { nodo: 'a', id: 255, t: 23.5 });
  });
});
