import type { MetadataAnswer, MetadataResponse } from 'kafkajs/src/protocol/requests/metadata/v0/response';

/** Stands for "none" where an answer names a partition's leader. */
const NOBODY = -1;
const NO_ERROR = 0;
/** A replica is away, the leader is not: only brokers before Kafka 0.10 speak of it. */
const REPLICA_NOT_AVAILABLE = 9;

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
