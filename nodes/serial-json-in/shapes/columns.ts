import type { TextParams } from '../../shared/user-error';
import { shorten } from '../../shared/user-error';
import { textToNumber } from '../mapping/text-number';
import type { LinePart } from './line-part';
import { NamedValues, unquoted, type BoardMemory } from './named-values';

/** What a switch or a sensor says of itself. */
const VALUE = /^(?:true|false|on|off|ok|yes|no|open|closed|error|fail(?:ed)?)$/i;
/** So a controller's program calls a column, too. */
const ERROR = /^error$/i;
/** What a line of a log has, and a name of a column has not. */
const SENTENCE = /: |\.\.\.|[.!?:]$/;
const MOST_WORDS = 100;
/** In the order in which they are looked for. */
const SEPARATORS = [';', '\t', '|', ','];
const QUOTED = /"[^"]*(?:""[^"]*)*"/g;
const SPACED = /"[^"]*(?:""[^"]*)*"|[^ ]+/g;
/** A name begins with a letter. */
const NAME = /^[\p{L}_][^\t;]{0,255}$/u;
/** What a line of names may begin with, as a comment. */
const COMMENTED = /^(?:#+|\/\/|%) ?/;

/**
 * Reads lines of values whose names are known, or stand in a line of their own: when the board starts, and again when it
 * is reset. Where the board prints names beside those that the settings give, these count.
 */
export class ColumnReader {
  private readonly fixed: boolean;
  /** the columns in which a number has stood: there, a text is a name */
  private numbers = new Set<number>();
  /** the words that have stood in one, some of them */
  private readonly words = new Set<string>();
  /** the line that named the columns, until values come: it may have been the board's greeting */
  private unproven: string | undefined;
  /** the names that such a line has put in place of others: these count again where values come as they were */
  private former: { names: readonly string[]; numbers: Set<number> } | undefined;
  /** whether no values have come since the device was opened: it may be another board, with other names */
  private isNew = true;
  /** the words that came first and were told */
  private doubted: string | undefined;

  /**
   * @param names those of the columns; none where the board prints them
   * @param texts the names whose values stay texts, such as that of the node
   * @param memory what is known of the board
   */
  constructor(
    private names: readonly string[],
    private readonly texts: readonly string[],
    private memory: BoardMemory,
  ) {
    this.fixed = names.length > 0;
  }

  /** Another board may come. @param memory what is known of it */
  forget(memory: BoardMemory): void {
    this.memory = memory;
    this.isNew = true;
  }

  /** @returns nothing for the line that names the columns */
  read(line: string): LinePart[] {
    const cells = this.cellsOf(line);
    if (!cells) return [broken(line, { kind: 'quote' })];
    const named = namesIn(
      COMMENTED.test(line) ? this.cellsOf(line.replace(COMMENTED, '')) : cells,
      this.names,
    );
    if (named && this.isHeader(named)) return this.take(named, line);
    if (this.names.length === 0) return [broken(line, { kind: 'unnamed' })];
    const misled = this.back(cells);
    if (cells.length !== this.names.length) return [this.otherCount(line, cells.length)];
    if (!named || !this.areForeign(named, line)) return [...misled, this.readValues(cells, line)];
    return line === this.doubted ? misled : [...misled, this.doubt(line)];
  }

  private readValues(cells: readonly string[], line: string): LinePart {
    const values = new NamedValues(this.texts, this.memory);
    for (const [i, cell] of cells.entries()) values.put(this.names[i] ?? '', cell);
    const doubt = values.doubt();
    if (doubt) return { kind: 'broken', reason: 'doubtful', text: line, params: doubt };
    const kinds = cells.map((_, i) => typeof values.value[this.names[i] ?? '']);
    if (this.areStrange(cells, kinds, line)) return broken(line, { kind: 'strange' });
    this.unproven = undefined;
    this.former = undefined;
    this.isNew = false;
    values.learn();
    for (const [i, cell] of cells.entries()) {
      if (kinds[i] === 'number') this.numbers.add(i);
      else if (this.words.size < MOST_WORDS) this.words.add(cell);
    }
    return { kind: 'object', value: values.value, repairs: values.repairs, text: line };
  }

  /**
   * Whether a line is not like those before: no number where numbers have stood, and no word that is known. Spaces cut a
   * log into columns as well (`heap 12345`): there, not one value may be other than before, nor the first one be a word.
   */
  private areStrange(cells: readonly string[], kinds: readonly string[], line: string): boolean {
    if (!kinds.includes('string')) return false;
    const isWord = (i: number) => kinds[i] === 'string';
    const { numbers } = this;
    const isKnown = cells.some((cell, i) => this.words.has(cell) || (numbers.has(i) && !isWord(i)));
    if (numbers.size > 0 && !isKnown) return true;
    if (!this.areSpaced(line)) return false;
    if (cells.some((_, i) => numbers.has(i) && isWord(i))) return true;
    const first = this.names.findIndex((name) => !this.texts.includes(name));
    return first >= 0 && isWord(first) && !this.words.has(cells[first] ?? '');
  }

  private areSpaced(line: string): boolean {
    return this.fixed && this.names.length > 1 && this.separatedIn(line)?.length !== this.names.length;
  }

  /**
   * Whether a line of texts names the columns rather than has their values. A log has words, too: among values, words
   * that have nothing in common with the names are no other ones, since values would be stored under them.
   */
  private isHeader(cells: readonly string[]): boolean {
    const { names, numbers } = this;
    const isLog = numbers.size > 0 && cells.some((cell) => SENTENCE.test(cell));
    if (cells.length !== names.length) return !this.fixed && cells.length > 1 && !isLog;
    if (cells.some((cell, i) => isSame(cell, names[i]))) return true;
    if (this.fixed || isLog) return false;
    if (numbers.size > 0) return this.isNew && !cells.some((cell) => this.words.has(cell));
    // Of the first values of a board that prints words alone nothing tells them from another greeting, save a node's name.
    return this.unproven !== undefined && !names.some((name) => this.texts.includes(name));
  }

  /** Whether words are none of the values of the columns that the settings name: a log, or the board's own names. */
  private areForeign(cells: readonly string[], line: string): boolean {
    if (this.numbers.size > 0) return !cells.some((cell) => this.words.has(cell));
    const isFirst = this.fixed && this.doubted === undefined;
    return isFirst || this.areSpaced(line);
  }

  /** Names of another number of columns, which a line of a log gave, go where values come as they were before. */
  private back(cells: readonly string[]): LinePart[] {
    const { former, unproven } = this;
    if (!former || unproven === undefined || cells.length === this.names.length) return [];
    if (cells.length !== former.names.length) return [];
    this.names = former.names;
    this.numbers = former.numbers;
    this.former = undefined;
    this.unproven = undefined;
    return [broken(unproven, { kind: 'words' })];
  }

  private doubt(line: string): LinePart {
    if (this.fixed) this.doubted ??= line;
    return broken(line, { kind: 'words' });
  }

  private take(cells: readonly string[], line: string): LinePart[] {
    if (this.fixed) return [];
    const { unproven, names, numbers } = this;
    if (!cells.every((cell, i) => cell === names[i])) this.numbers = new Set();
    if (cells.length !== names.length && unproven === undefined && names.length > 0)
      this.former = { names, numbers };
    this.names = cells;
    this.unproven = line;
    return unproven === undefined || unproven === line ? [] : [broken(unproven, { kind: 'unnamed' })];
  }

  private otherCount(line: string, found: number): LinePart {
    const { names } = this;
    return broken(line, { kind: 'count', found, wanted: names.length, names: shorten(names.join(', ')) });
  }

  private cellsOf(line: string): string[] | undefined {
    const cells = this.separatedIn(line);
    // A board's first words (`DHT22 test`) are no names of columns because of their spaces.
    if (!this.fixed || cells?.length === this.names.length) return cells;
    const spaced = withoutBrackets(line).match(SPACED)?.map(unquoted);
    return spaced?.length === this.names.length ? spaced : cells;
  }

  private separatedIn(line: string): string[] | undefined {
    const cells = cellsIn(withoutBrackets(line));
    if (cells?.at(-1) === '' && cells.length > 1 && cells.length !== this.names.length) cells.pop();
    return cells;
  }
}

function withoutBrackets(line: string): string {
  return /^(?:\[[^]*\]|\([^]*\))$/.test(line) ? line.slice(1, -1) : line;
}

function broken(line: string, params: TextParams): LinePart {
  return { kind: 'broken', reason: 'columns', text: line, params };
}

function isSame(cell: string, name: string | undefined): boolean {
  return cell.toLowerCase() === name?.toLowerCase();
}

/**
 * @param known the names that the columns have
 * @returns the cells of a line of names, all different and none a number
 */
function namesIn(cells: readonly string[] = [], known: readonly string[]): readonly string[] | undefined {
  const isValue = (cell: string, i: number) =>
    VALUE.test(cell) && !(ERROR.test(cell) && (known.length === 0 || isSame(cell, known[i])));
  const isNames = cells.every((cell, i) => NAME.test(cell) && !isValue(cell, i) && !textToNumber(cell));
  return isNames && cells.length > 0 && new Set(cells).size === cells.length ? cells : undefined;
}

/**
 * Cuts a line into cells, which may stand in quotes (RFC 4180). Semicolons, tabs and bars leave the comma to the decimals;
 * between the quotes nothing separates.
 * @returns undefined where a quote has no end
 */
function cellsIn(line: string): string[] | undefined {
  const bare = line.replace(QUOTED, '');
  if (bare.includes('"') && /(?:^|[;\t|,])[^\S\t]*"/.test(bare)) return undefined;
  const separator = SEPARATORS.find((one) => bare.includes(one));
  const cells: string[] = [];
  let from = 0;
  let inQuotes = false;
  let isPlain = false;
  for (let at = 0; at < line.length; at++) {
    const character = line[at];
    if (character === '"' && !isPlain) inQuotes = !inQuotes;
    else if (inQuotes) continue;
    else if (character === separator) {
      cells.push(unquoted(line.slice(from, at)));
      from = at + 1;
      isPlain = false;
    } else if (character !== ' ') isPlain = true;
  }
  return [...cells, unquoted(line.slice(from))];
}
