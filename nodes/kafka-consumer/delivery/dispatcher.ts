import type { IncomingRecord } from '../../kafka-cluster/types';
import type { PipelineMessage } from '../../shared/messages';
import { MemoryMeter } from '../../shared/data-bounds';
import { toError } from '../../shared/user-error';
import type { ConsumerSettings } from '../config';
import type { Confirmations } from '../confirming/confirmations';
import { Rejection, decode, decodeKey, noValue } from './decode';
import { batchMessage, infoOf, recordMessage, type ReadRecord } from './message';
import type { Delivery, PartitionQueue } from './partition-queue';
import { growthOf } from './record-memory';
import type { RecordSchemas } from './record-schemas';
import { schemaHeader } from './schema-headers';
import type { SetAside } from '../dead-letters/set-aside';

/** What the values of one message may take beyond what was reckoned: the rest of its delivery follows in another. */
const MOST_GROWTH = 8 * 2 ** 20;

/** Makes a message of a delivery and gives it to the flow; records that can't be read go aside. */
export class Dispatcher {
  /** whether handing on confirms by itself: nothing in the flow does */
  confirms = false;
  private readonly handedOn: { queue: PartitionQueue; delivery: Delivery }[] = [];

  /**
   * @param send the first output
   * @param schemas of a registry, where one is used
   */
  constructor(
    private readonly settings: Pick<ConsumerSettings, 'mode' | 'output' | 'keyOutput' | 'integers'>,
    private readonly confirmations: Pick<Confirmations, 'idOf' | 'flowIsDone' | 'giveUp'>,
    private readonly aside: Pick<SetAside, 'one'>,
    private readonly send: (message: PipelineMessage) => void,
    private readonly schemas?: Pick<RecordSchemas, 'decode'>,
  ) {}

  /**
   * Never throws: it is called by timers and events, where that would end Node-RED.
   * @param admit asked before it goes to the flow, with what its values take beyond what was reckoned; refused, it waits
   */
  handOn(queue: PartitionQueue, delivery: Delivery, admit: (growth: number) => boolean = () => true): void {
    const { records } = delivery;
    const read: ReadRecord[] = [];
    let growth = 0;
    let index = delivery.from;
    for (; index < records.length && growth <= MOST_GROWTH; index++) {
      const record = records[index];
      if (!record || delivery.aside?.has(index)) continue;
      const meter = new MemoryMeter();
      const result = this.read(record, meter);
      if (result instanceof Rejection) {
        this.aside.one(queue, delivery, index, result);
        continue;
      }
      growth += growthOf(record, meter.bytes);
      read.push(result);
    }
    delivery.to = index;
    if (read.length === 0) {
      this.confirmations.flowIsDone(queue, delivery);
      return;
    }
    if (!admit(growth)) return;
    const { aside, from, to } = delivery;
    delivery.handedOn =
      aside || from > 0 || to < records.length
        ? Array.from({ length: to - from }, (_, at) => from + at).filter((at) => !aside?.has(at))
        : undefined;
    try {
      this.send(this.messageOf(queue, delivery, read));
    } catch (thrown) {
      this.confirmations.giveUp(queue, delivery, rejectionOf(thrown));
      return;
    }
    if (this.confirms) this.confirmSoon(queue, delivery);
  }

  /** Reads one record. What nobody foresaw rejects this one alone, and the next goes on. */
  private read(record: IncomingRecord, meter: MemoryMeter): ReadRecord | Rejection {
    try {
      if (record.rejection) return new Rejection(record.rejection.reason, record.rejection.detail);
      const payload = this.payloadOf(record, meter);
      if (payload instanceof Rejection) return payload;
      return { payload, info: infoOf(record, this.keyOf(record, meter)) };
    } catch (thrown) {
      return rejectionOf(thrown);
    }
  }

  private payloadOf({ value, headers }: IncomingRecord, meter: MemoryMeter): unknown {
    const { output, integers } = this.settings;
    if (output !== 'registry') return decode(value, output, integers, meter);
    return value === null ? noValue() : this.decodeBySchema(value, meter, schemaHeader(headers, 'value'));
  }

  /** A key that has no schema, or another one, is given as text or bytes: that is what it is. */
  private keyOf({ key, headers }: IncomingRecord, meter: MemoryMeter): unknown {
    const { keyOutput, integers } = this.settings;
    if (keyOutput !== 'registry') return decodeKey(key, keyOutput, integers, meter);
    const decoded = key === null ? null : this.decodeBySchema(key, meter, schemaHeader(headers, 'key'));
    return decoded instanceof Rejection ? decodeKey(key, 'string') : decoded;
  }

  private decodeBySchema(bytes: Buffer, meter: MemoryMeter, header: Buffer | undefined): unknown {
    if (!this.schemas) throw new Error('there is no registry');
    return this.schemas.decode(bytes, this.settings.integers, meter, header);
  }

  private messageOf(queue: PartitionQueue, delivery: Delivery, read: readonly ReadRecord[]): PipelineMessage {
    const id = this.confirmations.idOf(queue, delivery);
    const [record] = read;
    return this.settings.mode === 'single' && record
      ? recordMessage(queue.place, record, id)
      : batchMessage(queue.place, read, id);
  }

  /** Confirms once the nodes behind the wires have had their turn: no more is handed on than they take. */
  private confirmSoon(queue: PartitionQueue, delivery: Delivery): void {
    this.handedOn.push({ queue, delivery });
    if (this.handedOn.length > 1) return;
    setImmediate(() => {
      for (const done of this.handedOn.splice(0)) this.confirmations.flowIsDone(done.queue, done.delivery);
    });
  }
}

/** What nobody foresaw, with the place in the program where it happened. */
function rejectionOf(thrown: unknown): Rejection {
  const error = toError(thrown);
  return new Rejection('failed', error.stack ?? error.message);
}
