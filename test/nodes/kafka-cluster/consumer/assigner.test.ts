import assert from 'node:assert/strict';
import fc from 'fast-check';
import { share, type Member } from '../../../../nodes/kafka-cluster/consumer/assigner';

const member = (id: string, ...topics: string[]): Member => ({ id, topics: new Set(topics) });

describe('how a group shares its partitions', () => {
  it('evenly, between members that read the same', () => {
    const shared = share(
      [member('y', 'a', 'b'), member('x', 'a', 'b')],
      new Map([
        ['a', 3],
        ['b', 3],
      ]),
    );
    assert.deepEqual(shared.get('x'), { a: [0, 2], b: [1] });
    assert.deepEqual(shared.get('y'), { a: [1], b: [0, 2] });
  });

  it('in favour of those who read little else', () => {
    const shared = share(
      [member('x', 'a'), member('y', 'a', 'b')],
      new Map([
        ['a', 2],
        ['b', 2],
      ]),
    );
    assert.deepEqual(shared.get('x'), { a: [0, 1] });
    assert.deepEqual(shared.get('y'), { b: [0, 1] });
  });

  it('each to exactly one of those who read its topic (any group)', () => {
    const topic = fc.constantFrom('a', 'b', 'c', 'd');
    const group = fc.array(fc.uniqueArray(topic), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(group, fc.array(fc.tuple(topic, fc.nat(12))), (subscriptions, counts) => {
        const members = subscriptions.map((topics, index) => member(`m${index}`, ...topics));
        const partitions = new Map(counts);
        const given = [...share(members, partitions)].flatMap(([id, assignment]) =>
          Object.entries(assignment).flatMap(([name, numbers]) => {
            assert.ok(members.find((each) => each.id === id)?.topics.has(name), `${id} reads ${name}`);
            return numbers.map((number) => `${name}/${number}`);
          }),
        );
        const readable = [...partitions].filter(([name]) => members.some(({ topics }) => topics.has(name)));
        const all = readable.flatMap(([name, count]) =>
          Array.from({ length: count }, (_, number) => `${name}/${number}`),
        );
        assert.deepEqual(given.sort(), all.sort());
      }),
    );
  });
});
