import { createRequire } from 'node:module';
import type { WriteOrder } from './bare-producer';
import { runProgram } from './commands';
import { readingSource } from './readings';

/** The part of @platformatic/kafka that is used; it is installed apart from this repository. */
interface Library {
  Producer: new (options: object) => { send(options: object): Promise<unknown> };
  stringSerializers: object;
}

const BATCH = 500;
const load = createRequire(`${process.env.BENCH_PEERS ?? ''}/`);
const { Producer, stringSerializers } = load('@platformatic/kafka') as Library;

let producer: InstanceType<Library['Producer']> | undefined;
let running = false;
let lanes: Promise<number>[] = [];

async function lane(topic: string, partition: number, nodes: readonly string[]): Promise<number> {
  const next = readingSource(nodes);
  let sent = 0;
  while (running) {
    const messages = [];
    for (let i = 0; i < BATCH; i++) {
      const { payload, key, readingId } = next();
      const headers = new Map([['reading-id', readingId]]);
      messages.push({ topic, key, value: JSON.stringify(payload), headers, partition });
    }
    await producer?.send({ messages, acks: -1 });
    sent += messages.length;
  }
  return sent;
}

runProgram({
  start: ({ brokers, topic, nodes }: WriteOrder) => {
    producer ??= new Producer({
      clientId: 'platformatic',
      bootstrapBrokers: brokers.split(','),
      serializers: stringSerializers,
      idempotent: true,
    });
    running = true;
    lanes = nodes.map((own, partition) => lane(topic, partition, own));
  },
  stop: async () => {
    running = false;
    const sent = await Promise.all(lanes);
    return sent.reduce((sum, count) => sum + count, 0);
  },
});
