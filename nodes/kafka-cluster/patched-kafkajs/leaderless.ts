import type { Cluster, OffsetsOfTopic, TopicToAsk } from 'kafkajs/src/cluster';
import type { MetadataAnswer, MetadataResponse } from 'kafkajs/src/protocol/requests/metadata/v0/response';

/** Stands for "none" where an answer names a partition's leader. */
const NOBODY = -1;
const NO_ERROR = 0;
/** A replica is away, the leader is not: only brokers before Kafka 0.10 speak of it. */
const REPLICA_NOT_AVAILABLE = 9;
/** So often the cluster is asked again whether somebody leads a partition by now. */
const ASK_AGAIN_MS = 1_000;
/** What happens to a connection, and says nothing about the partitions that were asked for. */
const CONNECTION_ERRORS = new Set([
  'KafkaJSConnectionError',
  'KafkaJSConnectionClosedError',
  'KafkaJSRequestTimeoutError',
  'KafkaJSBrokerNotFound',
]);

/**
 * Takes an answer about topics as it is, also where some of their partitions have no leader: those have the leader -1.
 * kafkajs throws the whole answer away then, which is one about all topics of the cluster more often than not.
 */
export function tolerantParse(parse: MetadataResponse['parse']): MetadataResponse['parse'] {
  return (answer) => parse({ ...answer, topicMetadata: answer.topicMetadata.map(withoutPartitionErrors) });
}

function withoutPartitionErrors(
  topic: MetadataAnswer['topicMetadata'][number],
): MetadataAnswer['topicMetadata'][number] {
  if (topic.partitionMetadata.every(({ partitionErrorCode }) => partitionErrorCode === NO_ERROR))
    return topic;
  return {
    ...topic,
    partitionMetadata: topic.partitionMetadata.map((partition) => {
      const { partitionErrorCode: code, leader } = partition;
      const led = code === NO_ERROR || code === REPLICA_NOT_AVAILABLE;
      return { ...partition, partitionErrorCode: NO_ERROR, leader: led ? leader : NOBODY };
    }),
  };
}

/**
 * Lets a cluster answer for the partitions that it can when it is asked for offsets: those that nobody leads, and those
 * of a broker that can't be reached while others can, are in the answer without an offset. kafkajs would give no answer
 * at all, and a consumer of it fetches nothing from anybody until all of its partitions have a leader.
 */
export function answerForWhatIsLed(prototype: Pick<Cluster, 'fetchTopicsOffset'>): void {
  const { fetchTopicsOffset } = prototype;
  const asked = new WeakMap<Cluster, number>();
  prototype.fetchTopicsOffset = async function (this: Cluster, topics) {
    const now = Date.now();
    if (now - (asked.get(this) ?? 0) >= ASK_AGAIN_MS && byLeader(this, topics).has(NOBODY)) {
      asked.set(this, now);
      await this.refreshMetadata();
    }
    const questions = [...byLeader(this, topics)].filter(([leader]) => leader !== NOBODY);
    const answers = await Promise.allSettled(
      questions.map(([, question]) => fetchTopicsOffset.call(this, question)),
    );
    return merged(topics, answers);
  };
}

/** @returns what each leader is to be asked for */
function byLeader(cluster: Cluster, topics: readonly TopicToAsk[]): Map<number, TopicToAsk[]> {
  const questions = new Map<number, TopicToAsk[]>();
  for (const { partitions, ...topic } of topics) {
    const leaders = new Map(
      cluster.findTopicPartitionMetadata(topic.topic).map(({ partitionId, leader }) => [partitionId, leader]),
    );
    const shares = new Map<number, TopicToAsk['partitions']>();
    for (const asked of partitions) {
      const leader = leaders.get(asked.partition) ?? NOBODY;
      const share = shares.get(leader) ?? [];
      shares.set(leader, [...share, asked]);
    }
    for (const [leader, share] of shares) {
      questions.set(leader, [...(questions.get(leader) ?? []), { ...topic, partitions: share }]);
    }
  }
  return questions;
}

function merged(
  topics: readonly TopicToAsk[],
  answers: readonly PromiseSettledResult<OffsetsOfTopic[]>[],
): OffsetsOfTopic[] {
  const known = new Map<string, Map<number, string | undefined>>();
  const given = answers.filter((answer) => answer.status === 'fulfilled');
  for (const answer of answers) {
    if (answer.status === 'fulfilled') continue;
    const { name } = answer.reason as Error;
    if (given.length === 0 || !CONNECTION_ERRORS.has(name)) throw answer.reason;
  }
  for (const { topic, partitions } of given.flatMap(({ value }) => value)) {
    const offsets = known.get(topic) ?? new Map<number, string | undefined>();
    known.set(topic, offsets);
    for (const { partition, offset } of partitions) offsets.set(partition, offset);
  }
  return topics.map(({ topic, partitions }) => ({
    topic,
    partitions: partitions.map(({ partition }) => ({
      partition,
      offset: known.get(topic)?.get(partition),
    })),
  }));
}
