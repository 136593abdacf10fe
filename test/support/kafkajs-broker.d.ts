/** The part of kafkajs that sends a batch to a broker, for tests that spoil what it sends. */
declare module 'kafkajs/src/broker' {
  interface ProduceRequest {
    producerId: string;
    topicData: { topic: string; partitions: { firstSequence: number }[] }[];
  }
  class Broker {
    produce: (this: Broker, request: ProduceRequest) => Promise<unknown>;
  }
  namespace Broker {
    export { ProduceRequest };
  }
  export = Broker;
}

/** The question about a cluster to one broker of it, for tests in which each of several has to know. */
declare module 'kafkajs/src/cluster' {
  interface Broker {
    /** of all topics where none is named; the leader -1 stands for none */
    metadata: (topics: string[]) => Promise<{
      brokers: unknown[];
      topicMetadata: { topic: string; partitionMetadata: { leader: number }[] }[];
    }>;
  }
}
