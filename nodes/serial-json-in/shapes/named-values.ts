import { shorten } from '../../shared/user-error';
import type { Repair } from '../json/json-reader';
import { textToNumber } from '../mapping/text-number';

/** What stands where there is no value. */
const NO_VALUE = new Set(['', '-']);
/** A number and its unit, before another number: 26.00 *C 78.80 *F. */
const FIRST_MEASURE = /^(\S+(?: [*°º˚%A-Za-z/][^ \d]{0,11})?) (?=[+-]?[\d.]|[+-]?(?:nan|inf|ovf)|--)/i;
const LONGEST_MEASURES = 256;

/** The values of a line, each under its name. */
export class NamedValues {
  readonly value: Record<string, unknown> = {};
  readonly repairs: Repair[] = [];

  /** @param texts the names whose values stay texts, whatever they are, such as that of the node */
  constructor(private readonly texts: readonly string[]) {}

  /** Puts a value under its name: a number where the text means one, null where there is none. */
  put(name: string, text: string): void {
    const { value: object, repairs } = this;
    const value = this.texts.includes(name) ? text : this.read(name, text);
    if (Object.hasOwn(object, name) && object[name] !== value) {
      repairs.push({ field: name, found: shorten(object[name]), problem: 'repeated' });
    }
    Object.defineProperty(object, name, { value, enumerable: true, configurable: true, writable: true });
  }

  private read(name: string, text: string): unknown {
    const found = text.slice(0, 80);
    if (NO_VALUE.has(text)) {
      this.repairs.push({ field: name, found, problem: 'no-value' });
      return null;
    }
    const number = textToNumber(text);
    if (number) {
      if (number.repair) this.repairs.push({ field: name, found, problem: number.repair });
      return number.value;
    }
    const first = text.length > LONGEST_MEASURES ? undefined : FIRST_MEASURE.exec(text)?.[1];
    const measured = first === undefined ? undefined : textToNumber(first);
    if (!measured) return text;
    this.repairs.push({ field: name, found, problem: 'number-form' });
    return measured.value;
  }
}

/** @returns a text without the quotes around it */
export function unquoted(text: string): string {
  const trimmed = text.trim();
  if (/^"[^]*"$/.test(trimmed)) return trimmed.slice(1, -1).replaceAll('""', '"');
  return /^'[^']*'$/.test(trimmed) ? trimmed.slice(1, -1) : trimmed;
}
