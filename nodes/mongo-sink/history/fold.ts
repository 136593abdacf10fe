import type { Document } from 'mongodb';
import { leastIdAt, numberOf, storedTime, type Timed } from '../../shared/stored-reading';
import { Summary } from '../../shared/summary';
import { CELL_MS, type Level } from '../../shared/summary-chunks';
import { variablesIn } from '../../shared/variables';
import type { HistoryDatabase } from './history-database';

/** Readings in one piece from the database. */
const PIECE = 1_000;

/** Names of variables in what is folded at once; no document of summaries holds as many. */
const MAX_NAMES = 1_000;

const WITHOUT = { nodo: 0, topic: 0, readingId: 0, fecha: 0, hora: 0, kafka: 0, enviado: 0 };

/**
 * Reads a node's readings of [from, to), bounded on both sides, and folds them in the program: any name of a variable
 * is only a name here, and the embedded database takes twice as long for it.
 * @param from milliseconds since 1970, a whole second, as is `to`
 * @returns the summaries of its minutes or hours that have readings, by their beginning
 */
export async function foldReadings(
  { readings }: HistoryDatabase,
  nodo: string,
  from: number,
  to: number,
  level: Level,
  signal?: AbortSignal,
): Promise<Map<number, Summary>> {
  const width = CELL_MS[level];
  const summaries = new Map<number, Summary>();
  const names = new Set<string>();
  const found = readings.find(
    { nodo, _id: { $gte: leastIdAt(from), $lt: leastIdAt(to) } },
    { projection: WITHOUT, batchSize: PIECE },
  );
  for await (const reading of found) {
    signal?.throwIfAborted();
    const time = storedTime(reading);
    // Whoever looks for a time finds a reading by its `_id` and checks its `ts`: what disagrees is found by nobody.
    if (time < from || time >= to) continue;
    const start = Math.floor(time / width) * width;
    let summary = summaries.get(start);
    if (!summary) summaries.set(start, (summary = new Summary()));
    summary.add(numbersOf(reading, names));
  }
  return summaries;
}

/** @param names those that have been met, which grow */
function* numbersOf(reading: Timed & Document, names: Set<string>): Iterable<[string, number | null]> {
  for (const [name, value] of variablesIn(reading)) {
    if (names.size >= MAX_NAMES && !names.has(name)) continue;
    names.add(name);
    yield [name, numberOf(value)];
  }
}
