import {
  newDecoder,
  newEncoder,
  type AskedBrokers,
  type ConnectedBroker,
  type Decoder,
  type ProtocolRequest,
} from '../patched-kafkajs/index';
import { recordTime } from '../../shared/reading-id';
import { toError } from '../../shared/user-error';
import { isOfConnection } from '../errors';
import type { SilentBroker, TopicDescription, TopicExtent } from '../types';
import { askBroker, type Terms } from './ask-broker';

/*
 * How large topics are and when they were last written to: two requests of Kafka's protocol that kafkajs 2.2.4 does not
 * speak, over the connections of its admin client. Layouts from the message definitions of Apache Kafka,
 * DescribeLogDirs version 1 and ListOffsets version 7.
 */
const DESCRIBE_LOG_DIRS = { apiKey: 35, apiVersion: 1, apiName: 'DescribeLogDirs' };
const LIST_OFFSETS = { apiKey: 2, apiVersion: 7, apiName: 'ListOffsets' };
/** Stands for a time in ListOffsets, from version 7 on: the record with the greatest timestamp (KIP-734). */
const GREATEST_TIMESTAMP = -3;
const NO_TAGS = 0;

type AskedBroker = Pick<ConnectedBroker, 'versions' | 'connectionPool'>;

/**
 * @param cluster none where kafkajs does not give its connections: nothing is known then
 * @param silent told of each broker that does not answer: what it alone could tell is undefined
 * @returns by topic; what a broker does not know how to tell, or may not tell to this user, is undefined
 * @throws when no broker answers
 */
export async function topicExtents(
  cluster: AskedBrokers | undefined,
  topics: readonly TopicDescription[],
  terms: Terms,
  silent: (broker: SilentBroker) => void,
): Promise<Map<string, TopicExtent>> {
  const extents = new Map<string, TopicExtent>(
    topics.map(({ name }) => [name, { bytes: undefined, newest: undefined }]),
  );
  if (!cluster) return extents;
  const sizes = new LargestReplicas();
  const nodeIds = cluster.getNodeIds();
  const answers = await Promise.allSettled(
    nodeIds.map((nodeId) =>
      askBroker(cluster, nodeId, terms, async (broker) => ({
        replicas: await replicasOn(broker, topics),
        newest: await newestOn(broker, Number(nodeId), topics),
      })),
    ),
  );
  const silentOnes = new Set<number>();
  for (const [i, answer] of answers.entries()) {
    const broker = Number(nodeIds[i]);
    if (answer.status === 'rejected') {
      const error = toError(answer.reason);
      if (!isOfConnection(error) || silentOnes.size === nodeIds.length - 1) throw error;
      silentOnes.add(broker);
      silent({ broker, error });
      continue;
    }
    for (const { topic, partition, bytes } of answer.value.replicas) sizes.add(topic, partition, bytes);
    for (const { topic, time } of answer.value.newest) {
      const extent = extents.get(topic);
      if (extent) extent.newest = Math.max(time, extent.newest ?? time);
    }
  }
  for (const { name, partitions } of topics) {
    const extent = extents.get(name);
    if (!extent) continue;
    const isWhole = silentOnes.size === 0 || partitions.every(({ partition }) => sizes.has(name, partition));
    extent.bytes = isWhole ? sizes.of(name) : undefined;
    if (partitions.some(({ leader }) => silentOnes.has(leader))) extent.newest = undefined;
  }
  return extents;
}

/** Size of one copy of each topic. Replicas differ a little, since each broker rolls and deletes its files by itself. */
class LargestReplicas {
  private readonly topics = new Map<string, Map<number, number>>();

  add(topic: string, partition: number, bytes: number): void {
    let partitions = this.topics.get(topic);
    if (!partitions) this.topics.set(topic, (partitions = new Map<number, number>()));
    partitions.set(partition, Math.max(bytes, partitions.get(partition) ?? 0));
  }

  has(topic: string, partition: number): boolean {
    return this.topics.get(topic)?.has(partition) === true;
  }

  of(topic: string): number | undefined {
    const partitions = this.topics.get(topic);
    return partitions && [...partitions.values()].reduce((sum, bytes) => sum + bytes, 0);
  }
}

interface Replica {
  topic: string;
  partition: number;
  bytes: number;
}

/** @returns the replicas that a broker has on its disks; none where the user may not see them */
async function replicasOn(broker: AskedBroker, topics: readonly TopicDescription[]): Promise<Replica[]> {
  if (!speaks(broker, DESCRIBE_LOG_DIRS)) return [];
  return broker.connectionPool.send<Replica[]>({
    request: {
      ...DESCRIBE_LOG_DIRS,
      encode: () =>
        Promise.resolve(
          newEncoder().writeArray(
            topics.map(({ name, partitions }) =>
              newEncoder()
                .writeString(name)
                .writeArray(partitions.map(({ partition }) => partition)),
            ),
          ),
        ),
    },
    response: answerOf((decoder) => {
      decoder.readInt32(); // throttle time
      return decoder.readArray(logDir).flat();
    }),
  });
}

function logDir(decoder: Decoder): Replica[] {
  decoder.readInt16(); // error: such a directory has no topics
  decoder.readString(); // its path
  return decoder
    .readArray(() => {
      const topic = decoder.readString();
      return decoder.readArray(() => {
        const partition = decoder.readInt32();
        const bytes = Number(decoder.readInt64());
        decoder.readInt64(); // how far it is behind
        const isMoving = decoder.readBoolean();
        return { topic, partition, bytes: isMoving ? 0 : bytes };
      });
    })
    .flat();
}

/** @returns the greatest timestamp of each partition that a broker leads and that holds records */
async function newestOn(
  broker: AskedBroker,
  nodeId: number,
  topics: readonly TopicDescription[],
): Promise<{ topic: string; time: number }[]> {
  const led = topics
    .map(({ name, partitions }) => ({
      name,
      partitions: partitions.filter(({ leader }) => leader === nodeId),
    }))
    .filter(({ partitions }) => partitions.length > 0);
  if (led.length === 0 || !speaks(broker, LIST_OFFSETS)) return [];
  return broker.connectionPool.send<{ topic: string; time: number }[]>({
    request: {
      ...LIST_OFFSETS,
      encode: () =>
        Promise.resolve(
          newEncoder()
            .writeUVarInt(NO_TAGS)
            .writeInt32(-1) // not a replica
            .writeInt8(0) // what transactions have not committed counts too
            .writeUVarIntArray(
              led.map(({ name, partitions }) =>
                newEncoder()
                  .writeUVarIntString(name)
                  .writeUVarIntArray(
                    partitions.map(({ partition }) =>
                      newEncoder()
                        .writeInt32(partition)
                        .writeInt32(-1) // whatever the leader's epoch
                        .writeInt64(GREATEST_TIMESTAMP)
                        .writeUVarInt(NO_TAGS),
                    ),
                  )
                  .writeUVarInt(NO_TAGS),
              ),
            )
            .writeUVarInt(NO_TAGS),
        ),
    },
    response: answerOf((decoder) => {
      decoder.readTaggedFields();
      decoder.readInt32(); // throttle time
      return decoder.readUVarIntArray(newestOfTopic).flat();
    }),
  });
}

function newestOfTopic(decoder: Decoder): { topic: string; time: number }[] {
  const topic = decoder.readUVarIntString();
  const times = decoder.readUVarIntArray(() => {
    decoder.readInt32(); // partition
    const error = decoder.readInt16();
    const time = Number(decoder.readInt64());
    decoder.readInt64(); // offset
    decoder.readInt32(); // the leader's epoch
    decoder.readTaggedFields();
    return error === 0 ? time : -1;
  });
  decoder.readTaggedFields();
  return times.filter((time) => time >= 0).map((time) => ({ topic, time: recordTime(time) }));
}

function speaks(
  broker: AskedBroker,
  { apiKey, apiVersion }: { apiKey: number; apiVersion: number },
): boolean {
  const versions = broker.versions[apiKey];
  return versions !== undefined && versions.minVersion <= apiVersion && apiVersion <= versions.maxVersion;
}

function answerOf<T>(read: (decoder: Decoder) => T): ProtocolRequest<T>['response'] {
  return {
    decode: (data) => Promise.resolve(read(newDecoder(data))),
    parse: (answer) => Promise.resolve(answer),
  };
}
