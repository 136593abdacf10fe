import type { Collection, Condition } from 'mongodb';
import { DAY_MS } from '../../shared/durations';
import { isAhead, latestRightTime } from '../../shared/clock-ahead';
import { LISTED_NODO } from '../../shared/listed-nodo';
import { leastIdAt, storedTime, timeOfDate } from '../../shared/stored-reading';
import type { ReadingDocument } from '../storing/document';
import type { NodoDocument } from '../storing/nodo';

const FIRST_WINDOW_MS = 60_000;
const WIDENING = 8;

/** Nodes of which the last reading is asked for at the same time: one after the other would wait for each answer. */
const AT_ONCE = 8;
const PAGE = 500;

type Noted = Pick<NodoDocument, 'nodo' | 'ts' | 'fecha'>;

/**
 * Finds the readings that are newer than what `nodos` says of their nodes: a process that was killed may have stored a
 * reading and not have noted it. Each node's search begins at its noted time, so that it costs the same however long
 * the history is; it needs the index {nodo: 1, _id: -1}. The list is read a page at a time.
 * @param mayLack whether anything can have been stored of a node that was not noted; of the others nothing is asked
 * @param remember gets a node's last reading where it is newer
 */
export async function repairNodos(
  nodos: Collection<NodoDocument>,
  readings: Collection<ReadingDocument>,
  mayLack: (nodo: string) => boolean,
  remember: (reading: ReadingDocument) => void,
  signal: AbortSignal,
): Promise<void> {
  const noted = nodos.find(
    { nodo: LISTED_NODO },
    { projection: { nodo: 1, ts: 1, fecha: 1 }, batchSize: PAGE },
  );
  let page: Noted[] = [];
  const repairPage = async (): Promise<void> => {
    const open = page.values();
    page = [];
    const worker = async (): Promise<void> => {
      for (const one of open) {
        signal.throwIfAborted();
        const last = await newerReading(readings, one);
        if (last) remember(last);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
  };
  for await (const nodo of noted) {
    signal.throwIfAborted();
    const time = timeOfDate(nodo.ts);
    if (time !== undefined && !isAhead(time, Date.now()) && !mayLack(nodo.nodo)) continue;
    page.push(nodo);
    if (page.length >= PAGE) await repairPage();
  }
  await repairPage();
}

async function newerReading(
  readings: Collection<ReadingDocument>,
  nodo: Noted,
): Promise<ReadingDocument | undefined> {
  const now = Date.now();
  const time = timeOfDate(nodo.ts);
  if (nodo.ts instanceof Date && (time === undefined || isAhead(time, now)))
    return lastRightReading(readings, nodo.nodo, now);
  const since = timeOf(nodo);
  if (since === undefined) return undefined;
  const last = await lastReadingBetween(readings, nodo.nodo, since, latestRightTime(now));
  return last && (time === undefined || last.ts.getTime() > time) ? last : undefined;
}

/** Where it is not known when that was, or what is noted is wrong: looked for in a window before now, which is widened. */
export async function lastRightReading(
  readings: Collection<ReadingDocument>,
  nodo: string,
  now: number,
): Promise<ReadingDocument | undefined> {
  for (let width = FIRST_WINDOW_MS; ; width *= WIDENING) {
    const last = await lastReadingBetween(readings, nodo, Math.max(0, now - width), latestRightTime(now));
    if (last || width >= now) return last;
  }
}

async function lastReadingBetween(
  readings: Collection<ReadingDocument>,
  nodo: string,
  since: number,
  end: number,
): Promise<ReadingDocument | undefined> {
  const newest = async (nodo: Condition<string>): Promise<ReadingDocument | undefined> => {
    const _id = { $gte: leastIdAt(since), $lt: leastIdAt(end) };
    const [found] = await readings.find({ nodo, _id }).sort({ _id: -1 }).limit(1).toArray();
    return found;
  };
  let reading = await newest(nodo);
  // A list of names in which this one stands is found by it as well, and is no reading of the node.
  if (reading && reading.nodo !== nodo) reading = await newest({ $eq: nodo, $not: { $type: 'array' } });
  if (!reading) return undefined;
  // The original system's readings have no ts: the time is in the _id.
  return { ...reading, ts: new Date(storedTime(reading)) };
}

/** The original system notes only a date, in the local time of its publisher: within a day of it the reading is there. */
function timeOf({ ts, fecha }: Noted): number | undefined {
  const time = timeOfDate(ts);
  if (time !== undefined) return Math.max(0, time);
  const day = Date.parse(String(fecha));
  return Number.isNaN(day) ? undefined : Math.max(0, day - DAY_MS);
}
