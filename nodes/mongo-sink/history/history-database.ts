import type { Collection, Db, Document } from 'mongodb';
import type { Timed } from '../../shared/stored-reading';
import {
  summaryCollections,
  type ChunkDocument,
  type CoverageDocument,
  type MarkDocument,
} from '../../shared/summary-chunks';
import { makeIndex } from '../preparing/make-index';
import type { NodoDocument } from '../storing/nodo';

/** The collections that keeping the history takes. */
export interface HistoryDatabase {
  readings: Collection<Timed & Document>;
  nodos: Collection<NodoDocument>;
  marks: Collection<MarkDocument>;
  chunks: Collection<ChunkDocument>;
  coverage: Collection<CoverageDocument>;
}

/**
 * Whatever the URI says: a secondary may lag behind. A summary of what it has would leave readings out, and no mark would
 * be left; a node that it does not have yet would be made a second time.
 */
export const PRIMARY = { readPreference: 'primary' } as const;

export function historyDatabase(
  db: Db,
  names: { collection: string; nodesCollection: string },
): HistoryDatabase {
  const { marks, summaries } = summaryCollections(names.collection);
  return {
    readings: db.collection(names.collection, PRIMARY),
    nodos: db.collection(names.nodesCollection, PRIMARY),
    marks: db.collection(marks, PRIMARY),
    chunks: db.collection(summaries, PRIMARY),
    coverage: db.collection(summaries, PRIMARY),
  };
}

/** By the hour for whoever summarises, by the node for whoever shows it: never an unbounded search. */
export async function ensureMarksIndexes(db: Db, { marks }: Pick<HistoryDatabase, 'marks'>): Promise<void> {
  await makeIndex(db, marks, { hora: 1 });
  await makeIndex(db, marks, { nodo: 1, hora: 1 });
}
