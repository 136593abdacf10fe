import { isFromBrowser } from './from-browser';

/**
 * Where the confirmations of all consumers of this process meet. kafka-consumer signs in with its node id and gives out
 * delivery ids that begin with it; whoever has handled a message (mongo-sink, or a flow by way of the consumer's input)
 * confirms or rejects it here, without knowing the consumer. Who may need long for that tells first that it holds it.
 */

/** What a consumer does with confirmations of its own deliveries. */
export interface DeliveryOwner {
  hold(delivery: string, parts?: DeliveryParts): void;
  confirm(delivery: string, parts?: DeliveryParts): void;
  reject(delivery: string, reason: Error, parts?: DeliveryParts): void;
}

/** The part of `msg.parts` that says which piece of a split message was handled. */
export interface DeliveryParts {
  id?: string;
  index?: number;
  count?: number;
  /** where the split message was itself a piece of another */
  parts?: DeliveryParts;
}

/** The part of a message that confirmations need. */
export interface DeliveredMessage {
  kafka?: { delivery?: unknown } | undefined;
  parts?: DeliveryParts | undefined;
}

const SEPARATOR = '/';
const owners = new Map<string, DeliveryOwner>();

/** Signs a consumer in under its node id; the latest one with an id gets its confirmations. */
export function registerOwner(ownerId: string, owner: DeliveryOwner): void {
  owners.set(ownerId, owner);
}

/** Signs a consumer out, unless another instance with the same id has signed in since. */
export function unregisterOwner(ownerId: string, owner: DeliveryOwner): void {
  if (owners.get(ownerId) === owner) owners.delete(ownerId);
}

/** @returns a delivery id that leads back to its owner; `rest` is the owner's to read. */
export function deliveryId(ownerId: string, rest: string): string {
  return ownerId + SEPARATOR + rest;
}

/** @returns the delivery ids that a message carries: none, one, or several after a join. A browser confirms nothing. */
export function deliveriesOf(message: DeliveredMessage): string[] {
  if (isFromBrowser(message)) return [];
  const delivery = message.kafka?.delivery;
  if (typeof delivery === 'string') return [delivery];
  return (Array.isArray(delivery) ? delivery : [delivery]).filter(
    (id): id is string => typeof id === 'string',
  );
}

/**
 * Holds a message: it is in good hands, and will be confirmed or rejected however long that takes (while a database is
 * away, say). Until then its consumer neither misses it nor hands it on again, unless a deploy may have ended its holder.
 */
export function hold(message: DeliveredMessage): void {
  for (const id of deliveriesOf(message)) ownerOf(id)?.hold(id, message.parts);
}

/** Confirms a message: what it was delivered for is safe. A message without deliveries, or of a consumer that is gone, changes nothing. */
export function confirm(message: DeliveredMessage): void {
  for (const id of deliveriesOf(message)) ownerOf(id)?.confirm(id, message.parts);
}

/** Rejects a message: it can never be stored, and its consumer has to put it aside with this reason. */
export function reject(message: DeliveredMessage, reason: Error): void {
  for (const id of deliveriesOf(message)) ownerOf(id)?.reject(id, reason, message.parts);
}

function ownerOf(delivery: string): DeliveryOwner | undefined {
  const end = delivery.indexOf(SEPARATOR);
  return end < 0 ? undefined : owners.get(delivery.slice(0, end));
}
