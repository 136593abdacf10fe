import { isDeepStrictEqual } from 'node:util';
import { BSON } from 'mongodb';
import { isVariable, isWideNumber } from '../../shared/stored-reading';
import type { ReadingDocument } from './document';

/** How documents are read to be compared, here and from the database. */
export const READ_OPTIONS = { promoteValues: true, promoteLongs: true, useBigInt64: false };

/**
 * Whether a stored document is the same reading as one that was to be stored under its `_id`: the same `_id` alone could
 * be anybody's.
 *
 * A record's place in Kafka is its own. A reading id is not: a flow that makes several readings out of one message hands
 * it on to each. So the node and the values have to be the same too. Nothing else has to: a reading may come again
 * through another topic, such as that of the dead letters, and `fecha` and `hora` only say in words what the id says.
 */
export function isSameReading(stored: Partial<ReadingDocument>, ours: ReadingDocument): boolean {
  if (ours.readingId !== undefined)
    return (
      stored.readingId === ours.readingId && isDeepStrictEqual(contentOf(stored), contentOf(asStored(ours)))
    );
  return (
    stored.topic === ours.topic &&
    stored.kafka?.partition === ours.kafka?.partition &&
    String(stored.kafka?.offset) === String(ours.kafka?.offset)
  );
}

/** A document as it comes back from the database. */
function asStored(document: ReadingDocument): BSON.Document {
  return BSON.deserialize(BSON.serialize(document, { ignoreUndefined: true }), READ_OPTIONS);
}

function contentOf(document: Partial<ReadingDocument>): [string, unknown][] {
  const names = Object.keys(document).filter(
    (name) => isVariable(name) || name === 'nodo' || name === 'enviado',
  );
  return names.sort().map((name) => [name, comparable(document[name])]);
}

/** A number is the same however wide it came: what another setting of the consumer read as JSON has been rounded. */
function comparable(value: unknown): unknown {
  if (isWideNumber(value)) return Number(value.toString());
  if (Array.isArray(value)) return value.map(comparable);
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype)
    return value;
  const fields = value as Record<string, unknown>;
  return Object.keys(fields)
    .sort()
    .map((name) => [name, comparable(fields[name])]);
}
