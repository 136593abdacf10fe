import type { TextParams } from '../../shared/user-error';
import { shorten } from '../../shared/user-error';
import { textToNumber } from '../mapping/text-number';
import type { LinePart } from './line-part';
import { NamedValues, unquoted } from './named-values';

/** What a switch or a sensor says of itself. */
const VALUE = /^(?:true|false|on|off|ok|yes|no|open|closed|error|fail(?:ed)?)$/i;
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
  private readonly numbers = new Set<number>();
  /** the words that have stood in one, some of them */
  private readonly words = new Set<string>();
  /** the line that named the columns, until values come: it may have been the board's greeting */
  private unproven: string | undefined;
  private doubted = false;

  /**
   * @param names those of the columns; none where the board prints them
   * @param texts the names whose values stay texts, such as that of the node
   */
  constructor(
    private names: readonly string[],
    private readonly texts: readonly string[],
  ) {
    this.fixed = names.length > 0;
  }

  /** @returns nothing for the line that names the columns */
  read(line: string): LinePart[] {
    const cells = this.cellsOf(line);
    if (!cells) return [broken(line, { kind: 'quote' })];
    const named = namesIn(COMMENTED.test(line) ? this.cellsOf(line.replace(COMMENTED, '')) : cells);
    if (named && this.isHeader(named)) return this.take(named, line);
    if (this.names.length === 0) return [broken(line, { kind: 'unnamed' })];
    if (cells.length !== this.names.length) return [this.otherCount(line, cells.length)];
    if (named && this.mayBeNames()) return [broken(line, { kind: 'words' })];
    this.unproven = undefined;
    const values = new NamedValues(this.texts);
    for (const [i, cell] of cells.entries()) {
      const name = this.names[i] ?? '';
      values.put(name, cell);
      if (typeof values.value[name] === 'number') this.numbers.add(i);
      else if (this.words.size < MOST_WORDS) this.words.add(cell);
    }
    return [{ kind: 'object', value: values.value, repairs: values.repairs, text: line }];
  }

  /** Whether a line of texts names the columns rather than has their values. */
  private isHeader(cells: readonly string[]): boolean {
    const { names } = this;
    if (cells.length !== names.length) return !this.fixed && cells.length > 1;
    if (cells.some((cell, i) => isSame(cell, names[i]))) return true;
    if (cells.some((_, i) => this.numbers.has(i))) return !cells.some((cell) => this.words.has(cell));
    // Of the first values of a board that prints words alone nothing tells them from another greeting, save a node's name.
    return (
      this.numbers.size === 0 &&
      this.unproven !== undefined &&
      !names.some((name) => this.texts.includes(name))
    );
  }

  /** Whether words that came first are told instead of taken: they may be the board's own names for the settings' columns. */
  private mayBeNames(): boolean {
    const isFirst = this.fixed && this.numbers.size === 0 && !this.doubted;
    this.doubted = true;
    return isFirst;
  }

  private take(cells: readonly string[], line: string): LinePart[] {
    if (this.fixed) return [];
    const { unproven } = this;
    if (!cells.every((cell, i) => cell === this.names[i])) this.numbers.clear();
    this.names = cells;
    this.unproven = line;
    return unproven === undefined || unproven === line ? [] : [broken(unproven, { kind: 'unnamed' })];
  }

  private otherCount(line: string, found: number): LinePart {
    const { names } = this;
    return broken(line, { kind: 'count', found, wanted: names.length, names: shorten(names.join(', ')) });
  }

  private cellsOf(line: string): string[] | undefined {
    const bare = /^(?:\[[^]*\]|\([^]*\))$/.test(line) ? line.slice(1, -1) : line;
    const cells = cellsIn(bare);
    if (cells?.at(-1) === '' && cells.length > 1 && cells.length !== this.names.length) cells.pop();
    // A board's first words (`DHT22 test`) are no names of columns because of their spaces.
    if (!this.fixed || cells?.length === this.names.length) return cells;
    const spaced = bare.match(SPACED)?.map(unquoted);
    return spaced?.length === this.names.length ? spaced : cells;
  }
}

function broken(line: string, params: TextParams): LinePart {
  return { kind: 'broken', reason: 'columns', text: line, params };
}

function isSame(cell: string, name: string | undefined): boolean {
  return cell.toLowerCase() === name?.toLowerCase();
}

/** @returns the cells of a line of names, all different and none a number */
function namesIn(names: readonly string[] = []): readonly string[] | undefined {
  const isNames = names.every((name) => NAME.test(name) && !VALUE.test(name) && !textToNumber(name));
  return isNames && names.length > 0 && new Set(names).size === names.length ? names : undefined;
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
