import type { TextParams } from '../../shared/user-error';
import { shorten } from '../../shared/user-error';
import { Commas } from '../json/commas';
import type { Repair } from '../json/json-reader';
import { doubtfulNumber, numberIn, textToNumber, type Measure } from '../mapping/text-number';
import { KnownValues } from './known-values';

/** What stands where there is no value. */
const NO_VALUE = new Set(['', '-']);
/** A number and its unit, before another number: 26.00 *C 78.80 *F. Without the unit the space may have been a digit. */
const FIRST_MEASURE = /^(\S+ ?[*°º˚℃℉%A-Za-z/][^ \d]{0,11}) (?=[+-]?[\d.]|[+-]?(?:nan|inf|ovf)|--)/i;
const LONGEST_MEASURES = 256;
const NONE: Measure = { value: null };

/** What is known of a board from the lines before. */
export interface BoardMemory {
  readonly values: KnownValues;
  readonly commas: Commas;
}

/** @returns the memory of a board of which nothing has come yet */
export function newMemory(): BoardMemory {
  return { values: new KnownValues(), commas: new Commas() };
}

/** The values of a line, each under its name. */
export class NamedValues {
  readonly value: Record<string, unknown> = {};
  readonly repairs: Repair[] = [];
  private readonly measures: [name: string, measure: Measure | undefined, text: string][] = [];

  /**
   * @param texts the names whose values stay texts, whatever they are, such as that of the node
   * @param memory what the lines before have told
   */
  constructor(
    private readonly texts: readonly string[],
    private readonly memory: BoardMemory,
  ) {}

  /** Puts a value under its name: a number where the text means one, null where there is none. */
  put(name: string, text: string): void {
    const { value: object, repairs } = this;
    const value = this.texts.includes(name) ? text : this.read(name, text);
    if (Object.hasOwn(object, name) && object[name] !== value) {
      repairs.push({ field: name, found: shorten(object[name]), problem: 'repeated' });
    }
    Object.defineProperty(object, name, { value, enumerable: true, configurable: true, writable: true });
  }

  /** @returns why a value of this line is in doubt, as the text of the reason needs it */
  doubt(): TextParams | undefined {
    const { values, commas } = this.memory;
    const { node } = this;
    for (const [name, measure, text] of this.measures) {
      const number = doubtfulNumber(text, commas);
      if (number !== undefined) return { kind: 'comma', name: shorten(name), value: number };
      const doubt = values.doubtOf(node, name, text, measure);
      if (doubt) return doubt;
    }
    return undefined;
  }

  /** The line is a reading: the next ones are to be like it. */
  learn(): void {
    const { values, commas } = this.memory;
    const { node } = this;
    for (const [name, measure, text] of this.measures) {
      values.learn(node, name, measure);
      if (typeof measure?.value === 'number') commas.learn(numberIn(text) ?? '');
    }
  }

  /** Several nodes may speak on one line, each in units of its own. */
  private get node(): string {
    return this.texts
      .map((name) => this.value[name])
      .filter((value) => typeof value === 'string')
      .join('\n');
  }

  private read(name: string, text: string): unknown {
    const measure = this.measureOf(name, text);
    this.measures.push([name, measure, text]);
    return measure ? measure.value : text;
  }

  private measureOf(name: string, text: string): Measure | undefined {
    const { commas } = this.memory;
    const found = text.slice(0, 80);
    if (NO_VALUE.has(text)) {
      this.repairs.push({ field: name, found, problem: 'no-value' });
      return NONE;
    }
    const number = textToNumber(text, commas);
    if (number) {
      if (number.repair) this.repairs.push({ field: name, found, problem: number.repair });
      return number;
    }
    const first = text.length > LONGEST_MEASURES ? undefined : FIRST_MEASURE.exec(text)?.[1];
    const measured = first === undefined ? undefined : textToNumber(first, commas);
    if (measured) this.repairs.push({ field: name, found, problem: 'number-form' });
    return measured;
  }
}

/** @returns a text without the quotes around it */
export function unquoted(text: string): string {
  const trimmed = text.trim();
  if (/^"[^]*"$/.test(trimmed)) return trimmed.slice(1, -1).replaceAll('""', '"');
  return /^'[^']*'$/.test(trimmed) ? trimmed.slice(1, -1) : trimmed;
}
