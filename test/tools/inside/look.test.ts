import assert from 'node:assert/strict';
import type { ClusterAdmin, SilentBroker } from '../../../nodes/kafka-cluster/types';
import { look } from '../../../tools/inside/look';

const inSync = { replicas: [1, 2], inSyncReplicas: [1] };
const admin = {
  topicNames: () => Promise.resolve(['b', '__consumer_offsets', 'a']),
  describeTopics: (names: string[]) =>
    Promise.resolve(
      names.map((name) => ({
        name,
        internal: false,
        partitions: [
          { partition: 0, leader: 1, ...inSync, firstOffset: '2', nextOffset: '9' },
          { partition: 1, leader: -1, ...inSync, firstOffset: '-1', nextOffset: '-1' },
        ],
      })),
    ),
  groups: (silent: (broker: SilentBroker) => void) => {
    silent({ broker: 3, error: new Error('no answer') });
    return Promise.resolve([
      {
        groupId: 'g',
        state: 'Stable',
        members: [
          { clientId: 'c', host: 'h', assigned: [{ topic: 'a', partitions: [0, 1] }] },
          { clientId: 'foreign', host: 'h', assigned: [] },
        ],
      },
    ]);
  },
  committedOffsetsOf: () =>
    Promise.resolve(
      new Map([
        ['a', new Map([[0, '4']])],
        ['b', new Map([[0, '-1']])],
      ]),
    ),
} as unknown as ClusterAdmin;

describe('npm run inside', () => {
  it('shows topics, partitions, leaders, groups and lag, and a question mark for what nobody tells', async () => {
    assert.deepEqual(await look(admin, { LANG: 'en_US.UTF-8' }), [
      'topic a',
      '  partition 0   leader: broker 1   replicas on 1, 2 (in sync: 1)   offsets 2 up to 9 (not included)',
      '  partition 1   nobody leads it   replicas on 1, 2 (in sync: 1)   offsets ? up to ? (not included)',
      'topic b',
      '  partition 0   leader: broker 1   replicas on 1, 2 (in sync: 1)   offsets 2 up to 9 (not included)',
      '  partition 1   nobody leads it   replicas on 1, 2 (in sync: 1)   offsets ? up to ? (not included)',
      'broker 3 does not tell of its groups: no answer',
      'group g: 2 members',
      '  c reads a 0, 1',
      '  foreign reads nothing yet',
      '  a, partition 0: committed 4, lag 5',
      '  a, partition 1: committed nothing yet, lag ?',
    ]);
  });

  it('speaks the language of the terminal', async () => {
    const [, partition] = await look(admin, { LC_ALL: 'es_CO.UTF-8' });
    assert.match(partition ?? '', /partición 0 {3}líder: broker 1 .*\(al día: 1\)/);
  });
});
