/** A source of random numbers that gives the same ones again for the same seed. */
export interface Random {
  /** a whole number from `min` to `max`, both included */
  between(min: number, max: number): number;
  /** one of these */
  pick<T>(choices: readonly T[]): T;
}

/** @returns the "mulberry32" generator: 32 bits of state, good enough to choose what to break next */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let bits = Math.imul(state ^ (state >>> 15), state | 1);
    bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61);
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    between: (min, max) => min + Math.floor(next() * (max - min + 1)),
    pick: (choices) => {
      const choice = choices[Math.floor(next() * choices.length)];
      if (choice === undefined) throw new RangeError('nothing to choose from');
      return choice;
    },
  };
}
