/** Numbers from 0 up to 1 that look random and are the same for the same seed: Tommy Ettinger's mulberry32. */
export function randomNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    return mix(state) / 2 ** 32;
  };
}

/** One such number for each moment of each seed, in whatever order they are asked for. */
export function randomAt(seed: number, moment: number): number {
  return mix((Math.imul(seed, 0x9e3779b1) ^ Math.imul(moment, 0x85ebca6b)) >>> 0) / 2 ** 32;
}

function mix(state: number): number {
  let t = Math.imul(state ^ (state >>> 15), state | 1);
  t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
  return (t ^ (t >>> 14)) >>> 0;
}
