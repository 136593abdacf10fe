import { createRequire } from 'node:module';

/** A part of kafkajs: the answer about the cluster, in the version that it and the broker agree on. */
interface MetadataResponse {
  decode: (bytes: Buffer) => Promise<{
    brokers: { nodeId: number; host: string; port: number }[];
    controllerId: number;
    topicMetadata: { topic: string; partitionMetadata: { partitionId: number; leader: number }[] }[];
  }>;
}

/** Less than the number of the real broker: kafkajs would go there first. */
export const ABSENT = 0;
/** The partition that it leads of each topic with the prefix. */
const LOST = 1;
export const PREFIX = 'absent-';

/**
 * Has all clients of this process hear of one more broker at that port of this machine, which leads the second partition of
 * some topics.
 * @param controls name it as the controller, as brokers do with any of them
 * @returns what ends it
 */
export function hearOf(port: number, controls = false): { end: () => void } {
  // Not imported: it has to be loaded after what is replaced of it.
  const response = createRequire(__filename)(
    'kafkajs/src/protocol/requests/metadata/v6/response',
  ) as MetadataResponse;
  const { decode } = response;
  response.decode = async (bytes) => {
    const answer = await decode(bytes);
    for (const { topic, partitionMetadata } of answer.topicMetadata) {
      const lost = partitionMetadata.find(({ partitionId }) => partitionId === LOST);
      if (lost && topic.startsWith(PREFIX)) lost.leader = ABSENT;
    }
    const brokers = [{ nodeId: ABSENT, host: '127.0.0.1', port }, ...answer.brokers];
    return { ...answer, brokers, ...(controls ? { controllerId: ABSENT } : {}) };
  };
  return { end: () => (response.decode = decode) };
}
