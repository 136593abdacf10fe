/** Several lists of times as one: for each row its time, and where it stands in each list that has it. */
export interface JoinedTimes {
  times: number[];
  rows: (number | undefined)[][];
}

/**
 * Merges lists of rising times. A time that stands in several lists is one row; one that stands twice in a list is two.
 * @param lists each in rising order
 */
export function joinTimes(lists: readonly (readonly number[])[]): JoinedTimes {
  const heads = lists.map(() => 0);
  const times: number[] = [];
  const rows: (number | undefined)[][] = [];
  for (;;) {
    const next = lists.reduce(
      (least, list, place) => Math.min(least, list[heads[place]!] ?? Infinity),
      Infinity,
    );
    if (next === Infinity) return { times, rows };
    times.push(next);
    rows.push(lists.map((list, place) => (list[heads[place]!] === next ? heads[place]!++ : undefined)));
  }
}
