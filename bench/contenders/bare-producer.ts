import { Kafka, logLevel, type Producer } from 'kafkajs';
import { runProgram } from './commands';
import { readingSource } from './readings';

/** Where to write to; `nodes[p]` are the sensor nodes whose key belongs to partition p. */
export interface WriteOrder {
  brokers: string;
  topic: string;
  nodes: string[][];
}

const BATCH = 500;

let producer: Producer | undefined;
let running = false;
let lanes: Promise<number>[] = [];

/** One awaited send of 500 after the other, as the nodes must: one partition a send, idempotent, all replicas. */
async function lane(topic: string, partition: number, nodes: readonly string[]): Promise<number> {
  const next = readingSource(nodes);
  let sent = 0;
  while (running) {
    const messages = [];
    for (let i = 0; i < BATCH; i++) {
      const { payload, key, readingId } = next();
      messages.push({ key, value: JSON.stringify(payload), headers: { 'reading-id': readingId }, partition });
    }
    await producer?.send({ topic, acks: -1, messages });
    sent += messages.length;
  }
  return sent;
}

runProgram({
  start: async ({ brokers, topic, nodes }: WriteOrder) => {
    if (!producer) {
      const kafka = new Kafka({ brokers: brokers.split(','), clientId: 'bare', logLevel: logLevel.ERROR });
      producer = kafka.producer({ idempotent: true, maxInFlightRequests: 1, allowAutoTopicCreation: false });
      await producer.connect();
    }
    running = true;
    lanes = nodes.map((own, partition) => lane(topic, partition, own));
  },
  /** Lets what is on its way arrive. @returns how many were written */
  stop: async () => {
    running = false;
    const sent = await Promise.all(lanes);
    return sent.reduce((sum, count) => sum + count, 0);
  },
});
