/**
 * Tells what our own nodes of this process have put into a message from what somebody else has. JSON cannot carry a
 * symbol: neither a browser nor a record nor another Node-RED can write one, and none of them gets to see it. Node-RED's
 * clone of a message keeps it.
 */
const OURS = Symbol('serial-kafka-mongo');

/** Marks a part of a message, as `msg.kafka` and `msg.stored` are. @returns the same object */
export function markAsOurs<T extends object>(part: T): T {
  return Object.assign(part, { [OURS]: true });
}

/** @returns whether one of our nodes has made this part of a message, in this process */
export function isOurs(part: unknown): boolean {
  return typeof part === 'object' && part !== null && Object.hasOwn(part, OURS);
}
