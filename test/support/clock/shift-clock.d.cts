/** Moves this process's clock by so many milliseconds. @returns what sets it right again */
export function shiftClock(milliseconds: number): () => void;
