import { shorten } from '../../shared/user-error';
import type { Repair } from '../json/json-reader';
import { textToNumber } from '../mapping/text-number';
import type { LinePart } from './line-part';

/** A line of named values: with a `:` or a `=` behind each name, and between them commas, semicolons, tabs or spaces. */
const SEPARATOR = /[,;\t|]/;
/** A name, its value and, where spaces alone stand between the pairs, what comes behind: `temp:23 hum:60`. */
const NAME = /^[^:=]{1,256}$/;

/**
 * Reads a line such as `temp:23,hum:60`, as a micro:bit prints it, or `Humidity: 60.00 %<tab>Temperature: 26.00 *C`.
 * Numbers become numbers, with or without a unit; other values stay texts.
 * @param texts the names whose values stay texts, whatever they are, such as that of the node
 */
export function readPairs(line: string, texts: readonly string[]): LinePart {
  const value: Record<string, unknown> = {};
  const repairs: Repair[] = [];
  const pairs = SEPARATOR.test(line) ? line.split(SEPARATOR) : spaced(line);
  for (const pair of pairs.map((text) => text.trim()).filter((text) => text !== '')) {
    const at = pair.search(/[:=]/);
    const name = pair.slice(0, Math.max(0, at)).trim();
    const text = pair.slice(at + 1).trim();
    if (!NAME.test(name) || text === '') return { kind: 'broken', reason: 'not-pairs', text: line };
    put(value, name, text, texts, repairs);
  }
  if (Object.keys(value).length === 0) return { kind: 'broken', reason: 'not-pairs', text: line };
  return { kind: 'object', value, repairs, text: line };
}

/** Pairs with spaces alone between them begin at the word before each colon. */
function spaced(line: string): string[] {
  const words = line.replace(/(?:(?<! ) +)?([:=]) */g, '$1').split(' ');
  const pairs: string[] = [];
  for (const word of words) {
    if (/[:=]/.test(word) || pairs.length === 0) pairs.push(word);
    else pairs.push(`${pairs.pop() ?? ''} ${word}`);
  }
  return pairs;
}

/** Puts a value under its name: a number where the text means one. */
function put(
  object: Record<string, unknown>,
  name: string,
  text: string,
  texts: readonly string[],
  repairs: Repair[],
): void {
  const number = texts.includes(name) ? undefined : textToNumber(text);
  const value = number ? number.value : text;
  if (Object.hasOwn(object, name) && object[name] !== value) {
    repairs.push({ field: name, found: shorten(object[name]), problem: 'repeated' });
  }
  if (number?.repair) repairs.push({ field: name, found: text.slice(0, 80), problem: number.repair });
  Object.defineProperty(object, name, { value, enumerable: true, configurable: true, writable: true });
}

/** In the order in which they are looked for. */
const SEPARATORS = [';', '\t', '|', ','];
const QUOTED = /"[^"]*(?:""[^"]*)*"/g;
const SPACED = /"[^"]*(?:""[^"]*)*"|[^ ]+/g;

/** Reads lines of values whose names are known, or stand in a line of their own, mostly the first. */
export class ColumnReader {
  private readonly fixed: boolean;

  /**
   * @param names those of the columns; none where the board prints them
   * @param texts the names whose values stay texts
   */
  constructor(
    private names: readonly string[],
    private readonly texts: readonly string[],
  ) {
    this.fixed = names.length > 0;
  }

  /** @returns undefined for the line that names the columns */
  read(line: string): LinePart | undefined {
    const cells = this.cellsOf(line);
    if (!cells) return { kind: 'broken', reason: 'columns', text: line };
    if (this.fixed ? cells.join('\t') === this.names.join('\t') : isHeader(cells)) {
      this.names = cells;
      return undefined;
    }
    if (cells.length !== this.names.length) return { kind: 'broken', reason: 'columns', text: line };
    const value: Record<string, unknown> = {};
    const repairs: Repair[] = [];
    cells.forEach((cell, i) => {
      const name = this.names[i] ?? '';
      if (cell === '') value[name] = null;
      else put(value, name, cell, this.texts, repairs);
    });
    return { kind: 'object', value, repairs, text: line };
  }

  private cellsOf(line: string): string[] | undefined {
    const cells = cellsOf(line);
    // A board's first words (`DHT22 test`) are no names of columns because of their spaces.
    if (!this.fixed || cells?.length === this.names.length) return cells;
    const spaced = line.match(SPACED)?.map(unquoted);
    return spaced?.length === this.names.length ? spaced : cells;
  }
}

/**
 * Cuts a line into cells, which may stand in quotes (RFC 4180). Semicolons, tabs and bars leave the comma to the decimals;
 * between the quotes nothing separates.
 * @returns undefined where a quote has no end
 */
function cellsOf(line: string): string[] | undefined {
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

function unquoted(cell: string): string {
  const text = cell.trim();
  return /^"[^]*"$/.test(text) ? text.slice(1, -1).replaceAll('""', '"') : text;
}

/** A line of names, all different and none a number, as a board prints it when it starts. */
function isHeader(cells: string[]): boolean {
  const names = cells.every(
    (cell) => /^[A-Za-z_ÁÉÍÓÚÑáéíóúñ][^;,\t]{0,255}$/.test(cell) && !textToNumber(cell),
  );
  return names && cells.length > 1 && new Set(cells).size === cells.length;
}
