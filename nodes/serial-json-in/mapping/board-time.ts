import { DAY_MS } from '../../shared/durations';
import type { LocalClock } from '../lines/local-time';

/** A board's clock may be ahead by this much: a time in the future would hide the readings that come after it. */
const MOST_AHEAD_MS = 60_000;
/** Readings that a board kept while it was alone; an earlier time is a clock that was never set. */
const MOST_BEHIND_MS = 366 * DAY_MS;
/** Also as clocks' libraries print it: 2026/03/29 11:30:00, 20260329T113000Z. */
const ISO =
  /^(\d{4})([-/]?)(\d\d)\2(\d\d)(?:[Tt]| {1,2})(\d\d)(:?)(\d\d)(?:\6(\d\d)(?:[.,](\d{1,9}))?)?(?: ?([Zz]|UTC|GMT|[+-]\d\d(?::?\d\d)?))?$/;
const NUMBER = /^\d{9,19}(?:\.\d{1,9})?$/;

/**
 * Reads a board's own time: seconds, milliseconds, microseconds or nanoseconds since 1970, told apart by their size, or
 * ISO 8601; one without a zone is what a clock on the wall shows, as cheap clock chips keep it.
 * @param arrived when the line arrived, in milliseconds since 1970
 * @param clock that of the wall
 * @returns milliseconds since 1970; undefined when it is no time, or one that cannot be that of a reading arrived just now
 */
export function readBoardTime(value: unknown, arrived: number, clock: LocalClock): number | undefined {
  const time =
    typeof value === 'number'
      ? fromNumber(value)
      : typeof value === 'string'
        ? fromText(value.trim(), clock)
        : NaN;
  if (!Number.isFinite(time)) return undefined;
  return time <= arrived + MOST_AHEAD_MS && time >= arrived - MOST_BEHIND_MS ? time : undefined;
}

function fromText(text: string, clock: LocalClock): number {
  if (NUMBER.test(text)) return fromNumber(Number(text));
  const [, year, , month, date, hour, , minute, second = '00', fraction = '0', zone] = ISO.exec(text) ?? [];
  const day = `${year}-${month}-${date}`;
  const asUtc = Date.parse(`${day}T${hour}:${minute}:${second}.${fraction}Z`);
  // Of a 30th of February JavaScript makes a day in March.
  if (!Number.isFinite(asUtc) || !new Date(asUtc).toISOString().startsWith(day)) return NaN;
  return zone === undefined ? fromWall(asUtc, clock) : asUtc - offsetOf(zone);
}

/** @returns the milliseconds by which the clocks of a zone (`Z`, `+01`, `-0500`, `+05:30`, `UTC`) are ahead of UTC */
function offsetOf(zone: string): number {
  if (/^[A-Z]/i.test(zone)) return 0;
  const [hours, minutes] = [Number(zone.slice(1, 3)), Number(zone.slice(-2))];
  const ahead = (hours * 60 + (zone.length > 3 ? minutes : 0)) * 60_000;
  return zone.startsWith('-') ? -ahead : ahead;
}

/** @returns when the clock on the wall shows what it is given; of an hour that it shows twice, one of the two */
function fromWall(shown: number, clock: LocalClock): number {
  const near = shown - aheadOfUtc(shown, clock);
  return shown - aheadOfUtc(near, clock);
}

function aheadOfUtc(time: number, clock: LocalClock): number {
  const { fecha, hora } = clock(time);
  return Date.parse(`${fecha}T${hora}Z`) - Math.floor(time / 1000) * 1000;
}

function fromNumber(value: number): number {
  if (value >= 1e17) return Math.floor(value / 1e6);
  if (value >= 1e14) return Math.floor(value / 1e3);
  return Math.floor(value >= 1e11 ? value : value * 1000);
}
