import { isFromBrowser } from '../shared/from-browser';
import { UserError } from '../shared/user-error';

/** What a message can ask for instead of being written to Kafka, by its `action`. */
export type Command =
  | { action: 'discard-waiting'; topic: string }
  | { action: 'retry-refused' | 'discard-refused'; topic: string | undefined }
  | { action: 'adopt-outbox'; folder: string };

/** @returns the catalog text that says what a command has done, and what the text names beside the number of records */
export function doneText(command: Command): { key: string; params: Record<string, string> } {
  const key = (name: string): string => `kafka-producer.done.${name}`;
  switch (command.action) {
    case 'discard-waiting':
      return { key: key(command.action), params: { topic: command.topic } };
    case 'adopt-outbox':
      return { key: key(command.action), params: { outbox: command.folder } };
    case 'retry-refused':
    case 'discard-refused':
      if (command.topic !== undefined) return { key: key(command.action), params: { topic: command.topic } };
      return { key: key(command.action.replace('-', '-all-')), params: {} };
  }
}

/**
 * @returns the command that a message is, undefined for any other message: an unknown `action` is a matter of the flow
 * @throws UserError when a command does not name the topic or outbox that it needs, or comes from a dashboard's page
 */
export function readCommand(message: Record<string, unknown>): Command | undefined {
  const command = commandIn(message);
  if (command && isFromBrowser(message))
    throw new UserError('kafka-producer.errors.from-browser', { action: command.action });
  return command;
}

function commandIn(message: Record<string, unknown>): Command | undefined {
  const { action, topic } = message;
  const named = typeof topic === 'string' && topic !== '' ? topic : undefined;
  switch (action) {
    case 'discard-waiting':
      if (named === undefined) throw new UserError('kafka-producer.errors.discard-what');
      return { action, topic: named };
    case 'retry-refused':
    case 'discard-refused':
      return { action, topic: named };
    case 'adopt-outbox':
      if (typeof message.outbox !== 'string' || message.outbox === '')
        throw new UserError('kafka-producer.errors.adopt-what');
      return { action, folder: message.outbox };
    default:
      return undefined;
  }
}
