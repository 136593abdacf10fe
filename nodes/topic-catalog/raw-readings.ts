import { DAY_MS, MINUTE_MS } from '../shared/durations';
import type { RawReading, ReadingsAnswer } from './contract';
import type { Readings } from './readings';
import type { ReadingsRequest } from './requests';

/** An answer is sent as soon as it has so many readings; it never has many more than the second number. */
const ENOUGH = 500;
const TOO_MANY = 4_000;
/** The same in characters: a reading may hold long texts. */
const ENOUGH_TEXT = 2 * 2 ** 20;
const TOO_MUCH_TEXT = 4 * 2 ** 20;

/** Stretches of time that are read at once, in milliseconds: ids tell whole seconds apart. */
const FIRST_WIDTH = MINUTE_MS;
const LEAST_WIDTH = 1_000;
const MOST_WIDTH = 366 * DAY_MS;

/**
 * Hands out a node's readings one by one, oldest first, a piece with each answer, so that a year of them takes no more
 * memory than an hour. The database is asked for stretches of time that are as wide as there are few readings in them.
 */
export class RawReadings {
  constructor(private readonly readings: Readings) {}

  /** @throws CatalogError when the database does not answer */
  async answer({ nodo, from, to, width: asked }: ReadingsRequest): Promise<ReadingsAnswer> {
    const found: RawReading[] = [];
    let at = from;
    let width = asked ?? FIRST_WIDTH;
    let text = 0;
    while (at < to && found.length < ENOUGH && text < ENOUGH_TEXT) {
      const end = Math.min(to, wholeSecond(at + width));
      const piece = await this.piece(nodo, at, end, width > LEAST_WIDTH);
      if (!piece) {
        width = Math.max(LEAST_WIDTH, width / 8);
        continue;
      }
      found.push(...piece.readings);
      text += piece.text;
      at = end;
      const { length } = piece.readings;
      if (length < ENOUGH && piece.text < ENOUGH_TEXT)
        width = Math.min(MOST_WIDTH, width * (length === 0 ? 8 : 2));
    }
    return { at: Date.now(), nodo, readings: found, next: at < to ? at : null, width };
  }

  /**
   * @returns the readings of a stretch in their order, and how many characters are in them; undefined where there are so many
   *   that it had better be narrower
   */
  private async piece(
    nodo: string,
    from: number,
    to: number,
    mayGiveUp: boolean,
  ): Promise<{ readings: RawReading[]; text: number } | undefined> {
    const piece: (RawReading & { id: string })[] = [];
    let text = 0;
    const complete = await this.readings.forEachSent(nodo, from, to, (reading) => {
      piece.push(reading);
      text += textIn(reading);
      return !mayGiveUp || (piece.length <= TOO_MANY && text <= TOO_MUCH_TEXT);
    });
    if (!complete) return undefined;
    const readings = piece
      .sort((a, b) => a.ts - b.ts || (a.id < b.id ? -1 : 1))
      .map(({ ts, fecha, hora, valores }) => ({ ts, fecha, hora, valores }));
    return { readings, text };
  }
}

function textIn({ valores }: RawReading): number {
  let text = 0;
  for (const [name, value] of Object.entries(valores))
    text += name.length + (typeof value === 'string' ? value.length : 0);
  return text;
}

function wholeSecond(time: number): number {
  return Math.ceil(time / 1_000) * 1_000;
}
