/** Offsets have 64 bits; most fit into a double, which is quicker to count with. */
const SAFE = 2n ** 53n - 2n ** 32n;

/** @returns what makes the texts of the offsets that are counted from a batch's first */
export function offsetsFrom(base: bigint): (delta: number) => string {
  if (base >= 0n && base < SAFE) {
    const number = Number(base);
    return (delta) => String(number + delta);
  }
  return (delta) => String(base + BigInt(delta));
}
