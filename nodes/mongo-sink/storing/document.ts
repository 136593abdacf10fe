import type { ObjectId } from 'mongodb';
import { DATA_BOUNDS } from '../../shared/data-bounds';
import { isObject, isReading } from '../../shared/reading';
import { OWN_FIELDS } from '../../shared/stored-reading';
import { UserError, shorten } from '../../shared/user-error';
import type { Element, Identity } from './identity';
import { parseJson } from './json-text';
import { storableCopy } from './storable';

/** What the sink adds to a reading. */
interface OwnFields {
  ts: Date;
  topic?: string;
  readingId?: string;
  /** instead of the reading id, for a record that has none */
  kafka?: { partition: number; offset: bigint };
}

/** A reading as it stands in the database: its fields as sent, and ours. */
export interface ReadingDocument extends OwnFields {
  _id: ObjectId;
  nodo: string;
  /** fields of the reading whose names are ours */
  enviado?: Record<string, unknown>;
  [field: string]: unknown;
}

/**
 * Makes the document of a reading.
 * @throws UserError when it is no reading, or can't be stored as it is
 */
export function toDocument({ value, identity }: Element): ReadingDocument {
  const reading = typeof value === 'string' || value instanceof Uint8Array ? parseJson(value) : value;
  if (!isObject(reading)) throw new UserError('mongo-sink.errors.not-an-object', { value: shorten(reading) });
  const copy = storableCopy(reading);
  // Of the copy: a reading may answer otherwise when it is asked again.
  if (!isReading(copy)) throw new UserError('mongo-sink.errors.no-nodo', { value: shorten(copy) });
  if (copy.nodo.length > DATA_BOUNDS.nodo)
    throw new UserError('mongo-sink.errors.long-nodo', {
      value: shorten(copy.nodo),
      limit: DATA_BOUNDS.nodo,
    });
  const { ts } = identity;
  const document: ReadingDocument = {
    _id: identity._id,
    ...withoutOwnFields(copy),
    nodo: copy.nodo,
    ts,
  };
  addOwnFields(document, identity);
  return document;
}

function addOwnFields(document: ReadingDocument, { topic, readingId, place }: Identity): void {
  if (topic !== undefined) document.topic = topic;
  if (readingId !== undefined) document.readingId = readingId;
  else if (place) document.kafka = { partition: place.partition, offset: BigInt(place.offset) };
}

function isOwn(name: string): boolean {
  return OWN_FIELDS.has(name);
}

function withoutOwnFields(reading: Record<string, unknown>): Record<string, unknown> {
  if (!Object.keys(reading).some(isOwn)) return reading;
  const entries = Object.entries(reading);
  return {
    ...Object.fromEntries(entries.filter(([name]) => !OWN_FIELDS.has(name))),
    enviado: Object.fromEntries(entries.filter(([name]) => OWN_FIELDS.has(name))),
  };
}
