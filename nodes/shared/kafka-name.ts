/**
 * Bytes of a group's or a client's name. Kafka's protocol has 15 bits for its length, which client libraries write as it
 * comes, so that the rest of a request can't be read; and each member's name is the client's with an id behind it.
 */
export const MAX_NAME_BYTES = 1_000;

/** @returns whether a group or a client can have this name */
export function isKafkaName(name: string): boolean {
  return name !== '' && new TextEncoder().encode(name).length <= MAX_NAME_BYTES;
}
