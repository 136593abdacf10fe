import { readJson } from '../json/json-reader';

/** What a board prints of one object comes within this time. */
const OBJECT_MS = 5000;
/** Of all its lines together, in characters. */
const LONGEST = 64 * 1024;
/** What the first line of such an object ends in. */
const GOES_ON = '{[,';

/**
 * Puts together an object that is printed over several lines: from a line that begins with a bracket and ends in one, or
 * in a comma, to the line that closes it.
 */
export class PrettyLines {
  private lines: string[] = [];
  private length = 0;
  private open = 0;
  private since = 0;

  /**
   * Takes the next line, without what stands around it.
   * @param now milliseconds since 1970
   * @returns the lines to be read now, each whole: none while an object is open
   */
  push(line: string, now: number): string[] {
    const broken = this.isOpen && this.breaksOff(line, now) ? this.flush() : [];
    if (!this.isOpen) {
      if (!beginsObject(line)) return [...broken, line];
      this.since = now;
    }
    this.lines.push(line);
    this.length += line.length + 1;
    this.open += depthOf(line);
    return this.open > 0 ? broken : [...broken, ...this.flush()];
  }

  /** @returns whether a line has nothing to do with an object over several lines: none is open, and it begins none */
  isWhole(line: string): boolean {
    return !this.isOpen && !GOES_ON.includes(line.charAt(line.length - 1));
  }

  /** @returns what is open, as one text, and forgets it */
  flush(): string[] {
    const text = this.lines.join('\n');
    this.lines = [];
    this.length = 0;
    this.open = 0;
    return text === '' ? [] : [text];
  }

  private get isOpen(): boolean {
    return this.lines.length > 0;
  }

  /** Whether a line is not a part of the object that is open: it comes too late, or is a whole object itself. */
  private breaksOff(line: string, now: number): boolean {
    if (now - this.since > OBJECT_MS || this.length + line.length > LONGEST) return true;
    if (this.lines[0]?.startsWith('[') || !line.startsWith('{') || !line.endsWith('}')) return false;
    const read = readJson(line, 0, { lenient: true, maxDepth: 100 });
    return read.ok && read.end === line.length;
  }
}

function beginsObject(line: string): boolean {
  return /^[{[]/.test(line) && /[{[,]$/.test(line) && depthOf(line) > 0;
}

/** How many more brackets a line opens than it closes, outside of texts; no text of JSON goes over a line end. */
function depthOf(line: string): number {
  let depth = 0;
  let inText = false;
  for (let i = 0; i < line.length; i++) {
    const character = line[i];
    if (inText) {
      if (character === '\\') i += 1;
      else if (character === '"') inText = false;
    } else if (character === '"') inText = true;
    else if (character === '{' || character === '[') depth += 1;
    else if (character === '}' || character === ']') depth -= 1;
  }
  return depth;
}
