import { Zone } from '../../shared/zone';
import { isLocale } from './locale';
import type { Language } from './texts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const YEAR = 365.25 * DAY;
const MONTH = YEAR / 12;

/** From here on the digits before the point are more than a number holds, and more than anybody reads. */
const HUGE = 1e15;
const TINY = 1e-4;
const BRIEF_FROM = 1e9;
/** A number has no more significant ones than that. */
const MOST_DECIMALS = 17;

const TIME = { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' } as const;

const BYTE_UNITS = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte', 'petabyte'] as const;

/** Numbers and times as a person of this language reads them. */
export class Format {
  private readonly plain: Intl.NumberFormat;
  private readonly small: Intl.NumberFormat;
  private readonly short: Intl.NumberFormat;
  private readonly scientific: Intl.NumberFormat;
  private readonly relative: Intl.RelativeTimeFormat;
  private readonly formats = new Map<string, Intl.DateTimeFormat>();
  private readonly numberFormats = new Map<string, Intl.NumberFormat>();

  /**
   * @param locale a full tag such as es-CO
   * @param zone whose clocks show the times; the browser's without it
   */
  constructor(
    readonly locale: string,
    readonly zone = Zone.own(),
  ) {
    this.plain = new Intl.NumberFormat(locale, { maximumFractionDigits: 2 });
    this.small = new Intl.NumberFormat(locale, { maximumSignificantDigits: 3 });
    this.short = new Intl.NumberFormat(locale, { notation: 'compact', maximumFractionDigits: 1 });
    this.scientific = new Intl.NumberFormat(locale, { notation: 'scientific', maximumFractionDigits: 2 });
    this.relative = new Intl.RelativeTimeFormat(locale, { numeric: 'always', style: 'short' });
  }

  /** @param decimals how many it is shown with; as many as it needs without */
  number(value: number, decimals?: number): string {
    // With decimals that are set, what is smaller than they show is nothing: noise of a sum, or of a converter.
    if (decimals !== undefined && Math.abs(value) < HUGE)
      return this.numberFormat(decimals).format(isZeroWith(value, decimals) ? 0 : value);
    if (isExtreme(value)) return this.scientific.format(value);
    if (value === 0) return this.plain.format(0);
    return Math.abs(value) < 1 ? this.small.format(value) : this.plain.format(value);
  }

  /** A number where there is little room: fewer decimals, the larger it is; or as many as are asked for. */
  brief(value: number, decimals?: number): string {
    const size = Math.abs(value);
    if (size >= BRIEF_FROM && size < HUGE) return this.short.format(value);
    if (decimals !== undefined) return this.number(value, decimals);
    const usual = size >= 1_000 ? 0 : size >= 100 ? 1 : 2;
    return this.number(Number(value.toFixed(size < 1 ? 20 : usual)));
  }

  /** A number on an axis: with the decimals that tell it from the next one, which is `step` away. */
  tick(value: number, step: number): string {
    const size = powerOf(step);
    if (!isExtreme(value) && step >= TINY) return this.numberFormat(Math.max(0, -size)).format(value || 0);
    if (value === 0) return this.plain.format(0);
    return this.numberFormat(Math.floor(Math.log10(Math.abs(value))) - size, 'scientific').format(value);
  }

  /** A count, shortened from a million on. */
  count(value: number): string {
    return value < 1_000_000 ? this.plain.format(value) : this.short.format(value);
  }

  /** A number of bytes in the largest unit of which there is at least one: "4.2 MB". */
  bytes(value: number): string {
    const power = value < 1_000 ? 0 : Math.min(Math.floor(Math.log10(value) / 3), BYTE_UNITS.length - 1);
    const scaled = value / 1_000 ** power;
    return new Intl.NumberFormat(this.locale, {
      style: 'unit',
      unit: BYTE_UNITS[power]!,
      unitDisplay: 'short',
      maximumFractionDigits: power > 0 && scaled < 100 ? 1 : 0,
    }).format(scaled);
  }

  /** "3 s ago" */
  ago(time: number, now: number): string {
    const past = Math.max(0, now - time);
    if (past < MINUTE) return this.relative.format(-Math.floor(past / SECOND), 'second');
    if (past < HOUR) return this.relative.format(-Math.floor(past / MINUTE), 'minute');
    if (past < 2 * DAY) return this.relative.format(-Math.floor(past / HOUR), 'hour');
    if (past < 60 * DAY) return this.relative.format(-Math.floor(past / DAY), 'day');
    if (past < 2 * YEAR) return this.relative.format(-Math.floor(past / MONTH), 'month');
    return this.relative.format(-Math.floor(past / YEAR), 'year');
  }

  /** A length of time in its largest whole unit: "3 s", "15 min", "7 d". */
  duration(milliseconds: number): string {
    const unit = (value: number, name: string): string =>
      new Intl.NumberFormat(this.locale, {
        style: 'unit',
        unit: name,
        unitDisplay: name === 'day' ? 'long' : 'short',
        maximumFractionDigits: value < 10 ? 1 : 0,
      }).format(value);
    if (milliseconds < SECOND) return unit(Math.round(milliseconds), 'millisecond');
    if (milliseconds < 2 * MINUTE) return unit(milliseconds / SECOND, 'second');
    if (milliseconds < 2 * HOUR) return unit(milliseconds / MINUTE, 'minute');
    if (milliseconds < 2 * DAY) return unit(milliseconds / HOUR, 'hour');
    return unit(milliseconds / DAY, 'day');
  }

  dateTime(time: number): string {
    return this.date({ dateStyle: 'medium', timeStyle: 'medium', hourCycle: 'h23' }, time);
  }

  /** The time of day with seconds; the date before it when it is not today's, and the year when it is not this one. */
  moment(time: number, now = Date.now()): string {
    return this.date({ ...this.dateUnlessToday([time], now), ...TIME }, time);
  }

  /** From one time to another, each as a moment; what both have in common may be said once. Seconds where they matter. */
  between(from: number, to: number, now = Date.now()): string {
    const { second, ...toMinutes } = TIME;
    const time = to - from < HOUR ? { ...toMinutes, second } : toMinutes;
    return this.formatOf({ ...this.dateUnlessToday([from, to], now), ...time }).formatRange(from, to);
  }

  time(time: number): string {
    return this.date(TIME, time);
  }

  /** The time of day with seconds, and with so many digits of their parts as it has. */
  exactTime(time: number): string {
    const part = Math.abs(time % SECOND);
    const digits = part === 0 ? 0 : part % 100 === 0 ? 1 : part % 10 === 0 ? 2 : 3;
    return this.date(digits === 0 ? TIME : { ...TIME, fractionalSecondDigits: digits }, time);
  }

  timeToMinutes(time: number): string {
    return this.date({ hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }, time);
  }

  day(time: number): string {
    return this.date({ day: 'numeric', month: 'short' }, time);
  }

  /** What a time of day, or a day, leaves open: the date unless it is today's, the year unless it is this one; else nothing. */
  rest(time: number, of: 'time' | 'day', now = Date.now()): string {
    const { year, ...date } = this.dateUnlessToday([time], now);
    if (of === 'day') return year ? this.date({ year }, time) : '';
    return date.day ? this.date({ ...date, ...(year ? { year } : {}) }, time) : '';
  }

  month(time: number): string {
    return this.date({ month: 'short', year: 'numeric' }, time);
  }

  private dateUnlessToday(times: readonly number[], now: number): Intl.DateTimeFormatOptions {
    const today = this.dateOf(now);
    const dates = times.map((time) => this.dateOf(time));
    if (dates.every((date) => date === today)) return {};
    const thisYear = dates.every((date) => date.slice(0, -6) === today.slice(0, -6));
    return { day: 'numeric', month: 'short', ...(thisYear ? {} : { year: 'numeric' }) };
  }

  /** @returns the date on the clock, as 2026-11-29 */
  private dateOf(time: number): string {
    return new Date(this.zone.wallOf(time)).toISOString().slice(0, -14);
  }

  private numberFormat(
    decimals: number,
    notation: 'standard' | 'scientific' = 'standard',
  ): Intl.NumberFormat {
    const digits = Math.min(Math.max(0, decimals), MOST_DECIMALS);
    const key = `${notation} ${digits}`;
    let format = this.numberFormats.get(key);
    if (!format) {
      const options = { notation, minimumFractionDigits: digits, maximumFractionDigits: digits };
      this.numberFormats.set(key, (format = new Intl.NumberFormat(this.locale, options)));
    }
    return format;
  }

  private date(options: Intl.DateTimeFormatOptions, time: number): string {
    return this.formatOf(options).format(time);
  }

  private formatOf(options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
    const key = JSON.stringify(options);
    let format = this.formats.get(key);
    if (!format) {
      format = new Intl.DateTimeFormat(this.locale, { ...options, timeZone: this.zone.name });
      this.formats.set(key, format);
    }
    return format;
  }
}

/** Whether a number is shown as zero, which has no sign. */
function isZeroWith(value: number, decimals: number): boolean {
  return Number(value.toFixed(Math.min(Math.max(0, decimals), MOST_DECIMALS))) === 0;
}

/** @returns the power of ten of a step's last digit: -1 of 0.5, -2 of 0.25 */
function powerOf(step: number): number {
  // A step of 0.1 may be a little less than that.
  const first = Math.floor(Math.log10(step) + 1e-9);
  const digits = step / 10 ** first;
  return Math.abs(digits - Math.round(digits)) < 1e-6 ? first : first - 1;
}

/** Whether a number is so large or so small that its digits would only be zeros. */
function isExtreme(value: number): boolean {
  const size = Math.abs(value);
  return size >= HUGE || (size < TINY && size > 0);
}

/**
 * @param wanted the browser's languages; where its system has none set, Chromium names what is no language tag (en-US@posix)
 * @returns the browser's own variant of a language (es-CO), else the language itself
 */
export function localeOf(language: Language, wanted: readonly string[]): string {
  const isOwn = (tag: string): boolean => tag === language || tag.startsWith(`${language}-`);
  return wanted.find((tag) => isOwn(tag) && isLocale(tag)) ?? language;
}
