import assert from 'node:assert/strict';
import { Format } from '../../../../nodes/topic-catalog/page/format';
import { Variables } from '../../../../nodes/topic-catalog/page/variables';

const SET = [
  { nodo: null, variable: 'luz', name: 'Luz', unit: 'lx', decimals: 1, colour: 2, order: 1 },
  { nodo: 'a', variable: 'luz', unit: 'klx', decimals: 0 },
  { nodo: 'a', variable: 'presion', order: 2 },
  { nodo: null, variable: 'temperatura', name: 'Aire' },
];

describe('the page: how variables are shown', () => {
  it('is as it is known, unless it is set on the page: for all, and field by field for one node', () => {
    const all = new Variables({}, SET);
    const own = all.of('a');
    assert.deepEqual(
      [all.name('luz', 'es'), own.name('luz', 'en'), all.name('temperatura', 'en')],
      ['Luz', 'Luz', 'Aire'],
    );
    assert.deepEqual([all.unit('luz'), own.unit('luz'), all.of('b').unit('luz')], ['lx', 'klx', 'lx']);
    assert.deepEqual([all.unit('temperatura'), all.unit('x')], ['°C', '']);
    assert.deepEqual([all.decimals('luz'), own.decimals('luz'), all.decimals('x')], [1, 0, undefined]);
    assert.deepEqual([all.colour('luz'), own.colour('luz')], ['--series-2', '--series-2']);
    assert.equal(own.setting('a', 'luz'), SET[1]);
    assert.equal(own.setting('b', 'luz'), undefined);
  });

  it('begins with the places that are set, then has the known ones, then the others by name', () => {
    const names = ['otra', 'humedad', 'presion', 'luz', 'temperatura', 'abc'];
    const all = new Variables({}, SET);
    assert.deepEqual(all.order(names), ['luz', 'temperatura', 'humedad', 'abc', 'otra', 'presion']);
    assert.deepEqual(all.of('a').order(names), ['luz', 'presion', 'temperatura', 'humedad', 'abc', 'otra']);
  });

  it('stands above the columns of a file where it is set, and else the name that the readings have', () => {
    const all = new Variables({}, SET);
    assert.deepEqual(
      ['luz', 'temperatura', 'humedad'].map((name) => all.heading(name)),
      ['Luz (lx)', 'Aire', 'humedad'],
    );
    assert.equal(all.of('a').heading('luz'), 'Luz (klx)');
  });

  it('takes names that every object has for names', () => {
    const names = ['__proto__', 'constructor', 'toString'];
    const plain = new Variables();
    assert.deepEqual(
      names.map((name) => [plain.name(name, 'es'), plain.unit(name)]),
      names.map((name) => [name, '']),
    );
    const set = new Variables(
      {},
      names.map((name) => ({ nodo: '__proto__', variable: name, name: `my ${name}` })),
    );
    assert.deepEqual(
      names.map((name) => set.of('__proto__').name(name, 'es')),
      names.map((name) => `my ${name}`),
    );
  });

  it('has numbers with the decimals that are set', () => {
    const format = new Format('es-CO');
    assert.deepEqual(
      [format.number(1234.5678, 1), format.number(0.00012, 0), format.brief(1234.5, 2), format.number(3, 2)],
      ['1.234,6', '0', '1.234,50', '3,00'],
    );
    assert.equal(format.number(1e20, 2), format.number(1e20));
  });
});
