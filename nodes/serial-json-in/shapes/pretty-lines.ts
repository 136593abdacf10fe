import { readJson } from '../json/json-reader';
import { OpenJson } from './open-json';

/** What a board prints of one object comes within this time. */
const OBJECT_MS = 5000;
/** Of all its lines together, in characters. */
const LONGEST = 64 * 1024;
/** What the first line of such an object ends in. */
const GOES_ON = '{[,';
/** A piece of JSON: a line of a log begins with a letter, and ends in no mark of JSON. */
const IS_PIECE = /^["'{}[\],:]|[{[,:]$/;

/**
 * Puts together an object that is printed over several lines: from a line that begins with a bracket and ends in one, or
 * in a comma, to the line that closes it. A line of a log between them is a line of its own; where a piece of JSON comes
 * that cannot be the next one, or an object begins anew, the open one is broken off.
 */
export class PrettyLines {
  private lines: string[] = [];
  private length = 0;
  private since = 0;
  private readonly open = new OpenJson();
  /** whether another line has come between those of the open object */
  private interrupted = false;

  /**
   * Takes the next line, without what stands around it.
   * @param now milliseconds since 1970
   * @returns the lines to be read now, each whole: none while an object is open
   */
  push(line: string, now: number): string[] {
    if (!this.isOpen) return this.begin(line, now);
    if (this.beginsAnew(line, now)) return [...this.flush(), ...this.begin(line, now)];
    if (!this.open.take(line)) {
      if (IS_PIECE.test(line)) return [...this.flush(), ...this.begin(line, now)];
      this.interrupted = true;
      return [line];
    }
    this.keep(line);
    return this.open.isOpen ? [] : this.flush();
  }

  /** @returns whether a line has nothing to do with an object over several lines: none is open, and it begins none */
  isWhole(line: string): boolean {
    return !this.isOpen && !GOES_ON.includes(line.charAt(line.length - 1));
  }

  /** A line has come that is left out. */
  skipped(): void {
    this.interrupted = this.isOpen;
  }

  /** @returns what is open, as one text, and forgets it */
  flush(): string[] {
    const text = this.lines.join('\n');
    this.lines = [];
    this.length = 0;
    this.interrupted = false;
    this.open.clear();
    return text === '' ? [] : [text];
  }

  private get isOpen(): boolean {
    return this.lines.length > 0;
  }

  private begin(line: string, now: number): string[] {
    const begins = /^[{[]/.test(line) && !this.isWhole(line) && this.open.take(line) && this.open.isOpen;
    if (!begins) {
      this.open.clear();
      return [line];
    }
    this.since = now;
    this.keep(line);
    return [];
  }

  private keep(line: string): void {
    this.lines.push(line);
    this.length += line.length + 1;
  }

  /**
   * Whether a line is not a part of the object that is open though it could be: it comes too late, or it is the object that
   * a board prints when it has been reset.
   */
  private beginsAnew(line: string, now: number): boolean {
    if (now - this.since > OBJECT_MS || this.length + line.length > LONGEST) return true;
    if (!line.startsWith('{') || !this.open.awaitsNamed) return false;
    return this.interrupted || isObject(line);
  }
}

function isObject(line: string): boolean {
  const read = readJson(line, 0, { lenient: true, maxDepth: 100 });
  return read.ok && read.end === line.length;
}
