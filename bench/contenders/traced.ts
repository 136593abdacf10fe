import { readRecordSet } from '../../nodes/kafka-cluster/records/record-set';
import { infoOf, recordMessage } from '../../nodes/kafka-consumer/delivery/message';
import { readProducerConfig } from '../../nodes/kafka-producer/config';
import { MessageFields } from '../../nodes/kafka-producer/record/message-fields';
import { toRecord, type RecordFields } from '../../nodes/kafka-producer/record/record';
import { localClock } from '../../nodes/serial-json-in/lines/local-time';
import { SerialReader } from '../../nodes/serial-json-in/port/serial-reader';
import { readLineRules } from '../../nodes/serial-json-in/rules-config';
import { batch, framed } from '../../test/nodes/kafka-cluster/records/batches';
import { runProgram } from './commands';

/** Lines of one turn, which become the records of one batch. */
const LINES = 500;
const PLACE = { topic: 'Prueba', partition: 0 };

interface TraceOrder {
  /** whether each line begins a trace */
  trace: boolean;
  measureMs: number;
}

/** What the way of a reading costs, from the bytes of a port to the message of kafka-consumer. */
export interface Traced {
  /** messages a second of a processor */
  rate: number;
  /** microseconds of a processor for each */
  cpu: number;
  /** the part of the messages that has a trace */
  traced: number;
}

const lines = Buffer.concat(
  Array.from({ length: LINES }, (_, n) =>
    Buffer.from(
      `${JSON.stringify({ nodo: 'comuna_15', humedad: 60, temperatura: 26, sensacion: 26.92732, radiacion: n })}\r\n`,
    ),
  ),
);
const unused = (): never => {
  throw new Error('no field needs this');
};
const fields = new MessageFields(readProducerConfig({ topic: PLACE.topic, key: 'key', keyType: 'msg' }), {
  property: unused,
  prepare: unused,
});

/** @returns how many messages came out, and how many of them with a trace */
async function once(trace: boolean): Promise<{ messages: number; traced: number }> {
  const records: Buffer[] = [];
  const reader = new SerialReader(
    {
      port: '/dev/ttyACM0',
      maxLineLength: 4096,
      rules: readLineRules({}),
      clock: localClock(''),
      explain: (reason) => reason,
      trace,
    },
    {
      reading: (message) => records.push(encoded({ ...message }, records.length)),
      rejected: () => undefined,
    },
  );
  reader.bytes(lines);
  const bytes = batch({ body: Buffer.concat(records), count: records.length });
  const { records: read } = await readRecordSet({ bytes, from: 0n, aborted: [] });
  let traced = 0;
  for (const record of read) {
    const payload: unknown = JSON.parse(String(record.value));
    const message = recordMessage(PLACE, { payload, info: infoOf(record, String(record.key)) }, 'x');
    if (message.traceparent !== undefined) traced++;
  }
  return { messages: read.length, traced };
}

function encoded(message: Record<string, unknown>, offsetDelta: number): Buffer {
  let made: RecordFields | undefined;
  fields.read(message, (error, given) => {
    if (error) throw error;
    made = given;
  });
  if (!made) throw new Error('the fields of a message had to be waited for');
  return framed(offsetDelta, toRecord(made, Date.now(), false));
}

async function again({ trace, measureMs }: TraceOrder): Promise<Traced> {
  let count = 0;
  let traced = 0;
  const start = performance.now();
  const before = process.cpuUsage();
  do {
    const turn = await once(trace);
    if (turn.messages !== LINES) throw new Error(`${turn.messages} of ${LINES} messages`);
    count += turn.messages;
    traced += turn.traced;
  } while (performance.now() - start < measureMs);
  const { user, system } = process.cpuUsage(before);
  const cpu = (user + system) / count;
  return { rate: 1e6 / cpu, cpu, traced: traced / count };
}

runProgram({ again });
