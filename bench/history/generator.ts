import { ObjectId } from 'mongodb';
import type { ReadingDocument } from '../../nodes/mongo-sink/storing/document';
import { DAY_MS, HOUR_MS } from '../../nodes/shared/durations';
import { newReadingId } from '../../nodes/shared/reading-id';
import { hourOf } from '../../nodes/shared/summary-chunks';

export const NODES = Array.from({ length: 100 }, (_, i) => `comuna_${i + 1}`);
export const TOPIC = 'Prueba';

/** Of a hundred nodes, at most: the others send as seldom in the last hours as before. */
const MAX_DENSE_NODES = 50;
/** The board's own interval: an hour is 1,200 readings. */
const DENSE_MS = 3_000;
/** Hours that are over and hold a reading each 3 s, before the one that is not over yet. */
const DENSE_HOURS = 2;
/** Of few readings no more than this share is in the dense hours, so that there is a year before them. */
const DENSE_SHARE = 0.4;

/** A year of a hundred nodes up to a moment, of which some send each 3 s in the end. */
export class GeneratedHistory {
  readonly begin: number;
  /** since when the dense nodes send each 3 s */
  readonly denseSince: number;
  /** all fifty from about a million readings on; always the first node, never the last */
  readonly denseNodes: ReadonlySet<string>;
  private readonly denseRounds: number;
  private made = 0;

  /** @param size about how many readings; ten million are one of each node each 315 s */
  constructor(
    readonly now: number,
    readonly size: number,
  ) {
    this.begin = now - 365 * DAY_MS;
    this.denseSince = hourOf(now) - DENSE_HOURS * HOUR_MS;
    this.denseRounds = Math.floor((now - this.denseSince) / DENSE_MS);
    const dense = Math.floor((size * DENSE_SHARE) / this.denseRounds);
    this.denseNodes = new Set(NODES.slice(0, Math.min(MAX_DENSE_NODES, Math.max(1, dense))));
  }

  /** The readings; those of a node are in the order of time. */
  *readings(): Iterable<ReadingDocument> {
    const { now, begin, denseSince, denseNodes, denseRounds } = this;
    const [dense, sparse] = [denseNodes.size, NODES.length - denseNodes.size];
    const step = (dense * (denseSince - begin) + sparse * (now - begin)) / (this.size - dense * denseRounds);
    for (let time = begin; time < now; time += step) {
      for (const nodo of NODES)
        if (time < denseSince || !denseNodes.has(nodo)) yield this.reading(nodo, time);
    }
    for (let round = 0; round < denseRounds; round++) {
      for (const nodo of denseNodes) yield this.reading(nodo, denseSince + round * DENSE_MS);
    }
  }

  /** Whether a reading's hour is left to the summariser: the open one, and the dense ones. */
  isLeft({ nodo, ts }: ReadingDocument): boolean {
    return ts.getTime() >= (this.denseNodes.has(nodo) ? this.denseSince : hourOf(this.now));
  }

  private reading(nodo: string, time: number): ReadingDocument {
    const i = this.made++;
    const ts = new Date(Math.floor(time));
    const iso = ts.toISOString();
    const id = Buffer.alloc(12);
    id.writeUInt32BE(Math.floor(time / 1000));
    id.writeUInt32BE(i, 8);
    return {
      _id: new ObjectId(id),
      nodo,
      humedad: 40 + (i % 40),
      temperatura: 20 + (i % 15),
      sensacion: 20.5 + (i % 17),
      radiacion: (i % 200) * 4.8828125,
      fecha: iso.slice(0, 10),
      hora: iso.slice(11, 19),
      ts,
      topic: TOPIC,
      readingId: newReadingId(),
    };
  }
}
