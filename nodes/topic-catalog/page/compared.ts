import { distinct, type SeriesName } from './address';

/** More lines than that nobody tells apart. */
export const MOST_COMPARED = 6;
/** A chart has a left and a right side. */
const MOST_AXES = 2;

/** A series of a comparison, and how it is drawn. */
export interface Compared extends SeriesName {
  /** CSS variable that holds the line's colour: that of its place, since two nodes may have the same variable */
  colour: string;
  /** what its axis is called: the unit, or the variable's name where it has none */
  measure: string;
  /** 0: the left one, 1: the right one; null: a third one, which a chart does not have, or none since nothing is drawn */
  axis: number | null;
}

/**
 * Gives each series a colour and an axis, one for each unit. Variables without a unit share one only by the same name:
 * nobody knows whether another is of its size.
 * @param measureOf a variable's unit or, without one, its name
 * @param isEmpty whether a series is known to have no numbers: it takes no axis from another one
 */
export function compared(
  series: readonly SeriesName[],
  measureOf: (one: SeriesName) => string,
  isEmpty: (one: SeriesName) => boolean = () => false,
): { drawn: Compared[]; left: SeriesName[]; axes: string[] } {
  const all = distinct(series);
  const shown = all.slice(0, MOST_COMPARED);
  const filled = shown.filter((one) => !isEmpty(one));
  const measures = [...new Set(filled.map(measureOf))];
  const drawn = shown.map((one, place): Compared => {
    const measure = measureOf(one);
    const axis = measures.indexOf(measure);
    const hasAxis = axis >= 0 && axis < MOST_AXES;
    return { ...one, colour: `--series-${place + 1}`, measure, axis: hasAxis ? axis : null };
  });
  return { drawn, left: all.slice(MOST_COMPARED), axes: measures.slice(0, MOST_AXES) };
}
