import assert from 'node:assert/strict';
import fc from 'fast-check';
import { DeliveryModel, PARTITIONS, RULES, type Action, type Rule } from './delivery-model';

const KEYS = 4;
const RUNS = 4_000;
/** The first that goes wrong ends the search: within some thousands, for the rule that is needed least often. */
const MOST_RUNS = 200_000;

const partition = fc.nat(PARTITIONS - 1);
const pick = fc.nat(3);
const outcome = fc.constantFrom(
  'answered' as const,
  'answered' as const,
  'answered' as const,
  'lost' as const,
  'answer-lost' as const,
);
const action: fc.Arbitrary<Action> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('accept' as const), key: fc.nat(KEYS - 1) }) },
  { weight: 1, arbitrary: fc.constantFrom({ kind: 'flush' as const }, { kind: 'edge-crash' as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'server-crash' as const }) },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constantFrom('send' as const, 'fetch' as const), partition }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom('commit' as const), partition }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('rebalance' as const), partition }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('deliver' as const), partition, pick, outcome }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('store' as const), partition, pick, outcome }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('confirm' as const), partition, pick }) },
);

/** @returns the check that whatever happens in whatever order, and then heals, leaves each accepted reading stored once */
function guarantee(off?: Rule): fc.IProperty<[Action[]]> {
  return fc.property(fc.array(action, { maxLength: 60, size: 'max' }), (actions) => {
    const model = new DeliveryModel(off);
    for (const each of actions) {
      model.do(each);
      assert.deepEqual(model.violations(), [], JSON.stringify(each));
    }
    model.heal();
    assert.deepEqual(model.violations(), [], 'healed');
    assert.deepEqual(model.missing(), [], 'accepted and not stored');
  });
}

describe('the protocols of outbox, consumer group and sink together', function () {
  this.timeout(60_000);

  it('store each accepted reading, once, in the order of its key, and commit nothing that is not stored', () => {
    fc.assert(guarantee(), { numRuns: RUNS });
  });

  for (const [rule, text] of Object.entries(RULES)) {
    it(`would not without this rule: ${text}`, () => {
      const { failed, counterexample } = fc.check(guarantee(rule as Rule), {
        numRuns: MOST_RUNS,
        endOnFailure: true,
      });
      assert.ok(failed, 'nothing went wrong');
      assert.ok(counterexample);
    });
  }
});
