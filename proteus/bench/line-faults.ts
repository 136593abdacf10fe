import { randomNumbers } from './random';

/** How often something goes wrong with a byte on the line, from 0 (never) to 1 (always). */
export interface FaultRates {
  /** The byte is lost. */
  drop: number;
  /** One of its bits is flipped. */
  flip: number;
  /** A byte of noise comes before it. */
  noise: number;
}

/** A line that loses, flips and invents bytes: the same ones for the same seed. */
export class FaultyLine {
  private readonly random: () => number;

  constructor(
    seed: number,
    private readonly rates: Readonly<FaultRates>,
  ) {
    this.random = randomNumbers(seed);
  }

  /** @returns what of these bytes arrives at the other end */
  pass(bytes: Uint8Array): Uint8Array {
    const { drop, flip, noise } = this.rates;
    if (drop === 0 && flip === 0 && noise === 0) return bytes;
    const arrived: number[] = [];
    for (const byte of bytes) {
      if (this.random() < noise) arrived.push(Math.floor(this.random() * 256));
      if (this.random() < drop) continue;
      arrived.push(this.random() < flip ? byte ^ (1 << Math.floor(this.random() * 8)) : byte);
    }
    return Uint8Array.from(arrived);
  }
}
