import { excessOf, READING_BOUNDS } from '../../shared/data-bounds';
import type { Reading } from '../../shared/reading';
import type { TextParams } from '../../shared/user-error';
import { shorten } from '../../shared/user-error';
import { implausible, type Implausible, type PlausibleRules } from '../checks/plausible';
import { SequenceCounter, type SequenceStep } from '../checks/sequence';
import type { JsonError } from '../json/json-reader';
import { mapReading, type MappingNote, type MappingRules } from '../mapping/mapping';
import { ColumnReader } from '../shapes/columns';
import { ignoring } from '../shapes/ignored';
import { isSystemLog } from '../shapes/system-log';
import { readJsonLine } from '../shapes/json-line';
import type { LinePart } from '../shapes/line-part';
import { newMemory } from '../shapes/named-values';
import { readPairs } from '../shapes/pairs';
import { PrettyLines } from '../shapes/pretty-lines';
import type { RejectReason } from '../types';
import { CHECKSUM_LENGTH, checkAt } from './checksum';
import type { RawLine } from './line-splitter';
import { damagedAt, decode, foreignByte, trimmed, withoutColours } from './line-text';
import type { LocalClock } from './local-time';

/** What the firmware prints, beside the reading itself, when its DHT does not answer, or not rightly (`Error: checksum`). */
const SENSOR_ERROR = 'Error';
/** A checksum of other width; `26.00 *C` has none. */
const OTHER_CHECKSUM = /[^ ]\*[0-9A-Fa-f]{2,8}$/;
const NO_REPAIRS: readonly MappingNote[] = [];
const OPENING_BRACE = 0x7b;
const MOST_ATTEMPTS = 16;
const QUOTE = 0x22;
const LONGEST_LINE_END = 16;
const VALUE_OF_ERROR = /^Error: *[+-]?[\d.]/;
/** What a damaged byte becomes where text was made of it on the way, and what no name has. */
const UNPRINTABLE = /[\u007f-\u009f\ufffd]/;
/** The one of them in ASCII that JSON allows in a name: it is quicker to look for it alone. */
const DELETE = '\u007f';

/** How lines are understood. */
export interface LineRules {
  /** whether what boards print in place of JSON is understood; see readJson */
  lenient: boolean;
  checksumRequired: boolean;
  mapping: MappingRules;
  plausible: PlausibleRules;
  /** how values stand in a line: as JSON, in columns, or each with its name before it */
  shape: 'json' | 'csv' | 'pairs';
  /** the names of the columns; none where the board prints them */
  columns: readonly string[];
  /** lines that are left out, `*` for any text */
  ignore: readonly string[];
}

/** A line, or a part of one, that is a reading. */
export interface ReadingContent {
  kind: 'reading';
  reading: Reading;
  /** what was understood though it is not as JSON has it */
  repairs: readonly MappingNote[];
  /** the board's own time, in milliseconds since 1970 */
  time?: number;
  sequence?: SequenceStep;
}

/** A line, or a part of one, that is none, with what can be shown of it. */
export interface RejectedContent {
  kind: 'rejected';
  reason: RejectReason;
  line: string | Buffer;
  /** where and why it is no JSON */
  error?: JsonError;
  /** what fills in the text of the reason */
  params?: TextParams;
  /** the board's number of the line: those lost before it are no less lost */
  sequence?: SequenceStep;
}

export type LineContent = ReadingContent | RejectedContent;

/** Reads the lines of one port. */
export class LineReader {
  private readonly sequence = new SequenceCounter();
  private readonly pretty = new PrettyLines();
  private readonly columns: ColumnReader;
  private memory = newMemory();
  /**
   * Whether a line has had a right checksum: what is left of a damaged one looks like a part of a column's value, or of a
   * pair's, so that lines without one are refused then. JSON ends in a bracket.
   */
  private isChecked = false;
  private readonly isIgnored: (line: string) => boolean;

  constructor(
    private readonly rules: LineRules,
    private readonly clock: LocalClock,
  ) {
    this.columns = new ColumnReader(rules.columns, rules.mapping.nodeFields, this.memory);
    this.isIgnored = ignoring(rules.ignore);
  }

  /**
   * Reads one line: readings, what is none, or both where several stand in it.
   * @param first whether it is the first after an opening: its beginning may be missing, and the rest says nothing
   * @param arrived milliseconds since 1970
   */
  read(line: RawLine, first: boolean, arrived: number): LineContent[] {
    // The end of a JSON object is none; that of `23.5,60` is `3.5,60`, and that of `temp,hum` names other columns.
    if (first && this.rules.shape !== 'json' && !tellsItsBegin(line)) return [];
    const contents = this.contentsOf(line, arrived);
    return first ? contents.filter((content) => content.kind === 'reading' || isWhole(content)) : contents;
  }

  /** The device went away. @returns what had come of an object over several lines */
  interrupted(): string | undefined {
    this.isChecked = false;
    this.memory = newMemory();
    this.columns.forget(this.memory);
    return this.pretty.flush()[0];
  }

  private contentsOf(raw: RawLine, arrived: number): LineContent[] {
    const { text } = raw;
    if (text === undefined) return this.readBytes(raw.bytes, arrived);
    const bare = withoutColours(text);
    const line = trimmed(bare);
    if (line === '') return [];
    if (this.isIgnored(line)) {
      this.pretty.skipped();
      return [];
    }
    if (this.isSensorError(line)) return [{ kind: 'rejected', reason: 'sensor-error', line: text }];
    if (this.rules.shape !== 'json') return this.foreign(line, bare) ?? this.readWhole(line, arrived);
    const isClean = raw.isAscii === true && !line.includes(DELETE);
    if (this.pretty.isWhole(line, arrived)) return this.readWhole(line, arrived, isClean);
    return this.pretty.push(line, arrived).flatMap((one) => {
      if (one.isPart) return [partOfBroken(one.text)];
      return this.isIgnored(one.text) ? [] : this.readWhole(one.text, arrived);
    });
  }

  private readBytes(bytes: Buffer, arrived: number): LineContent[] {
    const broken = this.pretty.flush().flatMap((open) => this.readWhole(open, arrived));
    const behind = this.behindNoise(bytes, arrived);
    if (behind) return [...broken, ...behind];
    const bracket = /[{[](?=\s*$)/.exec(bytes.subarray(-LONGEST_LINE_END).toString('latin1'))?.[0];
    if (bracket !== undefined && this.rules.shape === 'json')
      this.pretty.beginBehindNoise(bracket, bytes.includes(QUOTE), arrived);
    return [...broken, notUtf8(bytes)];
  }

  /** What is no line of values, though it may look like one: what the board's system prints, and what was damaged. */
  private foreign(line: string, bare: string): LineContent[] | undefined {
    if (isSystemLog(line)) return [{ kind: 'rejected', reason: 'system-log', line }];
    const at =
      checkAt(line, 0, line.length - CHECKSUM_LENGTH).checksum === 'right' ? undefined : damagedAt(bare);
    return at === undefined ? undefined : [damaged(line, bare, at)];
  }

  /** `Error: 0.5` is the error of a controller, where names stand before values. */
  private isSensorError(line: string): boolean {
    return isSensorError(line) && !(this.rules.shape === 'pairs' && VALUE_OF_ERROR.test(line));
  }

  /** @param isClean whether nothing unprintable is in it; it is looked for where that is not known */
  private readWhole(line: string, arrived: number, isClean = false): LineContent[] {
    const parts = this.partsOf(line);
    const [only] = parts;
    if (only && parts.length === 1) return [this.content(only, arrived, isClean)];
    return parts
      .filter((part, i) => !(i + 1 < parts.length && this.isIgnoredLabel(part)))
      .map((part) => this.content(part, arrived, isClean));
  }

  /** What stands before an object (`DATA:`) may be left out as a whole line may. */
  private isIgnoredLabel(part: LinePart): boolean {
    return part.kind === 'broken' && part.reason === 'not-json' && this.isIgnored(part.text);
  }

  private partsOf(line: string): LinePart[] {
    const { lenient, checksumRequired, shape, mapping } = this.rules;
    if (shape === 'json') {
      const { commas } = this.memory;
      return readJsonLine(line, { lenient, checksumRequired, maxDepth: READING_BOUNDS.depth, commas });
    }
    const { checksum, end } = checkAt(line, 0, line.length - CHECKSUM_LENGTH);
    const isWhole = checksum === 'right' && end === line.length;
    if (checksum === 'wrong' || (!isWhole && OTHER_CHECKSUM.test(line)))
      return [{ kind: 'broken', reason: 'checksum', text: line }];
    if (!isWhole && (checksumRequired || this.isChecked))
      return [{ kind: 'broken', reason: 'no-checksum', text: line }];
    this.isChecked = isWhole;
    const values = isWhole ? line.slice(0, -CHECKSUM_LENGTH) : line;
    return shape === 'pairs'
      ? [readPairs(values, mapping.nodeFields, this.memory)]
      : this.columns.read(values);
  }

  /** A board that starts makes bytes that are no text before its first line: that line counts. */
  private behindNoise(line: Buffer, arrived: number): LineContent[] | undefined {
    let attempts = MOST_ATTEMPTS;
    for (
      let at = line.indexOf(OPENING_BRACE, 1);
      at > 0 && attempts > 0;
      at = line.indexOf(OPENING_BRACE, at + 1)
    ) {
      const text = decode(line.subarray(at));
      if (text === undefined) continue;
      attempts -= 1;
      if (!standsAlone(line, at)) continue;
      const parts = this.partsOf(trimmed(withoutColours(text)));
      if (parts[0]?.kind !== 'object') continue;
      const noise: RejectedContent = { kind: 'rejected', reason: 'not-utf8', line: line.subarray(0, at) };
      return [noise, ...parts.map((part) => this.content(part, arrived))];
    }
    return undefined;
  }

  private content(part: LinePart, arrived: number, isClean = false): LineContent {
    const { text } = part;
    if (part.kind === 'broken') {
      const { reason, error, params } = part;
      if (error?.problem === 'too-deep') return tooLarge(text, 'depth', READING_BOUNDS.depth);
      return { kind: 'rejected', reason, line: text, ...(error && { error }), ...(params && { params }) };
    }
    const { mapping, shape } = this.rules;
    // Two lines that were run together: the values of one would be stored under the other's name.
    if (
      shape === 'json' &&
      part.repairs.some(({ problem, field }) => problem === 'repeated' && isNode(field, mapping))
    )
      return { kind: 'rejected', reason: 'restarted', line: text };
    const at = isClean ? -1 : text.search(UNPRINTABLE);
    if (at >= 0 && hasDamagedName(part.value)) return damaged(text, text, at);
    const mapped = mapReading(part.value, mapping, arrived, this.clock, this.memory.commas);
    if (!mapped) return { kind: 'rejected', reason: 'no-nodo', line: text };
    const { reading, time } = mapped;
    const { number } = mapped;
    const sequence = number === undefined ? undefined : this.sequence.step(reading.nodo, number);
    const excess = excessOf(reading, READING_BOUNDS);
    if (excess) return { ...tooLarge(text, excess.bound, excess.limit), ...(sequence && { sequence }) };
    const broken = implausible(reading, this.rules.plausible);
    if (broken) {
      const params = paramsOf(broken);
      return { kind: 'rejected', reason: broken.reason, line: text, params, ...(sequence && { sequence }) };
    }
    const { fecha, hora } = this.clock(time ?? arrived);
    reading.fecha = fecha;
    reading.hora = hora;
    const content: ReadingContent = { kind: 'reading', reading, repairs: NO_REPAIRS };
    for (const { problem, found } of part.repairs)
      if (problem === 'number-form') this.memory.commas.learn(found);
    if (part.repairs.length + mapped.repairs.length > 0)
      content.repairs = [...part.repairs, ...mapped.repairs];
    if (time !== undefined) content.time = time;
    if (sequence) content.sequence = sequence;
    return content;
  }
}

/** Its bytes stay as they are: taken for Latin-1, one that was damaged on the way would pass for a letter. */
function notUtf8(line: Buffer): RejectedContent {
  const foreign = foreignByte(line);
  if (foreign === undefined) return { kind: 'rejected', reason: 'not-utf8', line };
  const byte = `0x${foreign.byte.toString(16).toUpperCase()}`;
  const params = { byte, position: foreign.at + 1, letter: String.fromCharCode(foreign.byte) };
  return { kind: 'rejected', reason: 'other-encoding', line, params };
}

/** An object in one of which the beginning was damaged. */
function partOfBroken(line: string): RejectedContent {
  const error: JsonError = { problem: 'part', at: 0, found: line.slice(0, 12), field: '' };
  return { kind: 'rejected', reason: 'not-json', line, error };
}

/** @param at the index in `text` of the character that no text has */
function damaged(line: string, text: string, at: number): RejectedContent {
  const byte = `0x${text.charCodeAt(at).toString(16).toUpperCase().padStart(2, '0')}`;
  return { kind: 'rejected', reason: 'control-character', line, params: { byte, position: at + 1 } };
}

/** Looks at the names alone: of what stands in a text nobody knows what is right. */
function hasDamagedName(object: Record<string, unknown>): boolean {
  return [object.nodo, ...Object.keys(object)].some(
    (name) => typeof name === 'string' && UNPRINTABLE.test(name),
  );
}

function isNode(field: string, { nodeFields }: MappingRules): boolean {
  return field === 'nodo' || nodeFields.includes(field);
}

function tooLarge(line: string, bound: string, limit: number): RejectedContent {
  return { kind: 'rejected', reason: 'too-large', line, params: { bound, limit } };
}

function isSensorError(line: string): boolean {
  return (
    line.startsWith(SENSOR_ERROR) &&
    (line.length === SENSOR_ERROR.length || line[SENSOR_ERROR.length] === ':')
  );
}

/** Whether a line of any shape is known to have its beginning. */
function tellsItsBegin(line: RawLine): boolean {
  const text = trimmed(line.text ?? '');
  return isSensorError(text) || checkAt(text, 0, text.length - CHECKSUM_LENGTH).checksum === 'right';
}

/** Of the first line after an opening: the rest of one that had begun before does not begin as a line does. */
function isWhole({ reason, line }: RejectedContent): boolean {
  if (reason === 'sensor-error') return true;
  if (Buffer.isBuffer(line)) return line[0] === OPENING_BRACE;
  const begin = trimmed(line)[0];
  return begin === '{' || begin === '[';
}

/** Whether no JSON before the brace asks for the object that it begins: noise without a quote is none. */
function standsAlone(line: Buffer, at: number): boolean {
  if (!/["'{]/.test(line.subarray(0, at).toString('latin1'))) return true;
  const before = line
    .subarray(Math.max(0, at - 8), at)
    .toString('latin1')
    .trimEnd()
    .at(-1);
  return before === undefined || !':,['.includes(before);
}

function paramsOf(broken: Implausible): TextParams {
  if (broken.reason !== 'out-of-range') return { name: shorten(broken.name) };
  const { name, value, range } = broken;
  return {
    name: shorten(name),
    value: typeof value === 'string' ? `"${shorten(value)}"` : shorten(value),
    range: rangeText(range),
  };
}

function rangeText({ min, max }: { min: number; max: number }): string {
  return `${Number.isFinite(min) ? min : ''}..${Number.isFinite(max) ? max : ''}`;
}
