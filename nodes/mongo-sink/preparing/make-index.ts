import {
  MongoServerError,
  type Collection,
  type CreateIndexesOptions,
  type Db,
  type Document,
  type IndexSpecification,
} from 'mongodb';
import { isPassingError } from '../storing/write-errors';

/** Of MongoDB's `error_codes.yml`: what a server says of an option that it does not know. */
const OPTION_UNKNOWN: ReadonlySet<unknown> = new Set([2, 9, 59, 72, 115, 197, 238, 40_415]);

/** The first wire version (4.4) with a commit quorum. */
const WITH_QUORUM = 9;

/**
 * Makes an index. Where several members hold the data, the majority has to be done with it: by default MongoDB waits for
 * all that vote, for ever while one is down (SERVER-65670).
 * @throws what the server refuses
 */
export async function makeIndex<T extends Document>(
  db: Db,
  collection: Collection<T>,
  key: IndexSpecification,
  options: CreateIndexesOptions = {},
): Promise<void> {
  if (await hasQuorum(db)) {
    try {
      await collection.createIndex(key, { ...options, commitQuorum: 'majority' });
      return;
    } catch (error) {
      // Servers that speak MongoDB's protocol may call themselves a replica set and not know it.
      if (!(error instanceof MongoServerError) || !OPTION_UNKNOWN.has(error.code)) throw error;
    }
  }
  await collection.createIndex(key, options);
}

async function hasQuorum(db: Db): Promise<boolean> {
  const { setName, msg, maxWireVersion } = await helloOf(db);
  const isCluster = typeof setName === 'string' || msg === 'isdbgrid';
  return isCluster && Number(maxWireVersion) >= WITH_QUORUM;
}

/** @returns nothing where the server does not tell: then an index is made without a quorum. @throws what passes */
async function helloOf(db: Db): Promise<Document> {
  try {
    return await db.command({ hello: 1 });
  } catch (error) {
    if (!(error instanceof MongoServerError) || isPassingError(error)) throw error;
    return {};
  }
}
