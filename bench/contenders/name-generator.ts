import { Kafka, logLevel, type Producer } from 'kafkajs';
import murmur2 from 'kafkajs/src/producer/partitioners/default/murmur2';
import { uuidv7 } from 'uuidv7';
import { runProgram } from './commands';

/** What to write: readings of very many sensor nodes, each node in turn. */
export interface GeneratorOrder {
  brokers: string;
  topic: string;
  partitions: number;
  names: number;
  /** each name once, in place of on and on */
  once: boolean;
}

const BATCH = 500;
/** A step through the names in which none comes again before all others have. */
const STRIDE = 7_919;
/** How often is looked whether more may be written. */
const LOOK_MS = 2;

let producer: Producer | undefined;
/** By topic, of each partition the numbers of its names, and how far it has come. */
const topics = new Map<string, Lane[]>();
let allowed = 0;
let sent = 0;
let running = false;
let lanes: Promise<void>[] = [];

/** One awaited send after the other, as a producer that is idempotent has to. */
class Lane {
  private readonly names: number[] = [];
  private place = 0;

  constructor(
    private readonly topic: string,
    private readonly partition: number,
  ) {}

  add(name: number): void {
    this.names.push(name);
  }

  async run(once: boolean): Promise<void> {
    while (running) {
      const size = once ? Math.min(BATCH, this.names.length - this.place) : BATCH;
      if (size <= 0 || this.names.length === 0) return;
      if (allowed - sent < size) {
        await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
        continue;
      }
      sent += size;
      const messages = Array.from({ length: size }, () => this.next());
      await producer?.send({ topic: this.topic, acks: -1, messages });
    }
  }

  private next(): { key: string; value: string; headers: Record<string, string>; partition: number } {
    const { partition, names } = this;
    const step = names.length % STRIDE === 0 ? 1 : STRIDE;
    const number = names[(this.place * step) % names.length] ?? 0;
    this.place++;
    const key = nameOf(number);
    const payload = {
      nodo: key,
      humedad: 40 + (this.place % 50),
      temperatura: 20 + (this.place % 15),
      sensacion: 26.92732,
      radiacion: 1997.07,
      fecha: '2026-11-24',
      hora: '08:30:00',
    };
    return { key, value: JSON.stringify(payload), headers: { 'reading-id': uuidv7() }, partition };
  }
}

function nameOf(number: number): string {
  return `comuna_${number}`;
}

function lanesOf({ topic, partitions, names }: GeneratorOrder): Lane[] {
  const all = Array.from({ length: partitions }, (_, partition) => new Lane(topic, partition));
  for (let number = 0; number < names; number++) {
    const partition = (murmur2(Buffer.from(nameOf(number))) & 0x7fffffff) % partitions;
    all[partition]?.add(number);
  }
  return all;
}

runProgram({
  /** Goes on where it was stopped; nothing is written until that is allowed. */
  start: async (order: GeneratorOrder) => {
    if (!producer) {
      const kafka = new Kafka({
        brokers: order.brokers.split(','),
        clientId: 'generator',
        logLevel: logLevel.ERROR,
      });
      producer = kafka.producer({ idempotent: true, maxInFlightRequests: 1, allowAutoTopicCreation: false });
      await producer.connect();
    }
    const own = topics.get(order.topic) ?? lanesOf(order);
    topics.set(order.topic, own);
    [sent, allowed, running] = [0, 0, true];
    lanes = own.map((lane) => lane.run(order.once));
  },
  /** How many may be written in all since it was started. @returns how many are, or are on their way */
  allow: (upTo: number) => {
    allowed = upTo;
    return sent;
  },
  /** Lets what is on its way arrive. @returns how many were written */
  stop: async () => {
    running = false;
    await Promise.all(lanes);
    return sent;
  },
});
