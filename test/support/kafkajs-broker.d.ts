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
