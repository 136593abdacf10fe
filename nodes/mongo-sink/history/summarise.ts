import type { ObjectId } from 'mongodb';
import { DAY_MS, HOUR_MS } from '../../shared/durations';
import { Summary } from '../../shared/summary';
import { chunkEnd, chunkStart, type MarkDocument } from '../../shared/summary-chunks';
import { Chunk, ChunkConflict } from './summary-document';
import { foldReadings } from './fold';
import type { HistoryDatabase } from './history-database';

/** How often a unit of work is begun again because somebody else was at it. */
const MAX_TRIES = 20;

/**
 * Brings the summaries of a marked node-hour up to date, and takes the mark away if nothing has come in meanwhile. What
 * is left undone, by a crash or otherwise, leaves the mark where it is.
 * @param version the mark's, where one that was made since is to be left alone
 */
export async function summariseMark(
  database: HistoryDatabase,
  id: string,
  version?: ObjectId,
): Promise<void> {
  const mark = await database.marks.findOne({ _id: id, ...(version ? { v: version } : {}) });
  if (!mark) return;
  await summariseHour(database, mark);
  await database.marks.deleteOne({ _id: id, v: mark.v });
}

/** Folds an hour into its minutes, its cell among the hours of the month and that of the day. */
async function summariseHour(
  database: HistoryDatabase,
  { nodo, hora }: Pick<MarkDocument, 'nodo' | 'hora'>,
): Promise<void> {
  const hour = hora.getTime();
  await untilUndisturbed(async () => {
    const chunk = await Chunk.read(database.chunks, nodo, hour, ['minute', 'hour', 'day']);
    const minutes = await foldReadings(database, nodo, hour, hour + HOUR_MS, 'minute');
    if (minutes.size === 0) return;
    for (const [minute, summary] of minutes) chunk.minute.put(minute, summary);
    chunk.hour.put(hour, sumOf(minutes.values()));
    putDay(chunk, hour);
    await chunk.minute.write(database.chunks);
    await chunk.hour.write(database.chunks);
    await chunk.day.write(database.chunks);
  });
}

/**
 * Summarises a node's month as a whole: its hours and days, without the minutes, which would be a document for each
 * hour.
 * @param month its beginning, in milliseconds since 1970
 * @returns the number of readings
 */
export async function summariseMonth(
  database: HistoryDatabase,
  nodo: string,
  month: number,
  signal: AbortSignal,
): Promise<number> {
  let readings = 0;
  await untilUndisturbed(async () => {
    const start = chunkStart('hour', month);
    const end = chunkEnd('hour', month);
    const chunk = await Chunk.read(database.chunks, nodo, start, ['hour', 'day']);
    const hours = await foldReadings(database, nodo, start, end, 'hour', signal);
    for (const [hour, summary] of hours) chunk.hour.put(hour, summary);
    for (const day of new Set(Array.from(hours.keys(), dayOf))) putDay(chunk, day);
    await chunk.hour.write(database.chunks);
    await chunk.day.write(database.chunks);
    readings = sumOf(hours.values()).readings;
  });
  return readings;
}

function putDay(chunk: Record<'hour' | 'day', Chunk>, time: number): void {
  const day = dayOf(time);
  const hours = Array.from({ length: DAY_MS / HOUR_MS }, (_, i) => chunk.hour.get(day + i * HOUR_MS));
  chunk.day.put(day, sumOf(hours.filter((summary) => summary !== undefined)));
}

function dayOf(time: number): number {
  return Math.floor(time / DAY_MS) * DAY_MS;
}

function sumOf(summaries: Iterable<Summary>): Summary {
  const sum = new Summary();
  for (const summary of summaries) sum.merge(summary);
  return sum;
}

/** @throws the last ChunkConflict when it was disturbed each time */
async function untilUndisturbed(work: () => Promise<void>): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof ChunkConflict) || attempt === MAX_TRIES) throw error;
    }
  }
}
