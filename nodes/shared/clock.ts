/**
 * Tells a time as a status shows it.
 * @param time milliseconds since 1970
 * @returns hh:mm:ss in the machine's time zone
 */
export function timeOfDay(time: number): string {
  return new Date(time).toTimeString().slice(0, 8);
}
