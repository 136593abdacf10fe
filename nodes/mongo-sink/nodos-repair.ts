import { ObjectId, type Collection } from 'mongodb';
import type { ReadingDocument } from './document';
import type { NodoDocument } from './nodo';

const DAY_MS = 24 * 3600 * 1000;

/**
 * Finds the readings that are newer than what `nodos` says of their nodes: a process that was killed may have stored a
 * reading and not have noted it. Each node's search begins at its noted time, so that it costs the same however long
 * the history is; it needs the index {nodo: 1, _id: -1}.
 * @param remember gets a node's last reading where it is newer
 */
export async function repairNodos(
  nodos: Collection<NodoDocument>,
  readings: Collection<ReadingDocument>,
  remember: (reading: ReadingDocument) => void,
  signal: AbortSignal,
): Promise<void> {
  const noted = nodos.find({}, { projection: { nodo: 1, ts: 1, fecha: 1 } });
  for await (const nodo of noted) {
    signal.throwIfAborted();
    const since = timeOf(nodo);
    if (since === undefined) continue;
    const last = await lastReadingSince(readings, nodo.nodo, since);
    if (last && (!(nodo.ts instanceof Date) || last.ts > nodo.ts)) remember(last);
  }
}

async function lastReadingSince(
  readings: Collection<ReadingDocument>,
  nodo: string,
  since: number,
): Promise<ReadingDocument | undefined> {
  const from = ObjectId.createFromTime(Math.floor(since / 1000));
  const newest = readings
    .find({ nodo, _id: { $gte: from } })
    .sort({ _id: -1 })
    .limit(1);
  const [reading] = await newest.toArray();
  // The original system's readings have no ts: the time is in the _id.
  return reading && { ...reading, ts: reading.ts instanceof Date ? reading.ts : reading._id.getTimestamp() };
}

/** The original system notes only a date, in the local time of its publisher: within a day of it the reading is there. */
function timeOf({ ts, fecha }: NodoDocument): number | undefined {
  if (ts instanceof Date) return Math.max(0, ts.getTime());
  const day = Date.parse(String(fecha));
  return Number.isNaN(day) ? undefined : Math.max(0, day - DAY_MS);
}
