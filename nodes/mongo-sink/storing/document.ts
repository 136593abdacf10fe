import type { ObjectId } from 'mongodb';
import { DATA_BOUNDS } from '../../shared/data-bounds';
import { isObject, isReading } from '../../shared/reading';
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

/** A document, and how many bytes it has at most. */
export interface SizedDocument {
  document: ReadingDocument;
  bytes: number;
}

/** What the sink's own fields take. */
const OWN_BYTES = 100;

/**
 * Makes the document of a reading.
 * @throws UserError when it is no reading, or can't be stored as it is
 */
export function toDocument(element: Element): ReadingDocument {
  return sizedDocument(element).document;
}

/**
 * The same, with its size.
 * @throws as toDocument does
 */
export function sizedDocument({ value, identity }: Element): SizedDocument {
  const reading = typeof value === 'string' || value instanceof Uint8Array ? parseJson(value) : value;
  if (!isObject(reading)) throw new UserError('mongo-sink.errors.not-an-object', { value: shorten(reading) });
  const copy = storableCopy(reading, identity._id);
  const document = copy.document as ReadingDocument;
  // Of the copy: a reading may answer otherwise when it is asked again.
  if (!isReading(document))
    throw new UserError('mongo-sink.errors.no-nodo', { value: shorten(asSent(document)) });
  if (document.nodo.length > DATA_BOUNDS.nodo)
    throw new UserError('mongo-sink.errors.long-nodo', {
      value: shorten(document.nodo),
      limit: DATA_BOUNDS.nodo,
    });
  addOwnFields(document, identity);
  return { document, bytes: copy.bytes + OWN_BYTES };
}

function addOwnFields(document: ReadingDocument, { ts, topic, readingId, place }: Identity): void {
  document.ts = ts;
  if (topic !== undefined) document.topic = topic;
  if (readingId !== undefined) document.readingId = readingId;
  else if (place) document.kafka = { partition: place.partition, offset: BigInt(place.offset) };
}

/** @returns a reading's fields, from a copy that has no more than them and an `_id` */
function asSent(copy: Record<string, unknown>): object {
  const fields = Object.entries(copy).filter(([name]) => name !== '_id' && name !== 'enviado');
  return { ...Object.fromEntries(fields), ...(copy.enviado as object | undefined) };
}
