import { MongoServerError } from 'mongodb';
import { LISTED_NODO } from '../../shared/listed-nodo';
import { leastIdAt } from '../../shared/stored-reading';
import { COVERAGE_ID, chunkStart } from '../../shared/summary-chunks';
import { DUPLICATE_KEY } from '../storing/write-errors';
import type { HistoryDatabase } from './history-database';
import { summariseMonth } from './summarise';

/** How far the summarising of what was there before has come. */
export interface BackfillProgress {
  /** sensor nodes that are done, and all of them */
  done: number;
  total: number;
  /** readings that have been summarised by this process */
  readings: number;
}

/** Whoever is at it says so this often; after this silence another instance goes on in its place. */
const BEAT_MS = 5_000;
const SILENCE_MS = 60_000;

/** After so many months without a reading it is asked whether there is anything older at all. */
const EMPTY_MONTHS = 12;

/**
 * Summarises the readings that were there before anybody marked any: those of the original system, or of a sink without
 * summaries. Node by node, month by month, once; what was interrupted goes on with the node where it stopped.
 * @returns false when another instance is at it
 */
export async function backfill(
  database: HistoryDatabase,
  onProgress: (progress: BackfillProgress) => void,
  signal: AbortSignal,
): Promise<boolean> {
  const claimed = await claim(database);
  if (claimed === 'complete') return true;
  if (claimed === 'taken') return false;
  const nodos = await nodesOf(database);
  const progress = { done: 0, total: nodos.length, readings: 0 };
  let told = 0;
  const beat = async (): Promise<void> => {
    if (Date.now() - told < BEAT_MS) return;
    told = Date.now();
    onProgress({ ...progress });
    await database.coverage.updateOne({ _id: COVERAGE_ID }, { $set: { latido: new Date() } });
  };
  for (const nodo of nodos) {
    if (claimed.hasta === undefined || nodo > claimed.hasta) {
      await backfillNode(database, nodo, signal, async (readings) => {
        progress.readings += readings;
        await beat();
      });
      await database.coverage.updateOne({ _id: COVERAGE_ID }, { $set: { hasta: nodo, latido: new Date() } });
    }
    progress.done++;
  }
  signal.throwIfAborted();
  await database.coverage.updateOne(
    { _id: COVERAGE_ID },
    { $set: { completo: true }, $unset: { hasta: 1, latido: 1 } },
  );
  onProgress(progress);
  return true;
}

/** Says that the summaries do not hold everything any more, since readings are going to be stored without a mark. */
export async function endCoverage({ coverage }: HistoryDatabase): Promise<void> {
  await coverage.updateOne(
    { _id: COVERAGE_ID },
    { $set: { completo: false }, $unset: { hasta: 1, latido: 1 } },
  );
}

async function claim({
  coverage,
}: HistoryDatabase): Promise<'complete' | 'taken' | { hasta: string | undefined }> {
  const now = new Date();
  try {
    await coverage.insertOne({ _id: COVERAGE_ID, completo: false, latido: now });
    return { hasta: undefined };
  } catch (error) {
    if (!(error instanceof MongoServerError) || error.code !== DUPLICATE_KEY) throw error;
  }
  const state = await coverage.findOne({ _id: COVERAGE_ID });
  if (state?.completo) return 'complete';
  const silent = { $not: { $gte: new Date(now.getTime() - SILENCE_MS) } };
  const { matchedCount } = await coverage.updateOne(
    { _id: COVERAGE_ID, completo: false, latido: silent },
    { $set: { latido: now } },
  );
  return matchedCount === 1 ? { hasta: state?.hasta } : 'taken';
}

async function nodesOf({ nodos }: HistoryDatabase): Promise<string[]> {
  const names = new Set<string>();
  for await (const { nodo } of nodos.find({ nodo: LISTED_NODO }, { projection: { nodo: 1 } })) {
    if (typeof nodo === 'string' && nodo !== '') names.add(nodo);
  }
  return Array.from(names).sort();
}

/** Goes back month by month until there is nothing older. @param each told the number of readings of each month */
async function backfillNode(
  database: HistoryDatabase,
  nodo: string,
  signal: AbortSignal,
  each: (readings: number) => Promise<void>,
): Promise<void> {
  let empty = 0;
  for (let month = chunkStart('hour', Date.now()); month >= 0; month = chunkStart('hour', month - 1)) {
    signal.throwIfAborted();
    const readings = await summariseMonth(database, nodo, month, signal);
    await each(readings);
    empty = readings > 0 ? 0 : empty + 1;
    if (empty > 0 && empty % EMPTY_MONTHS === 0 && !(await hasReadingsBefore(database, nodo, month))) return;
  }
}

async function hasReadingsBefore(
  { readings }: HistoryDatabase,
  nodo: string,
  time: number,
): Promise<boolean> {
  const before = { nodo, _id: { $gte: leastIdAt(0), $lt: leastIdAt(time) } };
  const found = await readings
    .find(before, { projection: { _id: 1 } })
    .limit(1)
    .toArray();
  return found.length > 0;
}
