/** The UNO's crystal. */
export const CLOCK_HZ = 16_000_000;
