import { DAY_MS, HOUR_MS } from '../../shared/durations';
import type { Zone } from '../../shared/zone';

const MONTH_MS = 30.4 * DAY_MS;
/** More labels than that stand on no axis. */
const MOST = 500;

/**
 * Where labels stand on an axis of time: at whole hours, midnights and months of the zone.
 * @param min milliseconds since 1970, as are `max` and the distance `step`
 */
export function axisTimes(min: number, max: number, step: number, zone: Zone): number[] {
  if (step >= 28 * DAY_MS) return months(min, max, Math.max(1, Math.round(step / MONTH_MS)), zone);
  if (step <= HOUR_MS) {
    const first = step < 1_000 ? Math.floor(min / step) * step : zone.startOf(min, step);
    return within(min, max, (index) => first + index * step);
  }
  const first = Math.floor(zone.wallOf(min) / step) * step;
  return within(min, max, (index) => zone.timeOf(first + index * step));
}

function months(min: number, max: number, step: number, zone: Zone): number[] {
  const wall = new Date(zone.wallOf(min));
  const first = Math.floor((wall.getUTCFullYear() * 12 + wall.getUTCMonth()) / step) * step;
  return within(min, max, (index) => {
    const begin = new Date(0);
    begin.setUTCFullYear(0, first + index * step, 1);
    return zone.timeOf(begin.getTime());
  });
}

function within(min: number, max: number, timeAt: (index: number) => number): number[] {
  const times: number[] = [];
  for (let index = 0; times.length < MOST; index++) {
    const time = timeAt(index);
    if (!(time <= max)) break;
    // Two hours of the clock are one moment where it is put forward.
    if (time >= min && time !== times.at(-1)) times.push(time);
  }
  return times;
}
