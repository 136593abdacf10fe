import { ObjectId } from 'mongodb';
import { DATA_BOUNDS, describeExcess } from '../../shared/data-bounds';
import type { BatchRecordInfo, KafkaInfo, PipelineMessage } from '../../shared/messages';
import {
  idBytesOfReading,
  isReadingId,
  newReadingId,
  objectIdOfRecord,
  readingTime,
  recordTime,
  type RecordPlace,
} from '../../shared/reading-id';
import { UserError } from '../../shared/user-error';

/**
 * Who a reading is: what makes that the same reading, when it arrives again, finds itself in the database. By its
 * reading id, or where it has none by its record's place in Kafka.
 */
export interface Identity {
  /** sorts by time; the same for the same reading */
  _id: ObjectId;
  /** the time in the reading id, else the record's */
  ts: Date;
  topic?: string;
  readingId?: string;
  /** where the record stands in Kafka, if it came from there */
  place?: RecordPlace;
}

/** One reading of a message: the payload, or one element of a payload that is an array. */
export interface Element {
  value: unknown;
  identity: Identity;
  /** the record's metadata, where it came in a batch message */
  record?: BatchRecordInfo;
}

/**
 * Takes a message apart into its readings: the elements of an array are one each, unless the array is itself the value
 * of one record.
 *
 * An array that a flow made (no `msg.kafka`, or that of joined messages) has lost which element came from which record:
 * each gets a new id, as a reading does that never was in Kafka.
 * @throws UserError when the array and the record metadata beside it no longer belong together
 */
export function elementsOf(message: PipelineMessage): Element[] {
  const { payload, kafka } = message;
  const isOneRecord = kafka?.offset !== undefined && !Array.isArray(kafka.delivery);
  if (!Array.isArray(payload) || isOneRecord)
    return [{ value: payload, identity: identityOfMessage(message) }];
  const topic = topicOf(message);
  if (payload.length > DATA_BOUNDS.elements) {
    const detail = describeExcess({ bound: 'elements', limit: DATA_BOUNDS.elements });
    throw new UserError('mongo-sink.errors.bounds', { field: 'payload', detail });
  }
  // Holes are elements too: an array is never settled where they are left out.
  const values: unknown[] = Array.from(payload);
  const records = kafka?.records;
  if (!records) return values.map((value) => ({ value, identity: identityOfReading(newReadingId(), topic) }));
  if (!Array.isArray(records) || records.length !== values.length) {
    throw new UserError('mongo-sink.errors.records-mismatch', {
      elements: values.length,
      records: records.length,
    });
  }
  return Array.from(records, (record, i) => ({
    value: values[i],
    identity: identityOf(record, kafka, topic),
    record,
  }));
}

/** The identity of a message as a whole: of its reading, or of the first record of a batch. */
export function identityOfMessage(message: PipelineMessage): Identity {
  const { kafka, readingId } = message;
  const offset = kafka?.offset ?? kafka?.firstOffset;
  const timestamp = kafka?.timestamp ?? kafka?.records?.[0]?.timestamp;
  return identityOf({ offset, timestamp, readingId }, kafka, topicOf(message));
}

interface RecordInfo {
  offset?: string | undefined;
  timestamp?: number | undefined;
  readingId?: string | undefined;
}

function identityOf(record: RecordInfo, kafka: KafkaInfo | undefined, topic: string | undefined): Identity {
  const place = kafka && placeOf(record, kafka);
  const id = isReadingId(record.readingId) ? record.readingId : undefined;
  if (place && id === undefined) {
    const _id = ObjectId.createFromHexString(objectIdOfRecord(place));
    return { _id, ts: new Date(place.timestamp), topic: place.topic, place };
  }
  return identityOfReading(id ?? newReadingId(), topic, place);
}

function identityOfReading(readingId: string, topic: string | undefined, place?: RecordPlace): Identity {
  const identity: Identity = {
    _id: new ObjectId(idBytesOfReading(readingId)),
    ts: new Date(readingTime(readingId)),
    readingId,
  };
  if (topic !== undefined) identity.topic = topic;
  if (place) identity.place = place;
  return identity;
}

/** The greatest partition and offset that Kafka's protocol can say, which the database's integers hold too. */
const MAX_PARTITION = 2 ** 31 - 1;
const MAX_OFFSET = 2n ** 63n - 1n;
const OFFSET_DIGITS = String(MAX_OFFSET).length;

/** A flow may have changed what stands in `msg.kafka`. */
function placeOf(
  { offset, timestamp }: RecordInfo,
  { topic, partition }: KafkaInfo,
): RecordPlace | undefined {
  if (
    typeof topic !== 'string' ||
    topic.length > MAX_TOPIC ||
    !Number.isInteger(partition) ||
    partition < 0 ||
    partition > MAX_PARTITION
  )
    return undefined;
  const digits = String(offset);
  if (!/^\d{1,19}$/.test(digits)) return undefined;
  if (digits.length === OFFSET_DIGITS && BigInt(digits) > MAX_OFFSET) return undefined;
  return { topic, partition, offset: digits, timestamp: recordTime(timestamp) };
}

/** Characters that are kept of a topic. Kafka's have 249 at most; a flow may put anything there. */
const MAX_TOPIC = 256;

function topicOf({ kafka, topic }: PipelineMessage): string | undefined {
  const name = kafka?.topic ?? topic;
  return typeof name === 'string' && name !== '' ? name.slice(0, MAX_TOPIC).toWellFormed() : undefined;
}
