import { MongoServerError, MongoWriteConcernError, type Db } from 'mongodb';

/** Of MongoDB's `error_codes.yml`. */
const NAMESPACE_EXISTS = 48;

/** Makes a collection, unless another instance has just done so. */
export async function createCollection(db: Db, name: string): Promise<void> {
  try {
    await db.createCollection(name);
  } catch (error) {
    // Where the majority is late, the collection is there all the same.
    const isThere =
      error instanceof MongoWriteConcernError ||
      (error instanceof MongoServerError && error.code === NAMESPACE_EXISTS);
    if (!isThere) throw error;
  }
}
