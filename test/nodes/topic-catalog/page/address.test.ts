import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  keyOf,
  LAST_10,
  LONGEST_NAME,
  MOST_NAMED,
  MOST_SERIES,
  NAMED_RANGES,
  readAddress,
  writeAddress,
  type ListPlace,
} from '../../../../nodes/topic-catalog/page/address';

describe("the page's address", () => {
  it('shows all nodes when it says nothing, or nothing that can be read', () => {
    for (const fragment of [
      '',
      '#',
      '#!/0',
      '#!/0?',
      '#!/0?socketid=x',
      '#?vista=otra',
      '#!/0?rango=siempre',
    ]) {
      assert.deepEqual(readAddress(fragment), { view: 'nodes', range: LAST_10 });
    }
  });

  it('carries node and range, and leaves its host what it has in the fragment', () => {
    const address = { view: 'node', nodo: 'comuna_15', range: NAMED_RANGES[3]![1] } as const;
    assert.equal(writeAddress('#!/0', address), '#!/0?nodo=comuna_15&rango=24h');
    assert.equal(writeAddress('#!/3?vista=topics', address), '#!/3?nodo=comuna_15&rango=24h');
    assert.equal(writeAddress('', address), '#?nodo=comuna_15&rango=24h');
    assert.equal(writeAddress('#!/0?nodo=x', { view: 'nodes', range: LAST_10 }), '#!/0');
  });

  it('gives back every node and range that it was given', () => {
    const range = fc.oneof(
      fc.constantFrom(...NAMED_RANGES.map(([, named]) => named)),
      fc
        .tuple(fc.nat(1e12), fc.integer({ min: 1, max: 1e9 }))
        .map(([from, length]) => ({ kind: 'between' as const, from, to: from + length })),
    );
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), range, (nodo, chosen) => {
        const address = { view: 'node' as const, nodo, range: chosen };
        assert.deepEqual(readAddress(writeAddress('#!/0', address)), address);
      }),
    );
  });

  it('gives back every place of a list that it was given', () => {
    const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 60 });
    const page = fc.integer({ min: 2, max: 1e9 });
    const turned = fc.oneof(fc.record({ page }), fc.record({ page, after: text }));
    const found = fc.record(
      { search: text, sort: fc.constantFrom('topic', 'ts', 'state') },
      { requiredKeys: [] },
    );
    const descending = fc.constantFrom({}, { descending: true });
    fc.assert(
      fc.property(found, descending, fc.oneof(turned, fc.constant({})), (...parts) => {
        const list = Object.assign({}, ...parts) as ListPlace;
        const { sort, ...unsorted } = list;
        const whole = list.descending && !sort ? { ...unsorted, sort: 'nodo' as const } : list;
        const address = {
          view: 'nodes' as const,
          range: LAST_10,
          ...(Object.keys(whole).length ? { list: whole } : {}),
        };
        assert.deepEqual(readAddress(writeAddress('#!/0', address)), address);
      }),
    );
  });

  it('begins a list anew where its place can not be read', () => {
    for (const place of [
      'pagina=1',
      'pagina=-3',
      'pagina=2.5',
      'tras=x',
      'orden=otro',
      'orden=nodo',
      'buscar=',
    ])
      assert.deepEqual(readAddress(`#?${place}`), { view: 'nodes', range: LAST_10 }, place);
  });

  it('gives back every series that it was given, each once, and no more than it has room for', () => {
    const name = fc.string({ unit: 'grapheme', minLength: 1 });
    const series = fc.uniqueArray(fc.record({ nodo: name, variable: name }, { noNullPrototype: true }), {
      selector: keyOf,
      maxLength: MOST_SERIES,
    });
    fc.assert(
      fc.property(series, (chosen) => {
        const address = { view: 'compare' as const, series: chosen, range: NAMED_RANGES[2]![1] };
        assert.deepEqual(readAddress(writeAddress('#!/0', address)), address);
      }),
    );
    const many = Array.from({ length: 150 }, (_, n) => `&serie=n:${n}&serie=n:0&serie=:x&serie=x:&serie=x`);
    const { series: read } = readAddress(`#?vista=comparar${many.join('')}`);
    assert.deepEqual(
      read,
      Array.from({ length: MOST_NAMED }, (_, n) => ({ nodo: 'n', variable: String(n) })),
    );
  });

  it('keeps the views and their topic', () => {
    for (const view of ['topics', 'live', 'events', 'nodes'] as const) {
      const address = { view, topic: 'a/b?c=d&e', range: LAST_10 };
      assert.deepEqual(readAddress(writeAddress('#!/0', address)), address);
    }
  });

  it('keeps what topics are filtered by, and gives it to no other view', () => {
    for (const view of ['topics', 'inside'] as const) {
      const address = { view, topic: 't', filter: 'río & más', range: LAST_10 };
      assert.deepEqual(readAddress(writeAddress('#!/0', address)), address);
    }
    const { filter } = readAddress(`#?vista=topics&filtro=${'x'.repeat(1_000)}`);
    assert.equal(filter?.length, LONGEST_NAME);
    assert.deepEqual(readAddress('#?vista=vivo&filtro=x'), { view: 'live', range: LAST_10 });
    assert.equal(writeAddress('', { view: 'topics', range: LAST_10, filter: '' }), '#?vista=topics');
  });

  it('is written as AngularJS would write it, which would otherwise write it again', () => {
    const { length } = '#!/0?nodo=';
    const written = (nodo: string) =>
      writeAddress('#!/0', { view: 'node', nodo, range: LAST_10 }).slice(length);
    assert.equal(written('a b'), 'a%20b');
    assert.equal(written('a@b:c$d,e;f'), 'a@b:c$d,e;f');
    assert.equal(written('{{7*7}}'), '%7B%7B7*7%7D%7D');
    assert.equal(written('a+b&c=d#e?f/g'), 'a%2Bb%26c%3Dd%23e%3Ff%2Fg');
  });
});
