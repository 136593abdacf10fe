import type { Message } from 'kafkajs';

/**
 * Prepares the messages of one send, which all go to one partition.
 *
 * kafkajs 2.2.4 sorts what it sends by partition with a `reduce` that copies, for each message, all those before it:
 * half a million copies for a thousand messages. Here the outcome is known beforehand, and a `reduce` of the array's
 * own gives it; nothing else in kafkajs's producer calls it.
 * @returns the same array
 */
export function groupedMessages(partition: number, messages: Message[]): Message[] {
  return Object.defineProperty(messages, 'reduce', { value: () => ({ [partition]: messages }) });
}
