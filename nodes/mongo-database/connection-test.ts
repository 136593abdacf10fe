import { once } from 'node:events';
import { MongoClient, MongoServerError, ObjectId, type Db } from 'mongodb';
import { unfitKindOf } from '../shared/collection-kind';
import type { Finding } from '../shared/connection-test';
import { toError } from '../shared/user-error';
import { connectionError } from './connection-error';
import type { ConnectionSettings } from './settings';
import { askForSrvRecords } from './srv-records';

/** MongoDB's error code (its source, error_codes.yml) for what the user has no right to. */
const UNAUTHORIZED = 13;
/** The collection that readings go to by default; it is asked, and nothing in it changed. */
const COLLECTION = 'datos';

/**
 * Connects as the nodes would, and tells what there is and what this user may do. Nothing is written.
 * @throws UserError (a rejection) that says why there is no connection, or why nothing can be written
 */
export async function testConnection(settings: ConnectionSettings, signal: AbortSignal): Promise<Finding[]> {
  const client = new MongoClient(settings.uri, settings.options);
  const closed = once(signal, 'abort').then(() => client.close());
  try {
    if (settings.srv) await askForSrvRecords(settings.srv, signal);
    await client.connect();
    const db = client.db(settings.database);
    return [await describeServer(db), await rights(db), ...(await unfitCollections(db))];
  } catch (error) {
    throw connectionError(toError(error), settings);
  } finally {
    await (signal.aborted ? closed : client.close());
  }
}

async function describeServer(db: Db): Promise<Finding> {
  const hello = await db.command({ hello: 1 });
  const buildInfo = await allowed(() => db.command({ buildInfo: 1 }));
  const params = { version: String(buildInfo?.version ?? '?'), database: db.databaseName };
  const { setName } = hello;
  if (typeof setName !== 'string') return finding('good', 'server', params);
  return finding('good', 'replica-set', { ...params, setName });
}

async function rights(db: Db): Promise<Finding> {
  const collection = db.collection(COLLECTION);
  // Of no document: it was made just now.
  const _id = new ObjectId();
  const mayRead = await allowed(async () => {
    await collection.findOne({ _id }, { projection: { _id: 1 } });
    return true;
  });
  const mayWrite = await allowed(() => collection.updateOne({ _id }, { $set: { test: true } }));
  const params = { database: db.databaseName };
  if (mayRead && mayWrite) return finding('good', 'read-write', params);
  return finding('warning', mayRead ? 'read-only' : mayWrite ? 'write-only' : 'no-rights', params);
}

/** Collections of which a mongo-sink could use none, should it be told to. */
async function unfitCollections(db: Db): Promise<Finding[]> {
  const infos = (await allowed(() => db.listCollections({}, { nameOnly: false }).toArray())) ?? [];
  return infos.flatMap((info) => {
    const kind = info.name.startsWith('system.') ? undefined : unfitKindOf(info);
    return kind ? [finding('warning', kind, { collection: info.name })] : [];
  });
}

/** @returns undefined where the user may not ask this */
async function allowed<T>(ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof MongoServerError && error.code === UNAUTHORIZED) return undefined;
    throw error;
  }
}

function finding(level: Finding['level'], name: string, params: Finding['params']): Finding {
  return { level, key: `mongo-database.test.${name}`, params };
}
