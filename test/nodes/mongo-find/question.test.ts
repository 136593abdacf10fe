import assert from 'node:assert/strict';
import { BSON } from 'mongodb';
import { readFindConfig, type FindConfig } from '../../../nodes/mongo-find/config';
import { readQuestion, type Asking } from '../../../nodes/mongo-find/question';
import type { UserError } from '../../../nodes/shared/user-error';

function ask(query: unknown, config: FindConfig = {}, message: Asking & object = {}) {
  return readQuestion(message, query, readFindConfig({ collection: 'datos', ...config }));
}

const key = (name: string) => (error: UserError) => error.key === `mongo-find.errors.${name}`;

describe('mongo-find: question', () => {
  it('finds everything where nothing is asked, as much as the settings let out', () => {
    const { filter, limit, skip, collection } = ask(undefined);
    assert.deepEqual(
      { filter, limit, skip, collection },
      { filter: {}, limit: 1000, skip: 0, collection: 'datos' },
    );
  });

  it('understands Extended JSON, and what already is a Date, an id or a pattern', () => {
    const id = '65a000000000000000000001';
    const date = new Date('2026-01-31T12:00:00Z');
    const { filter } = ask({
      _id: { $oid: id },
      ts: { $gte: date, $lt: { $date: date.toISOString() } },
      n: /^a/i,
    });
    assert.ok((filter._id as BSON.ObjectId).equals(new BSON.ObjectId(id)));
    assert.deepEqual(filter.ts, { $gte: date, $lt: date });
    assert.deepEqual(filter.n, new BSON.BSONRegExp('^a', 'i'));
  });

  it('drops no operator that stands beside a pattern', () => {
    const { filter } = ask({ nodo: { $regex: '^a', $options: 'i', $nin: ['abc'] }, n: { $regex: 'b' } });
    assert.deepEqual(filter, {
      nodo: { $regex: new BSON.BSONRegExp('^a', 'i'), $nin: ['abc'] },
      n: new BSON.BSONRegExp('b', ''),
    });
  });

  it('asks for a whole number beyond 2^53 as it is, in whatever form it comes', () => {
    const text = '9007199254740993';
    for (const n of [{ $numberLong: text }, BigInt(text), BSON.Long.fromString(text)]) {
      const { filter } = ask({ n });
      assert.equal(String(BSON.deserialize(BSON.serialize(filter), { promoteLongs: false }).n), text);
    }
  });

  it('takes the milliseconds of a date as a number, too', () => {
    for (const time of [0, Date.parse('2026-01-31T12:00:00Z')])
      assert.deepEqual(ask({ ts: { $date: time } }).filter.ts, new Date(time));
  });

  it('takes from the message what it may choose, and never more than the settings let out', () => {
    const asked = ask(
      {},
      { maxDocuments: '50' },
      { collection: 'nodos', limit: 5000, skip: '2', sort: { a: -1 } },
    );
    assert.deepEqual([asked.collection, asked.limit, asked.skip, asked.sort], ['nodos', 50, 2, { a: -1 }]);
  });

  const harmful: [string, unknown, FindConfig, string][] = [
    ['a program', { $where: 'sleep(1000)' }, {}, 'code'],
    ['a program deep inside', { $and: [{ $expr: { $function: { body: 'x' } } }] }, {}, 'code'],
    ['a pipeline that writes', [{ $match: {} }, { $out: 'datos' }], { operation: 'aggregate' }, 'writes'],
    [
      'one that writes from within',
      [{ $facet: { a: [{ $merge: { into: 'datos' } }] } }],
      { operation: 'aggregate' },
      'writes',
    ],
    ['a program in a Map', new Map([['$where', 'sleep(1000)']]), {}, 'code'],
    ['a program in a Map within', { a: new Map([['$where', 'x']]) }, {}, 'code'],
    ['a program that it is written as', { a: { toJSON: () => ({ $where: 'x' }) } }, {}, 'code'],
    ['a pipeline of Maps that writes', [new Map([['$out', 'datos']])], { operation: 'aggregate' }, 'writes'],
    ['a program of the servers among each other', { $expr: { $_internalJsEmit: { eval: 'x' } } }, {}, 'code'],
    ['a program behind a pattern', { a: { $regex: 'x', $where: 'sleep(1000)' } }, {}, 'code'],
    ...(['$facet', '$lookup', '$unionWith'] as const).map((stage): (typeof harmful)[number] => [
      `a pipeline that writes in a ${stage} of a ${stage}`,
      [{ [stage]: { from: 'nodos', pipeline: [{ [stage]: { a: [{ $out: 'datos' }] } }] } }],
      { operation: 'aggregate' },
      'writes',
    ]),
    ['a text in place of a filter', '{"nodo": 1}', {}, 'query'],
    ['an array in place of a filter', [], {}, 'query'],
    ['a filter in place of a pipeline', {}, { operation: 'aggregate' }, 'pipeline'],
    ['a pipeline with what is no stage', [7], { operation: 'aggregate' }, 'pipeline'],
    ['no field whose values are asked for', {}, { operation: 'distinct' }, 'field'],
    ['a whole number of more than 64 bits', { n: { $gt: 2n ** 63n } }, {}, 'not-bson'],
    ['an id that is none', { _id: { $oid: 'zz' } }, {}, 'not-bson'],
    ['what is nested without end', JSON.parse(`${'{"a":'.repeat(200)}1${'}'.repeat(200)}`), {}, 'bounds'],
  ];
  for (const [what, query, config, error] of harmful) {
    it(`does not send ${what}`, () => assert.throws(() => ask(query, config), key(error)));
  }

  it('does not go through arrays without end, numbers by the million, or more text than a document holds', () => {
    for (const [query, why] of [
      [{ a: new Array(2 ** 32 - 1) }, 'bounds'],
      [{ a: new Float64Array(4 * 2 ** 20) }, 'query-size'],
      [{ a: Buffer.alloc(17 * 2 ** 20) }, 'query-size'],
      [{ a: 'x'.repeat(17 * 2 ** 20) }, 'query-size'],
    ] as const) {
      assert.throws(() => ask(query), key(why));
    }
    const holes = new Array<unknown>(2 ** 32 - 1);
    assert.throws(() => ask(holes, { operation: 'aggregate' }), key('bounds'));
  });

  it('does not send what contains itself', () => {
    const circle: Record<string, unknown> = {};
    circle.again = circle;
    assert.throws(() => ask(circle), key('bounds'));
  });

  it('lets a pipeline write where that is ticked', () => {
    const { pipeline } = ask([{ $out: 'copia' }], { operation: 'aggregate', allowWrites: true });
    assert.deepEqual(pipeline, [{ $out: 'copia' }]);
  });

  for (const mark of ['socketid', '_client']) {
    it(`does not let a dashboard's page (${mark}) choose what is read, but start what the dialog sets`, () => {
      const page = { [mark]: 'x' };
      assert.throws(() => ask({}, {}, page), key('from-browser'));
      const fixed: FindConfig = { queryType: 'json', query: '{}' };
      assert.throws(() => ask({}, fixed, { ...page, collection: 'rechazados' }), key('from-browser'));
      assert.equal(ask({}, fixed, page).collection, 'datos');
    });
  }

  it('names field and value of what the message has wrong', () => {
    const wrong: [Asking, string][] = [
      [{ limit: -1 }, 'count'],
      [{ skip: 'x' }, 'count'],
      [{ collection: '$cmd' }, 'collection'],
      [{ collection: 7 }, 'collection'],
      [{ sort: 'a' }, 'json'],
      [{ projection: [] }, 'json'],
    ];
    for (const [message, error] of wrong)
      assert.throws(() => ask({}, {}, message), key(error), JSON.stringify(message));
  });

  it('names field and value of what the dialog has wrong', () => {
    const wrong: [FindConfig, string][] = [
      [{ operation: 'remove' }, 'choice'],
      [{ maxDocuments: '0' }, 'number'],
      [{ maxMB: 'x' }, 'number'],
      [{ sort: '{' }, 'json'],
      [{ projection: '[]' }, 'json'],
      [{ collection: '${NOT_SET_ANYWHERE}' }, 'unset-variable'],
    ];
    for (const [config, error] of wrong)
      assert.throws(() => ask({}, config), key(error), JSON.stringify(config));
  });
});
