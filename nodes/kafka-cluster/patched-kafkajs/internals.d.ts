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
    /** what it speaks, by the key of each request; known once it is connected */
    versions: Record<number, { minVersion: number; maxVersion: number } | undefined>;
    connectionPool: { send: <T>(request: ProtocolRequest<T>) => Promise<T> };
  }
  interface Cluster {
    /** of the brokers that are there, as of the last metadata */
    getNodeIds: () => string[];
    /** connected */
    findBroker: (options: { nodeId: string }) => Promise<Broker>;
  }
}

declare module 'kafkajs/src/protocol/encoder' {
  class Encoder {
    writeInt8(value: number): this;
    writeInt32(value: number): this;
    writeInt64(value: number): this;
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
    readBoolean(): boolean;
    readString(): string;
    readUVarIntString(): string;
    readTaggedFields(): unknown;
    readArray<T>(read: (decoder: Decoder) => T): T[];
    readUVarIntArray<T>(read: (decoder: Decoder) => T): T[];
  }
  export = Decoder;
}
