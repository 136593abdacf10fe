import { MongoServerError, type Collection, type Db } from 'mongodb';
import { DAY_MS } from '../../shared/durations';
import { UserError, shorten } from '../../shared/user-error';
import type { ReadingDocument } from '../storing/document';
import { createCollection } from '../preparing/create-collection';
import { makeIndex } from '../preparing/make-index';
import { isPassingError } from '../storing/write-errors';
import { PRIMARY } from './history-database';

/** The name of the index by which the database lets readings expire: by its name it is known to be ours. */
export const RETENTION_INDEX = 'ts_retencion';

/**
 * Readings expire this much later than they are refused: what was taken just in time is there whole when its hour is
 * summarised.
 */
const MARGIN_MS = DAY_MS;

/** @returns why a reading is too old to be stored, if it is. @param days 0: nothing is too old */
export function tooOld(
  { nodo, ts }: Pick<ReadingDocument, 'nodo' | 'ts'>,
  days: number,
): UserError | undefined {
  if (days === 0 || ts.getTime() >= Date.now() - days * DAY_MS) return undefined;
  const time = Number.isNaN(ts.getTime()) ? String(ts) : ts.toISOString();
  return new UserError('mongo-sink.errors.too-old', { nodo: shorten(nodo), time, days });
}

/**
 * Lets readings expire after so many days, or no longer (0).
 *
 * The index is made while the collection is empty, or holds no more than what came in while it could not be made. On one
 * that is filled it would be made of all its readings, which can keep the embedded database busy for a long time: that is
 * left to whoever can choose the moment.
 * @returns a UserError when it is not so now, with what to do
 * @throws what is transient
 */
export async function ensureRetention(
  db: Db,
  collection: string,
  days: number,
): Promise<UserError | undefined> {
  const expireAfterSeconds = (days * DAY_MS + MARGIN_MS) / 1000;
  try {
    const there = await db.listCollections({ name: collection }, { nameOnly: true, ...PRIMARY }).toArray();
    if (there.length === 0 && days > 0) await createCollection(db, collection);
    const readings = db.collection(collection, PRIMARY);
    const indexes = there.length > 0 ? await readings.indexes() : [];
    const ours = indexes.find(({ name }) => name === RETENTION_INDEX);
    if (days === 0) {
      if (ours) await readings.dropIndex(RETENTION_INDEX);
      return undefined;
    }
    const theirs = indexes.find(({ key, name }) => name !== RETENTION_INDEX && isByTimeAlone(key));
    if (theirs) return left('retention-other-index', { collection, days, index: theirs.name ?? '' });
    if (ours?.expireAfterSeconds === expireAfterSeconds) return undefined;
    if (ours) {
      await db.command({ collMod: collection, index: { name: RETENTION_INDEX, expireAfterSeconds } });
      return undefined;
    }
    if (!(await areFewAndYoung(readings, expireAfterSeconds)))
      return left('retention-index', { collection, days, seconds: expireAfterSeconds });
    await makeIndex(db, readings, { ts: 1 }, { name: RETENTION_INDEX, expireAfterSeconds });
    return undefined;
  } catch (error) {
    if (isPassingError(error)) throw error;
    // Nothing is asked for, and whoever may not look at the indexes has not made one either.
    if (days === 0) return undefined;
    return refusedRetention(collection, days, error);
  }
}

/** @returns what is told where the database does not let readings expire, or not for long */
export function refusedRetention(collection: string, days: number, error: unknown): UserError {
  const reason = error instanceof MongoServerError ? error.message : String(error);
  return left('retention-refused', { collection, days, reason: shorten(reason, 300) }, error);
}

/** So many readings are indexed in a moment. */
const FEW = 10_000;

/** Whether there are no more than so many, with times as this package stores them, and none would expire at once. */
async function areFewAndYoung(readings: Collection, seconds: number): Promise<boolean> {
  const projection = { _id: 1 };
  if ((await readings.findOne({}, { projection, skip: FEW })) !== null) return false;
  const ts = { $not: { $gte: new Date(Date.now() - seconds * 1_000) } };
  return (await readings.findOne({ ts }, { projection })) === null;
}

function isByTimeAlone(key: unknown): boolean {
  return JSON.stringify(key) === '{"ts":1}';
}

function left(key: string, params: Record<string, string | number>, cause?: unknown): UserError {
  return new UserError(`mongo-sink.errors.${key}`, params, { cause });
}
