/** The inner parts of kafkajs that this package reaches into. */

/** See request-queue-timer.ts. */
declare module 'kafkajs/src/network/requestQueue' {
  class RequestQueue {
    readonly pending: readonly unknown[];
    readonly throttledUntil: number;
    scheduleCheckPendingRequests: (this: RequestQueue) => void;
  }
  export = RequestQueue;
}

/** See answer-bytes.ts, silent-connections.ts and encoded-first.ts. */
declare module 'kafkajs/src/network/connection' {
  import type { Socket } from 'node:net';

  interface Asked {
    readonly request: { encode(): Promise<unknown> };
    readonly response: { decode(payload: Buffer): Promise<unknown> };
  }
  class Connection {
    constructor(options: object);
    /** the last one; none before the first connect() */
    socket?: Socket;
    /** of the answer that has begun to come */
    chunks: Buffer[];
    bytesBuffered: number;
    /** before there is something to read */
    bytesNeeded: number;
    /** what is not answered yet, by the number of each request */
    readonly requestQueue: { readonly inflight: ReadonlyMap<number, { readonly sentAt: number | null }> };
    isConnected(): boolean;
    disconnect(): Promise<boolean>;
    connect: (this: Connection) => Promise<boolean>;
    processData: (this: Connection, data: Buffer) => void;
    send: (this: Connection, asked: Asked) => Promise<unknown>;
  }
  export = Connection;
}

/** The hash behind the partition of a key, as in Java's DefaultPartitioner: a signed 32-bit integer. */
declare module 'kafkajs/src/producer/partitioners/default/murmur2' {
  function murmur2(key: Buffer | string): number;
  export = murmur2;
}

/** See own-requests.ts. */
declare module 'kafkajs/src/cluster' {
  import type Encoder from 'kafkajs/src/protocol/encoder';

  interface ProtocolRequest<T> {
    request: { apiKey: number; apiVersion: number; apiName: string; encode: () => Promise<Encoder> };
    response: { decode: (data: Buffer) => Promise<T>; parse: (answer: T) => Promise<T> };
  }
  interface Broker {
    /** by which metadata names it; none before the first of them */
    readonly nodeId: number | string | null;
    /** what it speaks, by the key of each request; known once it is connected */
    versions: Record<number, { minVersion: number; maxVersion: number } | undefined>;
    connectionPool: { send: <T>(request: ProtocolRequest<T>) => Promise<T> };
    fetch: (request: object) => Promise<{ clientSideThrottleTime?: number }>;
    syncGroup: (request: SyncRequest) => Promise<unknown>;
    heartbeat: (request: Membership) => Promise<unknown>;
    listOffsets: (request: {
      topics: { topic: string; partitions: { partition: number; timestamp: number }[] }[];
    }) => Promise<OffsetsAnswer>;
    offsetFetch: (request: { groupId: string; topics: TopicToAsk[] }) => Promise<OffsetsAnswer>;
    findGroupCoordinator: (request: {
      groupId: string;
      coordinatorType: number;
    }) => Promise<{ coordinator: { nodeId: number } }>;
    /** of those groups that it coordinates */
    listGroups: () => Promise<{ groups: { groupId: string }[] }>;
    describeGroups: (request: { groupIds: string[] }) => Promise<{ groups: DescribedGroup[] }>;
    /** @returns nothing where no acknowledgement was asked for */
    produce: (request: ProduceRequest) => Promise<{ clientSideThrottleTime?: number } | undefined>;
  }
  interface SyncRequest {
    groupId: string;
    generationId: number;
    memberId: string;
  }
  interface Membership {
    groupId: string;
    groupGenerationId: number;
    memberId: string;
  }
  interface ProduceRequest {
    topicData: { topic: string; partitions: { partition: number }[] }[];
  }
  /** All that it takes to ask brokers one by one. */
  interface Asked {
    getNodeIds: () => string[];
    findBroker: (options: { nodeId: string }) => Promise<Pick<Broker, 'versions' | 'connectionPool'>>;
  }
  interface Cluster {
    readonly brokerPool: { readonly brokers: Readonly<Record<string, { isConnected(): boolean }>> };
    /** of the brokers that are there, as of the last metadata; those first that it is connected to */
    getNodeIds: () => string[];
    /** connected */
    findBroker: (options: { nodeId: string }) => Promise<Broker>;
    /** asks anew about the topics that it knows of */
    refreshMetadata: () => Promise<void>;
    /** as of the last metadata; none of a topic that it has not asked about */
    findTopicPartitionMetadata: (topic: string) => { partitionId: number; leader: number }[];
    /** connected; rejects where there is none, without the reason */
    findGroupCoordinator: (options: { groupId: string }) => Promise<Broker>;
    /** connected; of Kafka without ZooKeeper any that the last metadata has named */
    findControllerBroker: (this: Cluster) => Promise<Broker>;
  }
  interface TopicToAsk {
    topic: string;
    partitions: { partition: number }[];
  }
  /** With the errors of single partitions beside what is told of others where it is asked for by wholeAnswer. */
  interface OffsetsAnswer {
    responses: { topic: string; partitions: { partition: number; offset: string; errorCode: number }[] }[];
  }
  interface DescribedGroup {
    errorCode: number;
    groupId: string;
    state: string;
    members: { clientId: string; clientHost: string; memberAssignment: Buffer }[];
  }
}

/** See beginnings.ts. */
declare module 'kafkajs/src/consumer/offsetManager' {
  import type { Cluster } from 'kafkajs/src/cluster';

  class OffsetManager {
    readonly cluster: Cluster;
    /** the assigned ones */
    readonly topics: string[];
    readonly memberAssignment: Record<string, number[] | undefined>;
    /** by topic and partition; what has none is not fetched */
    committedOffsets(): Record<string, Record<number, string> | undefined>;
    resolveOffsets: (this: OffsetManager) => Promise<void>;
  }
  export = OffsetManager;
}

/** See leaderless.ts. */
declare module 'kafkajs/src/protocol/requests/metadata/v0/response' {
  interface MetadataAnswer {
    topicMetadata: {
      topicErrorCode: number;
      topic: string;
      partitionMetadata: { partitionErrorCode: number; partitionId: number; leader: number }[];
    }[];
  }
  interface MetadataResponse {
    decode: unknown;
    /** @throws (a rejection) when the answer tells of an error */
    parse: <T extends MetadataAnswer>(answer: T) => Promise<T>;
  }
}

declare module 'kafkajs/src/protocol/encoder' {
  class Encoder {
    writeInt8(value: number): this;
    writeInt32(value: number): this;
    writeInt64(value: number): this;
    writeDouble(value: number): this;
    writeBoolean(value: boolean): this;
    writeUVarInt(value: number): this;
    writeString(value: string): this;
    writeUVarIntString(value: string): this;
    writeArray(array: Encoder[] | number[]): this;
    writeUVarIntArray(array: Encoder[]): this;
  }
  export = Encoder;
}

declare module 'kafkajs/src/protocol/decoder' {
  class Decoder {
    constructor(data: Buffer);
    readInt16(): number;
    readInt32(): number;
    readInt64(): bigint;
    canReadBytes(length: number): boolean;
    readBytes(length: number): Buffer;
    readBoolean(): boolean;
    readString(): string;
    readUVarIntString(): string;
    readTaggedFields(): unknown;
    readArray<T>(read: (decoder: Decoder) => T): T[];
    readUVarIntArray<T>(read: (decoder: Decoder) => T): T[];
  }
  export = Decoder;
}

/** See fetched-run.ts. */
declare module 'kafkajs/src/consumer/runner' {
  import type { EachBatchHandler } from 'kafkajs';

  interface Run {
    readonly topic: string;
    readonly partition: number;
    readonly messages: readonly unknown[];
    read(limits: object): Promise<void>;
    isEmpty(): boolean;
    lastOffset(): string;
  }

  class Runner {
    readonly eachBatch?: EachBatchHandler;
    readonly consumerGroup: {
      resolveOffset(position: { topic: string; partition: number; offset: string }): void;
    };
    handleBatch: (this: Runner, batch: Run) => Promise<void>;
  }
  export = Runner;
}

/** See partition-errors.ts. */
declare module 'kafkajs/src/consumer/consumerGroup' {
  import type { Cluster } from 'kafkajs/src/cluster';
  interface AssignedPartitions {
    topic: string;
    partitions: number[];
  }
  interface Run {
    readonly topic: string;
    readonly partition: number;
    readonly fetchedOffset: string;
    readonly error: Error | undefined;
  }

  class ConsumerGroup {
    readonly cluster: Cluster;
    /** when the group was last told that this member is alive, in milliseconds since 1970 */
    lastRequest: number;
    /** of the assigned partitions those that are not paused */
    readonly subscriptionState: { active(): AssignedPartitions[] };
    /** @returns of these the partitions that this broker is asked for */
    filterPartitionsByNode(nodeId: string, topics: AssignedPartitions[]): AssignedPartitions[];
    /** @returns what the broker has answered; patched, without what it refuses */
    fetch: (this: ConsumerGroup, nodeId: string) => Promise<Run[]>;
    recoverFromFetch(error: Error): Promise<void>;
  }
  export = ConsumerGroup;
}
