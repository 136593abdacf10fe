import { setTimeout as sleep } from 'node:timers/promises';
import { MongoServerError, type Collection } from 'mongodb';
import { DATA_BOUNDS } from '../../shared/data-bounds';
import { LISTED_NODO } from '../../shared/listed-nodo';
import type { MarkDocument } from '../../shared/summary-chunks';
import { isPassingError } from '../storing/write-errors';
import type { ReadingDocument } from '../storing/document';
import type { NodoDocument } from '../storing/nodo';
import { lastRightReading } from './repair';

/** Names that are looked up in one question. */
const PAGE = 200;

/**
 * A step from one node's readings to the next one's is a look into the index. A server that takes longer reads all the
 * readings for each of them: there all names are asked for at once, or not at all where even that would take long.
 */
const STEP_MS = 250;
const SLOW_STEP_MS = 2_000;

/** Between two steps the server is left alone for so many times what the step took. */
const PAUSE = 4;

/**
 * Finds those of some nodes that the list does not have, and their last readings.
 * @param names each once
 * @param remember gets the last reading of each node that is missing
 * @returns the names that are missing and have readings
 */
export async function findMissing(
  nodos: Collection<NodoDocument>,
  readings: Collection<ReadingDocument>,
  names: readonly string[],
  remember: (reading: ReadingDocument) => void,
  signal: AbortSignal,
): Promise<Set<string>> {
  const missing = new Set<string>();
  for (let from = 0; from < names.length; from += PAGE) {
    signal.throwIfAborted();
    const page = new Set(names.slice(from, from + PAGE));
    const found = nodos.find({ nodo: { $in: Array.from(page) } }, { projection: { nodo: 1 } });
    for await (const { nodo } of found) page.delete(nodo);
    for (const nodo of page) {
      const last = await lastRightReading(readings, nodo, Date.now());
      if (!last) continue;
      missing.add(nodo);
      remember(last);
    }
  }
  return missing;
}

/** The nodes of which readings are marked, a page at a time: who was killed may have stored them and not listed the node. */
export async function* markedNodes(marks: Collection<MarkDocument>): AsyncGenerator<string[]> {
  let page = new Set<string>();
  for await (const { nodo } of marks.find(
    { nodo: LISTED_NODO },
    { projection: { nodo: 1 }, batchSize: 1_000 },
  )) {
    if (typeof nodo !== 'string') continue;
    page.add(nodo);
    if (page.size < PAGE) continue;
    yield Array.from(page);
    page = new Set();
  }
  if (page.size > 0) yield Array.from(page);
}

/**
 * All nodes that have readings, a page at a time, by the index {nodo: 1, _id: -1}: what it costs depends on the number of
 * nodes and not of readings. The server is left most of the time.
 * @returns (at last) false where the server has no quick way to tell, and the rest was left out
 */
export async function* storedNodes(
  readings: Collection<ReadingDocument>,
  signal: AbortSignal,
): AsyncGenerator<string[], boolean> {
  let page: string[] = [];
  for (let after = ''; ;) {
    signal.throwIfAborted();
    const begun = performance.now();
    const [next] = await readings
      // A list of names stands in the index under each of them, and is none itself.
      .find({ nodo: { $gt: after, $not: { $type: 'array' } } }, { projection: { nodo: 1 } })
      .sort({ nodo: 1, _id: -1 })
      .limit(1)
      .toArray();
    const took = performance.now() - begun;
    if (!next) break;
    after = next.nodo;
    if (after.length <= DATA_BOUNDS.nodo) page.push(after);
    if (page.length === PAGE) {
      yield page;
      page = [];
    }
    if (took > STEP_MS) {
      if (page.length > 0) yield page;
      return took <= SLOW_STEP_MS ? yield* allAtOnce(readings) : false;
    }
    await sleep(took * PAUSE, undefined, { signal });
  }
  if (page.length > 0) yield page;
  return true;
}

async function* allAtOnce(readings: Collection<ReadingDocument>): AsyncGenerator<string[], boolean> {
  let names: unknown[];
  try {
    names = await readings.distinct('nodo');
  } catch (error) {
    // More names than fit into one answer.
    if (!(error instanceof MongoServerError) || isPassingError(error)) throw error;
    return false;
  }
  const nodos = names.filter(
    (name): name is string => typeof name === 'string' && name !== '' && name.length <= DATA_BOUNDS.nodo,
  );
  for (let from = 0; from < nodos.length; from += PAGE) yield nodos.slice(from, from + PAGE);
  return true;
}
