/** Something that keeps readings from being lost or doubled, how to switch it off, and the case that then has to fail. */
export interface Guard {
  name: string;
  /** relative to the checkout */
  file: string;
  /** stands in the file exactly once */
  code: string;
  /** what stands there with the guard switched off */
  off: string;
  /** arguments of `npm run faults`, or of `npm test` where it takes more than a fault to need this guard */
  test: { faults: readonly string[] } | { unit: readonly string[] };
}

const PRODUCER_TEST = 'test/nodes/kafka-cluster/producer/producer-client.test.ts';

export const GUARDS: readonly Guard[] = [
  {
    name: 'done only when the record is on disk',
    file: 'nodes/kafka-producer/outbox/outbox.ts',
    code: 'if (this.incoming.add({ record, bytes, accepted })) this.loop.wake();',
    off: 'accepted();\n    if (this.incoming.add({ record, bytes, accepted: () => undefined })) this.loop.wake();',
    test: { faults: ['4', '--only', 'in the middle of a burst'] },
  },
  {
    name: 'one batch in flight for each partition',
    file: 'nodes/kafka-producer/sending/sender.ts',
    code: 'if (buffer.busy || this.stopping.signal.aborted) return;',
    off: 'if (this.stopping.signal.aborted) return;',
    test: { faults: ['2', '--ci'] },
  },
  {
    name: 'a producer whose send has failed is not used again',
    file: 'nodes/kafka-cluster/producer/producer-client.ts',
    code: 'session.retire();\n      throw toKafkaError(',
    off: 'throw toKafkaError(',
    test: { unit: [PRODUCER_TEST, '-f', 'refuses the numbers'] },
  },
  {
    name: 'the answer has to name the partition',
    file: 'nodes/kafka-cluster/producer/producer-client.ts',
    code: 'if (!answer)\n',
    off: "if (!answer) return { baseOffset: '-1' };\n      if (!answer)\n",
    test: { unit: [PRODUCER_TEST, '-f', 'does not name its partition'] },
  },
  {
    name: 'a send on a silent connection is given up',
    file: 'nodes/kafka-cluster/producer/producer-client.ts',
    code: 'const SILENT_AFTER_MS = 20_000;',
    off: 'const SILENT_AFTER_MS = Infinity;',
    test: { faults: ['10', '--only', 'silent connection'] },
  },
  {
    name: 'a consumer on silent connections is made anew',
    file: 'nodes/kafka-cluster/consumer/connection-watchdog.ts',
    code: 'const DEAD_MS = 10_000;',
    off: 'const DEAD_MS = Infinity;',
    test: { faults: ['10', '--only', 'silent connection'] },
  },
  {
    name: 'no offset is committed before its record is confirmed',
    file: 'nodes/kafka-consumer/confirming/offset-tracker.ts',
    code: 'const position = this.openFrom ?? this.end;',
    off: 'const position = this.end;',
    test: { faults: ['4', '--ci', '--only', 'in its hands'] },
  },
  {
    name: 'what a node held is handed on again after a deploy',
    file: 'nodes/kafka-consumer/consumer.ts',
    code: 'this.confirmations.forgetAllParts();\n    this.queue.handAllOnAgain();',
    off: 'this.confirmations.forgetAllParts();',
    test: { faults: ['12', '--ci', '--only', 'delay node'] },
  },
  {
    name: 'a partition above its bound is not read on',
    file: 'nodes/kafka-consumer/delivery/delivery-queue.ts',
    code: 'queue.paused = true;\n    this.listener.pause(queue.place);',
    off: 'queue.paused = true;',
    test: { unit: ['test/nodes/kafka-consumer/delivery/memory.test.ts'] },
  },
  {
    name: 'a reading has the same _id each time it arrives',
    file: 'nodes/mongo-sink/storing/identity.ts',
    code: '_id: new ObjectId(idBytesOfReading(readingId)),',
    off: '_id: new ObjectId(idBytesOfReading(newReadingId())),',
    test: { faults: ['4', '--ci', '--only', 'in its hands'] },
  },
];
