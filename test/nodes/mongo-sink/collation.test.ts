import assert from 'node:assert/strict';
import type { CollationOptions } from 'mongodb';
import { confusesNames } from '../../../nodes/mongo-sink/preparing/collection-kinds';
import type { UserError } from '../../../nodes/shared/user-error';
import { missing } from '../../support/database-gaps';
import { database } from '../../support/services';
import { skip } from '../../support/skip';
import { until } from '../../support/until';
import { openDatabase, reading, record, TestSink, type TestDatabase } from './support';

describe('mongo-sink: a default collation', function () {
  this.timeout(60_000);
  let test: TestDatabase;

  before(async function () {
    this.timeout(300_000);
    test = await openDatabase((await database()).uri);
  });

  beforeEach(() => test.db.dropDatabase());

  after(() => test.drop());

  const confusing: readonly [CollationOptions, boolean][] = [
    [{ locale: 'es', strength: 1 }, true],
    [{ locale: 'es', strength: 2 }, true],
    [{ locale: 'es' }, false],
    [{ locale: 'es', alternate: 'shifted' }, true],
    [{ locale: 'es', alternate: 'shifted', strength: 4 }, false],
    [{ locale: 'es', numericOrdering: true }, true],
    [{ locale: 'es', numericOrdering: true, strength: 4 }, true],
    [{ locale: 'es', numericOrdering: true, strength: 5 }, false],
    [{ locale: 'simple' }, false],
  ];
  for (const [collation, expected] of confusing) {
    it(`${expected ? 'makes' : 'does not make'} one node of two: ${JSON.stringify(collation)}`, () => {
      assert.equal(confusesNames({ options: { collation } }), expected);
    });
  }

  for (const name of ['datos', 'nodos', 'datos_marcas', 'datos_resumen']) {
    it(`that makes one node of two is refused for ${name}`, async function () {
      const lacks = missing('collations');
      if (lacks !== undefined) skip(this, lacks);
      await test.db.createCollection(name, { collation: { locale: 'es', strength: 2 } });
      const sink = new TestSink(test);
      try {
        const stored = sink.store(record(reading('a'), 0));
        const told = await until('it to be told', () =>
          sink.states.find(
            (state) =>
              state.state === 'waiting' &&
              (state.error as UserError).key === 'mongo-sink.errors.unfit-collation',
          ),
        );
        assert.ok(told.state === 'waiting' && (told.error as UserError).params.collection === name);
        await test.db.collection(name).drop();
        assert.equal((await stored).inserted, 1);
      } finally {
        await sink.close();
      }
    });
  }

  it('is nobody’s matter for the rejected', async () => {
    await test.db.createCollection('rechazados', { collation: { locale: 'es', strength: 2 } });
    const sink = new TestSink(test);
    try {
      assert.equal((await sink.store(record(reading('a'), 0))).inserted, 1);
    } finally {
      await sink.close();
    }
  });
});
