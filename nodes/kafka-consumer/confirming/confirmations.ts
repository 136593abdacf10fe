import { randomBytes } from 'node:crypto';
import { deliveryId, type DeliveryOwner, type DeliveryParts } from '../../shared/deliveries';
import { Rejection } from '../delivery/decode';
import type { DeliveryQueue } from '../delivery/delivery-queue';
import type { Delivery, PartitionQueue } from '../delivery/partition-queue';
import { SplitTracker } from './split-tracker';
import type { SetAside } from '../dead-letters/set-aside';

/** Takes what the flow says of the messages that it was given: confirmed, held or rejected, whole or piece by piece. */
export class Confirmations implements DeliveryOwner {
  /** confirmations and rejections of deliveries that are not, or no longer, known */
  unknown = 0;
  /** pieces of split messages that are confirmed, and that are held */
  private readonly confirmedParts = new SplitTracker();
  private readonly heldParts = new SplitTracker();
  /** begins the ids of the deliveries that this very consumer gives out; partition and number follow */
  private readonly prefix: string;

  /** @param nodeId begins the ids of the deliveries */
  constructor(
    nodeId: string,
    private readonly queue: Pick<DeliveryQueue, 'find' | 'settle' | 'handOnAgain'>,
    private readonly aside: Pick<SetAside, 'all' | 'one'>,
  ) {
    // Nobody can guess an id that they were not given.
    const instance = randomBytes(12).toString('base64url');
    this.prefix = deliveryId(nodeId, `${instance}.`);
  }

  /** @returns what a message carries to be confirmed by */
  idOf(queue: PartitionQueue, delivery: Delivery): string {
    const { number, from } = delivery;
    return `${this.prefix}${queue.slot}.${number}${from === 0 ? '' : `.${from}`}`;
  }

  confirm(id: string, parts?: DeliveryParts): void {
    const found = this.find(id);
    if (!found) this.unknown++;
    else if (!parts) this.flowIsDone(found.queue, found.delivery);
    else for (const complete of this.confirmedParts.arrive(id, parts)) this.confirm(complete);
  }

  hold(id: string, parts?: DeliveryParts): void {
    const found = this.find(id);
    if (!found) return;
    if (!parts) found.delivery.held = true;
    else for (const complete of this.heldParts.arrive(id, parts)) this.hold(complete);
  }

  reject(id: string, reason: Error, parts?: DeliveryParts): void {
    const found = this.find(id);
    if (!found) {
      this.unknown++;
      return;
    }
    const { queue, delivery } = found;
    const rejection = new Rejection('rejected', reason.message);
    const piece = pieceOf(delivery, parts);
    if (piece === undefined) {
      this.giveUp(queue, delivery, rejection);
    } else {
      this.aside.one(queue, delivery, piece, rejection);
      this.confirm(id, parts);
    }
  }

  /** Puts all of a delivery's message aside: the flow is not asked any more. */
  giveUp(queue: PartitionQueue, delivery: Delivery, rejection: Rejection): void {
    this.aside.all(queue, delivery, rejection);
    this.flowIsDone(queue, delivery);
  }

  /** The flow has confirmed a delivery, or has nothing to confirm. */
  flowIsDone(queue: PartitionQueue, delivery: Delivery): void {
    if (delivery.to < delivery.records.length) {
      // The rest of it goes now: all at once would have been too large.
      this.forgetParts(queue, delivery);
      delivery.from = delivery.to;
      delivery.to = delivery.records.length;
      delivery.overdue = 0;
      this.queue.handOnAgain(queue, delivery);
      return;
    }
    delivery.flowIsDone = true;
    this.settle(queue, delivery);
  }

  /** A part of a delivery's work is done. */
  settle(queue: PartitionQueue, delivery: Delivery): void {
    if (!this.queue.settle(queue, delivery)) return;
    if (this.confirmedParts.size > 0 || this.heldParts.size > 0) this.forgetParts(queue, delivery);
  }

  /** A delivery is handed on anew: what came of its pieces does not count. */
  forgetParts(queue: PartitionQueue, delivery: Delivery): void {
    const id = this.idOf(queue, delivery);
    this.confirmedParts.forget(id);
    this.heldParts.forget(id);
  }

  /** All deliveries are. */
  forgetAllParts(): void {
    this.confirmedParts.clear();
    this.heldParts.clear();
  }

  private find(id: string): { queue: PartitionQueue; delivery: Delivery } | undefined {
    if (!id.startsWith(this.prefix)) return undefined;
    const [slot, number, from = '0'] = id.slice(this.prefix.length).split('.', 3);
    const found = this.queue.find(Number(slot), Number(number));
    return found?.delivery.from === Number(from) ? found : undefined;
  }
}

/**
 * @returns the index of the record that a piece of a split message is; undefined when the pieces are not the records
 *   of the delivery
 */
function pieceOf({ records, handedOn }: Delivery, parts: DeliveryParts | undefined): number | undefined {
  if (parts?.index === undefined || parts.parts || records.length < 2) return undefined;
  if (parts.count !== (handedOn ?? records).length) return undefined;
  return handedOn ? handedOn[parts.index] : parts.index;
}
