import { DAY_MS, HOUR_MS } from './durations';

const MINUTE_MS = 60_000;
/** Zones that are remembered; a name that is not of the list of zones is none. */
const KEPT_ZONES = 64;
/** Days of which it is remembered by how much the clock is ahead of UTC. */
const KEPT_DAYS = 20_000;
const LONGEST_NAME = 64;
/** What dates hold, on both sides of 1970. */
const MAX_DATE = 8.64e15;

const zones = new Map<string, Zone>();

/**
 * The clocks on the walls of a time zone, by the zones that the runtime or the browser knows (Intl). A wall time is a
 * number too: the milliseconds since 1970 that a clock in UTC would show like it.
 */
export class Zone {
  private readonly format: Intl.DateTimeFormat;
  /** by UTC day: the offset, or null where it changes within it */
  private readonly days = new Map<number, number | null>();

  private constructor(readonly name: string) {
    this.format = new Intl.DateTimeFormat('en-US-u-ca-gregory-nu-latn', {
      timeZone: name,
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
      hourCycle: 'h23',
      era: 'short',
    });
  }

  /** @returns the zone of an IANA name (America/Bogota), or undefined where there is none of that name */
  static named(name: string): Zone | undefined {
    if (name === '' || name.length > LONGEST_NAME) return undefined;
    const known = zones.get(name);
    if (known) return known;
    let zone: Zone;
    try {
      zone = new Zone(name);
    } catch (error) {
      if (error instanceof RangeError) return undefined;
      throw error;
    }
    if (zones.size >= KEPT_ZONES) zones.clear();
    zones.set(name, zone);
    return zone;
  }

  /** The zone of this machine. */
  static own(): Zone {
    const { timeZone } = new Intl.DateTimeFormat().resolvedOptions();
    return Zone.named(timeZone) ?? Zone.named('UTC')!;
  }

  /** @returns by how many milliseconds the clocks are ahead of UTC at a time */
  offsetAt(time: number): number {
    const day = Math.floor(time / DAY_MS);
    let offset = this.days.get(day);
    if (offset === undefined) {
      const [begin, end] = [this.ask(day * DAY_MS), this.ask((day + 1) * DAY_MS)];
      offset = begin === end ? begin : null;
      if (this.days.size >= KEPT_DAYS) this.days.clear();
      this.days.set(day, offset);
    }
    return offset ?? this.ask(time);
  }

  /** @returns the wall time of a time: one that a date holds, where the time is one */
  wallOf(time: number): number {
    return inDates(time + this.offsetAt(time));
  }

  /**
   * @returns the first time at which the clocks show a wall time; where they skip it, as in a night that loses an hour, the
   *   time at which they would have shown it
   */
  timeOf(wall: number): number {
    const [late, early] = [-DAY_MS, DAY_MS].map((far) => wall - this.offsetAt(wall + far)) as [
      number,
      number,
    ];
    const shown = [late, early].filter((time) => this.wallOf(time) === wall);
    return shown.length === 0 ? Math.max(late, early) : Math.min(...shown);
  }

  /** @returns the first time of the day (of `days` days that follow each other) that a time is in */
  startOfDays(time: number, days = 1): number {
    return this.startOf(time, days * DAY_MS);
  }

  /**
   * @param width milliseconds: up to an hour any part of it, else whole hours or days
   * @returns the beginning of the stretch of that width that a time is in. Stretches of hours and days begin when the
   *   clocks on the walls say so, and are longer or shorter where these are changed; shorter ones begin with the clocks'
   *   hours
   */
  startOf(time: number, width: number): number {
    const offset = this.offsetAt(time);
    if (width <= HOUR_MS) {
      const begin = Math.floor((time + offset) / width) * width - offset;
      // Where the clocks are changed by a part of it, as by half an hour, it begins with the change.
      return this.offsetAt(begin) === offset ? begin : this.changeBetween(begin, time, offset);
    }
    const wall = Math.floor((time + offset) / width) * width;
    const isIn = (candidate: number): boolean =>
      candidate <= time && Math.floor(this.wallOf(candidate) / width) * width === wall;
    const plain = wall - offset;
    const around = [
      offset,
      this.offsetAt(plain - 1),
      this.offsetAt(plain - HOUR_MS),
      this.offsetAt(plain + HOUR_MS),
    ];
    const found = around.map((other) => wall - other).filter(isIn);
    return found.length === 0 ? plain : Math.min(...found);
  }

  /** @returns the first second from which on the clocks are ahead by `offset`, as they are at `to` and not at `from` */
  private changeBetween(from: number, to: number, offset: number): number {
    let [before, after] = [Math.floor(from / 1_000), Math.floor(to / 1_000)];
    while (after - before > 1) {
      const middle = Math.floor((before + after) / 2);
      if (this.offsetAt(middle * 1_000) === offset) after = middle;
      else before = middle;
    }
    return after * 1_000;
  }

  private ask(given: number): number {
    const time = inDates(given);
    // Of what is no time there is no clock.
    if (Number.isNaN(time)) return 0;
    const parts = { year: 0, month: 1, day: 1, hour: 0, minute: 0, second: 0 };
    let isBefore = false;
    for (const { type, value } of this.format.formatToParts(time)) {
      if (type === 'era') isBefore = value.startsWith('B');
      else if (type in parts) parts[type as keyof typeof parts] = Number(value);
    }
    const wall = new Date(0);
    wall.setUTCFullYear(isBefore ? 1 - parts.year : parts.year, parts.month - 1, parts.day);
    wall.setUTCHours(parts.hour, parts.minute, parts.second);
    // Zones of today are whole minutes from UTC. At the end of all dates there is none for the wall.
    return Math.round((wall.getTime() - Math.floor(time / 1_000) * 1_000) / MINUTE_MS) * MINUTE_MS || 0;
  }
}

function inDates(time: number): number {
  return Math.min(Math.max(time, -MAX_DATE), MAX_DATE);
}
