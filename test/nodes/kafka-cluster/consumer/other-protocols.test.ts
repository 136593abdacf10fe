import assert from 'node:assert/strict';
import { KafkaJsCluster } from '../../../../nodes/kafka-cluster/cluster';
import { UserError } from '../../../../nodes/shared/user-error';
import { until } from '../../../support/until';
import { KafkaFixture, numbered } from '../../kafka-consumer/kafka-fixture';
import { collecting, type Collecting } from './collecting';
import { startMember, type Member, type Protocol } from './librdkafka/member';

const WAIT_MS = 40_000;

describe('a consumer in a group with a member of librdkafka', function () {
  this.timeout(180_000);
  let fixture: KafkaFixture;
  let cluster: KafkaJsCluster;
  let ours: Collecting | undefined;
  let theirs: Member | undefined;

  before(async () => {
    fixture = await KafkaFixture.connect();
    cluster = new KafkaJsCluster({ brokers: [fixture.brokers], clientId: 'test' }, () => undefined);
  });
  afterEach(async () => {
    await Promise.all([ours?.consumer.close(), theirs?.stop()]);
    ours = theirs = undefined;
  });
  after(async () => {
    await cluster.drained();
    await fixture.close();
  });

  async function join(
    who: 'ours' | 'theirs',
    topic: string,
    groupId: string,
    protocol: Protocol,
  ): Promise<void> {
    if (who === 'ours') ours = collecting(cluster, topic, groupId);
    else theirs = await startMember(fixture.brokers, groupId, topic, protocol);
  }

  for (const protocol of ['classic', 'consumer'] as const) {
    for (const [first, second] of [
      ['theirs', 'ours'],
      ['ours', 'theirs'],
    ] as const) {
      it(`shares the partitions with one of the ${protocol} protocol, ${first} first, and takes over its own`, async () => {
        const topic = await fixture.createTopic(undefined, 2);
        const groupId = fixture.name('group');
        await join(first, topic, groupId, protocol);
        const has = (who: 'ours' | 'theirs'): readonly number[] =>
          (who === 'ours' ? ours : theirs)?.assigned ?? [];
        await until(`${first} to have both`, () => has(first).length === 2, WAIT_MS);
        await join(second, topic, groupId, protocol);
        const isShared = (): boolean => has('ours').length === 1 && has('theirs').length === 1;
        await until('each to have one', isShared, WAIT_MS);
        const values = numbered(100);
        for (const [i, value] of values.entries()) await fixture.write(topic, [value], i % 2);
        const seen = (): Set<string> => new Set([...(ours?.seen ?? []), ...(theirs?.seen ?? [])]);
        await until('all to be read', () => seen().size === 100, WAIT_MS);
        assert.ok((ours?.seen.length ?? 0) >= 50 && (theirs?.seen.length ?? 0) >= 50);
        await theirs?.stop();
        theirs = undefined;
        await until('ours to have both', () => has('ours').length === 2, WAIT_MS);
      });
    }
  }

  it('is told so where its group shares records and not partitions', async () => {
    const topic = await fixture.createTopic();
    const groupId = fixture.name('group');
    await join('theirs', topic, groupId, 'share');
    const isThere = async (): Promise<boolean> => {
      const { groups } = await fixture.admin.listGroups();
      return groups.some((group) => group.groupId === groupId && group.protocolType === 'share');
    };
    await until('the group', isThere, WAIT_MS);
    await join('ours', topic, groupId, 'share');
    const refusal = await until(
      'the refusal',
      () => {
        const { state } = ours!.consumer;
        return state.state === 'retrying' && state.error instanceof UserError ? state.error : undefined;
      },
      WAIT_MS,
    );
    assert.equal(refusal.key, 'kafka-cluster.errors.group-kind');
    assert.deepEqual(refusal.params, { group: groupId, kind: 'share' });
  });
});
