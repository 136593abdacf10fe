import assert from 'node:assert/strict';
import { LeaderWatch } from '../../../../nodes/kafka-cluster/consumer/leader-watch';
import { Refusals } from '../../../../nodes/kafka-cluster/consumer/refusals';
import type { RefusedPartition, TopicPartition } from '../../../../nodes/kafka-cluster/types';

const LASTING_MS = 3_000;
const place = (partition: number): TopicPartition => ({ topic: 't', partition });
const numbersOf = (places: readonly TopicPartition[]): number[] => places.map(({ partition }) => partition);

describe('kafka-cluster: partitions that brokers refuse', () => {
  const refused = (partition: number, reason = 'no right'): RefusedPartition => ({
    ...place(partition),
    error: new Error(reason),
  });
  let told: [number[], number[]][];
  let refusals: Refusals;

  beforeEach(() => {
    told = [];
    refusals = new Refusals((places, given) => told.push([numbersOf(places), numbersOf(given)]));
    for (const partition of [0, 1]) refusals.refused(refused(partition));
    refusals.look(Date.now() + LASTING_MS);
  });

  it('are given again only where a broker has answered for them', () => {
    refusals.passed(place(0));
    refusals.look(Date.now() + LASTING_MS);
    assert.deepEqual(told, [
      [[0, 1], []],
      [[1], [0]],
    ]);
  });

  it('are not given again where somebody else reads them by now, or the session is over', () => {
    refusals.assigned([place(1)]);
    refusals.stop();
    assert.deepEqual(
      told.slice(1).flatMap(([, given]) => given),
      [],
    );
    assert.deepEqual(told.at(-1)?.[0], []);
  });

  it('are not given again where they are refused for another reason', () => {
    refusals.passed(place(0));
    refusals.refused(refused(0, 'no disk'));
    refusals.look(Date.now() + LASTING_MS);
    assert.deepEqual(
      told.flatMap(([, given]) => given),
      [],
    );
  });

  it('rest longer each time, up to 5 s', () => {
    const rests = Array.from({ length: 20 }, () => refusals.refused(refused(2)));
    assert.ok(rests.every((ms) => ms > 0 && ms <= 5_000));
    assert.ok(rests[0]! < 1_000 && rests.at(-1)! > 1_000);
  });
});

describe('kafka-cluster: partitions that nobody leads', () => {
  it('are led again only where that was seen, and not where somebody else reads them by now', () => {
    const leaders = [-1, -1];
    const told: [number[], number[]][] = [];
    const watch = new LeaderWatch(
      () => leaders.map((leader, partitionId) => ({ partitionId, leader })),
      (partitions, led) => told.push([numbersOf(partitions), numbersOf(led)]),
    );
    watch.assigned([place(0), place(1)]);
    watch.look(0);
    watch.look(LASTING_MS);
    leaders[0] = 1;
    watch.look(LASTING_MS + 1);
    watch.assigned([place(0)]);
    watch.look(LASTING_MS + 2);
    assert.deepEqual(told, [
      [[0, 1], []],
      [[1], [0]],
      [[], []],
    ]);
  });
});
