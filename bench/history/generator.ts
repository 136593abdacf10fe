import { ObjectId } from 'mongodb';
import { newReadingId } from '../../nodes/shared/reading-id';
import { leastIdAt } from '../../nodes/shared/stored-reading';
import { DAY_MS } from '../../nodes/shared/summary-chunks';

/** A reading as mongo-sink stores it. */
export interface GeneratedReading {
  _id: ObjectId;
  nodo: string;
  humedad: number;
  temperatura: number;
  sensacion: number;
  radiacion: number;
  fecha: string;
  hora: string;
  ts: Date;
  topic: string;
  readingId: string;
}

/** With ten million readings these send each 315 s over a year. */
export const NODES = Array.from({ length: 100 }, (_, i) => `comuna_${i + 1}`);
export const DENSE_NODE = 'comuna_3s';

const YEAR_MS = 365 * DAY_MS;
const DENSE_MS = 3_000;

/**
 * The readings number `from` to `to` of the hundred nodes: each so many readings fill the year before `now` evenly, so
 * that ten times as many are ten times as dense.
 */
export function* sparseReadings(now: number, from: number, to: number): Iterable<GeneratedReading> {
  const step = (YEAR_MS * NODES.length) / (to - from);
  for (let i = 0; i < to - from; i++) {
    const time = now - YEAR_MS + Math.floor(i / NODES.length) * step;
    yield reading(NODES[i % NODES.length] ?? '', time, i);
  }
}

/** A day of one node that sends each 3 s. */
export function* denseReadings(now: number): Iterable<GeneratedReading> {
  for (let i = 0; i * DENSE_MS < DAY_MS; i++) yield reading(DENSE_NODE, now - DAY_MS + i * DENSE_MS, i);
}

function reading(nodo: string, time: number, i: number): GeneratedReading {
  const ts = new Date(Math.floor(time));
  const iso = ts.toISOString();
  return {
    _id: new ObjectId(leastIdAt(time).toHexString().slice(0, 8) + new ObjectId().toHexString().slice(8)),
    nodo,
    humedad: 40 + (i % 40),
    temperatura: 20 + (i % 15),
    sensacion: 20.5 + (i % 17),
    radiacion: (i % 200) * 4.8828125,
    fecha: iso.slice(0, 10),
    hora: iso.slice(11, 19),
    ts,
    topic: 'Prueba',
    readingId: newReadingId(),
  };
}
