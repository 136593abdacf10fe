import type { IncomingRecord } from '../kafka-cluster/types';
import type { PipelineMessage } from '../shared/messages';
import type { ConsumerSettings } from './config';
import type { Confirmations } from './confirmations';
import { Fault, decode } from './decode';
import { batchMessage, recordMessage } from './message';
import type { Delivery, PartitionQueue } from './partition-queue';
import type { SetAside } from './set-aside';

/** Makes a message of a delivery and gives it to the flow; records that can't be read go aside. */
export class HandingOn {
  /** whether handing on confirms by itself: nothing in the flow does */
  confirms = false;
  private readonly handedOn: { queue: PartitionQueue; delivery: Delivery }[] = [];

  /** @param send the first output */
  constructor(
    private readonly settings: Pick<ConsumerSettings, 'mode' | 'output'>,
    private readonly confirmations: Pick<Confirmations, 'idOf' | 'flowIsDone'>,
    private readonly aside: Pick<SetAside, 'one'>,
    private readonly send: (message: PipelineMessage) => void,
  ) {}

  handOn(queue: PartitionQueue, delivery: Delivery): void {
    const payload: unknown[] = [];
    for (const [index, record] of delivery.records.entries()) {
      if (delivery.aside?.has(index)) continue;
      const value = decode(record.value, this.settings.output);
      if (value instanceof Fault) this.aside.one(queue, delivery, index, value);
      else payload.push(value);
    }
    if (payload.length === 0) {
      this.confirmations.flowIsDone(queue, delivery);
      return;
    }
    const { aside } = delivery;
    const indexes = aside && Array.from(delivery.records.keys()).filter((index) => !aside.has(index));
    delivery.handedOn = indexes;
    const records = indexes ? indexes.map((index) => delivery.records[index]!) : delivery.records;
    this.send(this.messageOf(queue, delivery, records, payload));
    if (this.confirms) this.confirmSoon(queue, delivery);
  }

  private messageOf(
    queue: PartitionQueue,
    delivery: Delivery,
    records: readonly IncomingRecord[],
    payload: unknown[],
  ): PipelineMessage {
    const id = this.confirmations.idOf(queue, delivery);
    const [record] = records;
    return this.settings.mode === 'single' && record
      ? recordMessage(queue.place, record, payload[0], id)
      : batchMessage(queue.place, records, payload, id);
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
