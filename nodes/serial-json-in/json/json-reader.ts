import { Commas } from './commas';
import { groupedNumber, readScalar, type RepairKind } from './numbers';

/** What was understood though JSON does not have it, or what could not be kept as it came. */
export interface Repair {
  /** the field's name; `a.b` inside of others, `` for the whole line */
  field: string;
  /** what the board printed */
  found: string;
  problem: RepairKind | 'trailing-comma' | 'quotes' | 'tab' | 'repeated' | 'comment';
}

/** Why a text is no JSON. */
export type JsonProblem =
  | 'value'
  | 'key'
  | 'colon'
  | 'comma'
  | 'escape'
  | 'control-character'
  | 'unfinished'
  | 'too-deep'
  | 'comma-meaning'
  | 'part'
  | 'text-after';

/** Where and why reading a text ended. */
export interface JsonError {
  problem: JsonProblem;
  /** the index of the character */
  at: number;
  /** what stands there, a few characters */
  found: string;
  /** the field in which it stands; `` outside of all */
  field: string;
}

/** One value: `end` is the index behind it. */
export type JsonRead =
  { ok: true; value: unknown; end: number; repairs: Repair[] } | { ok: false; error: JsonError };

export interface JsonOptions {
  /** whether what boards print in place of JSON is understood: nan, .5, 'a', a trailing comma, 23,5, a comment */
  lenient: boolean;
  /** levels of objects and arrays inside each other */
  maxDepth: number;
  /** what this board's commas mean; none: nothing is known of it */
  commas?: Commas;
}

const SPACE = /[ \t\r\n]*/y;
/** What JSON5 has between its tokens, too: spaces of a text that was copied from a page, and comments. */
const OTHER_SPACE = /[\f\v\u00a0\ufeff\u2028\u2029\p{Zs}]+/uy;
const COMMENT = /\/\/[^\n]*|\/\*[^]*?\*\//y;
/** What cannot be in a value without quotes. */
const WORD = /[!#-&(-+\--9;-Z\\^-z|~\u0080-\uffff]*/y;
const NAME = /[\p{L}_$][\p{L}\p{N}_$-]{0,255}(?=\s*:)/uy;
/** `1,234.5`: no key of JSON begins with a digit, so that only a number can be meant. */
const WITH_SIGNS = /[+-]?\d{1,3}(?:[.,]\d+){2,100}(?=[ \t\r\n]*[,}])/y;
const DECIMALS = /,(\d+)(?=[ \t\r\n]*[,}])/y;
const WHOLE_BEFORE = /[\s:]([+-]?\d+)$/;
/** The part of a string that needs no look at each character. */
const PLAIN = /[ !#-&(-[\]-\uffff]*/y;
const ESCAPES = new Map([
  ['"', '"'],
  ['\\', '\\'],
  ['/', '/'],
  ['b', '\b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
]);
const HEX4 = /[0-9A-Fa-f]{4}/y;
const SHOWN = 12;

/**
 * Reads the JSON value that begins at `from`.
 *
 * JSON.parse would take a 64-bit id for another number, the last of two equal keys without a word, and a line with one
 * `nan` for nothing at all. JSON5 readers know NaN, yet not `nan`, `ovf` or `23,5`; those that repair any text make a
 * reading of a damaged line; and none says which field it has changed. What this reads and JSON allows has the value that
 * JSON.parse gives it, save for the numbers that a double does not hold.
 */
export function readJson(text: string, from: number, options: JsonOptions): JsonRead {
  const reader = new JsonReader(text, from, options);
  try {
    const value = reader.value('', 1);
    return { ok: true, value, end: reader.at, repairs: reader.repairs };
  } catch (thrown) {
    if (thrown instanceof ThrownJsonError) return { ok: false, error: thrown.error };
    throw thrown;
  }
}

/** @returns the error of something that stands behind what was read */
export function textAfter(text: string, at: number): JsonError {
  return { problem: 'text-after', at, found: text.slice(at, at + SHOWN), field: '' };
}

class ThrownJsonError extends Error {
  constructor(readonly error: JsonError) {
    super(error.problem);
  }
}

class JsonReader {
  readonly repairs: Repair[] = [];

  constructor(
    private readonly text: string,
    public at: number,
    private readonly options: JsonOptions,
  ) {}

  value(field: string, depth: number): unknown {
    this.space();
    switch (this.text.charAt(this.at)) {
      case '{':
        return this.object(field, this.level(depth));
      case '[':
        return this.array(field, this.level(depth));
      case '"':
        return this.string('"', field);
      case "'":
        return this.string("'", field);
      default:
        return this.scalar(field);
    }
  }

  private object(field: string, depth: number): Record<string, unknown> {
    const object: Record<string, unknown> = {};
    this.at += 1;
    this.space();
    if (this.take('}')) return object;
    for (;;) {
      const name = this.key(field);
      const path = field === '' ? name : `${field}.${name}`;
      this.space();
      if (!this.take(':')) this.fail('colon', path);
      const value = this.grouped(path) ?? this.value(path, depth + 1);
      this.put(object, name, path, this.withDecimals(path, value));
      this.space();
      if (this.take('}')) return object;
      if (!this.take(',')) this.fail('comma', path);
      this.space();
      if (this.ends('}', field)) return object;
    }
  }

  private array(field: string, depth: number): unknown[] {
    const array: unknown[] = [];
    this.at += 1;
    this.space();
    if (this.take(']')) return array;
    for (;;) {
      array.push(this.value(field === '' ? String(array.length) : `${field}.${array.length}`, depth + 1));
      this.space();
      if (this.take(']')) return array;
      if (!this.take(',')) this.fail('comma', field);
      this.space();
      if (this.ends(']', field)) return array;
    }
  }

  private key(field: string): string {
    const quote = this.text[this.at];
    if (quote === '"' || quote === "'") return this.string(quote, field);
    const name = this.options.lenient ? this.match(NAME) : undefined;
    if (name === undefined) return this.fail('key', field);
    this.note(field === '' ? name : `${field}.${name}`, name, 'quotes');
    return name;
  }

  /** A key that stands twice: the last one counts, as with JSON.parse, and it is told where they differ. */
  private put(object: Record<string, unknown>, name: string, path: string, value: unknown): void {
    if (Object.hasOwn(object, name)) {
      const before = object[name];
      if (before !== value || typeof value === 'object') this.note(path, shown(before), 'repeated');
    }
    if (name === '__proto__') {
      Object.defineProperty(object, name, { value, enumerable: true, configurable: true, writable: true });
    } else {
      object[name] = value;
    }
  }

  /** A number in groups of three digits, which Python and spreadsheets print. */
  private grouped(path: string): number | undefined {
    if (!this.options.lenient) return undefined;
    this.space();
    const start = this.at;
    const found = this.match(WITH_SIGNS);
    const number = found === undefined ? undefined : groupedNumber(found);
    if (found === undefined || number === undefined) {
      this.at = start;
      return undefined;
    }
    this.note(path, found, 'number-form');
    return number;
  }

  /** The comma of `"t":23,5}`: behind it no key follows, but digits alone. */
  private withDecimals(path: string, value: unknown): unknown {
    if (!this.options.lenient || !Number.isInteger(value)) return value;
    if (!/\d/.test(this.text[this.at - 1] ?? '')) return value;
    const start = this.at;
    const decimals = this.match(DECIMALS);
    if (decimals === undefined) return value;
    const whole = WHOLE_BEFORE.exec(this.text.slice(Math.max(0, start - 20), start))?.[1];
    if (whole === undefined) {
      this.at = start;
      return value;
    }
    const found = `${whole}${decimals}`;
    const meant = (this.options.commas ?? new Commas()).read(found);
    if (meant === undefined) {
      this.at = start - whole.length;
      return this.fail('comma-meaning', path, found);
    }
    this.note(path, found, 'number-form');
    return meant;
  }

  private scalar(field: string): unknown {
    const start = this.at;
    const word = this.match(WORD) ?? '';
    const read = readScalar(word, this.options.lenient);
    if (read) {
      if (read.repair) this.note(field, word, read.repair);
      return read.value;
    }
    this.at = start;
    const next = this.text[start];
    if (word === '' && this.options.lenient && field !== '' && (next === ',' || next === '}')) {
      this.note(field, '', 'no-value');
      return null;
    }
    return this.fail('value', field, word);
  }

  private string(quote: '"' | "'", field: string): string {
    const { text } = this;
    if (quote === "'" && !this.options.lenient) this.fail('value', field);
    const start = this.at;
    let read = '';
    this.at += 1;
    for (;;) {
      read += this.match(PLAIN) ?? '';
      const character = text[this.at];
      if (character === quote) {
        this.at += 1;
        if (quote === "'") this.note(field, text.slice(start, Math.min(this.at, start + SHOWN)), 'quotes');
        return read;
      }
      if (character === '\\') {
        read += this.escape(field);
      } else if (character === '"' || character === "'") {
        read += character;
        this.at += 1;
      } else if (character === '\t' && this.options.lenient) {
        this.note(field, '\\t', 'tab');
        read += character;
        this.at += 1;
      } else {
        this.fail('control-character', field);
      }
    }
  }

  private escape(field: string): string {
    const letter = this.text[this.at + 1];
    if (letter === 'u') {
      this.at += 2;
      const digits = this.match(HEX4);
      if (digits === undefined) return this.fail('escape', field);
      return String.fromCharCode(Number.parseInt(digits, 16));
    }
    const meant = ESCAPES.get(letter ?? '') ?? (letter === "'" && this.options.lenient ? "'" : undefined);
    if (meant === undefined) return this.fail('escape', field);
    this.at += 2;
    return meant;
  }

  /** @returns whether the object or array ends here, behind a comma */
  private ends(bracket: '}' | ']', field: string): boolean {
    if (this.text[this.at] !== bracket) return false;
    if (!this.options.lenient) this.fail(bracket === '}' ? 'key' : 'value', field);
    this.note(field, `,${bracket}`, 'trailing-comma');
    this.at += 1;
    return true;
  }

  private level(depth: number): number {
    return depth > this.options.maxDepth ? this.fail('too-deep', '') : depth;
  }

  private space(): void {
    this.match(SPACE);
    while (this.options.lenient && this.otherSpace()) this.match(SPACE);
  }

  private otherSpace(): boolean {
    const next = this.text.charCodeAt(this.at);
    if (next !== SLASH) return isOtherSpace(next) && this.match(OTHER_SPACE) !== undefined;
    const comment = this.match(COMMENT);
    if (comment === undefined) return false;
    this.note('', comment, 'comment');
    return true;
  }

  private take(character: string): boolean {
    if (this.text[this.at] !== character) return false;
    this.at += 1;
    return true;
  }

  private match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text)?.[0];
    if (found !== undefined) this.at += found.length;
    return found;
  }

  private note(field: string, found: string, problem: Repair['problem']): void {
    this.repairs.push({ field, found: found.slice(0, 80), problem });
  }

  /** @param found what stands there, where more is known than the next characters */
  private fail(problem: JsonProblem, field: string, found = ''): never {
    const { text, at } = this;
    const finished = at < text.length;
    throw new ThrownJsonError({
      problem: finished ? problem : 'unfinished',
      at,
      found: found === '' ? text.slice(at, at + SHOWN) : found.slice(0, SHOWN),
      field,
    });
  }
}

const SLASH = 0x2f;
const LAST_ASCII = 0x7f;

function isOtherSpace(code: number): boolean {
  return code > LAST_ASCII || code === 0x0b || code === 0x0c;
}

function shown(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
}
