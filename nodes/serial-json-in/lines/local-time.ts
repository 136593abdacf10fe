import { UserError, shorten } from '../../shared/user-error';

/** A moment as the readings carry it. */
export interface LocalTime {
  /** YYYY-MM-DD */
  fecha: string;
  /** HH:MM:SS */
  hora: string;
}

/** @returns the local time of a moment, given in milliseconds since 1970. */
export type LocalClock = (milliseconds: number) => LocalTime;

/**
 * A clock of one time zone. It formats once a second however many readings there are, since that is the slow part.
 * @param timeZone an IANA name such as America/Bogota; empty for the machine's own
 * @throws UserError when there is no such time zone
 */
export function localClock(timeZone: string): LocalClock {
  const format = formatOf(timeZone);
  let second = Number.NaN;
  let shown: LocalTime = { fecha: '', hora: '' };
  return (milliseconds) => {
    const now = Math.floor(milliseconds / 1000);
    if (now !== second) {
      second = now;
      shown = local(format, milliseconds);
    }
    return shown;
  };
}

function local(format: Intl.DateTimeFormat, milliseconds: number): LocalTime {
  const parts = new Map(format.formatToParts(milliseconds).map(({ type, value }) => [type, value]));
  const part = (type: Intl.DateTimeFormatPartTypes) => parts.get(type) ?? '';
  return {
    fecha: `${part('year').padStart(4, '0')}-${part('month')}-${part('day')}`,
    hora: `${part('hour')}:${part('minute')}:${part('second')}`,
  };
}

function formatOf(timeZone: string): Intl.DateTimeFormat {
  try {
    return new Intl.DateTimeFormat('en-US', {
      calendar: 'gregory',
      numberingSystem: 'latn',
      hourCycle: 'h23',
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
      ...(timeZone && { timeZone }),
    });
  } catch (cause) {
    throw new UserError('serial-json-in.errors.time-zone', { value: shorten(timeZone) }, { cause });
  }
}
