import { readJson } from '../json/json-reader';
import { BrokenObject, firstNameOf, whole, type WholeLine } from './broken-object';
import { OpenJson } from './open-json';

/** What a board prints of one object comes within this time. */
const OBJECT_MS = 5000;
/** Of all its lines together, in characters. */
const LONGEST = 64 * 1024;
/** What the first line of such an object ends in. */
const GOES_ON = '{[,';
/** Within these stands its first name. */
const FIRST_LINES = 4;
/** A piece of JSON: a line of a log begins with a letter, and ends in no mark of JSON. */
const IS_PIECE = /^["'{}[\],:]|[{[,:]$/;
/** `Publishing: {`: a label before an object has nothing of JSON in it, and a time of day may stand in brackets. */
const LABELLED = /^((?:[^{}[\]"']|\[[^[\]{}"']{0,80}\]){1,300})([{[])$/;

/**
 * Puts together an object that is printed over several lines: from a line that begins with a bracket and ends in one, or
 * in a comma, to the line that closes it. A line of a log between them is a line of its own; where a piece of JSON comes
 * that cannot be the next one, or an object begins anew, the open one is broken off. What is left of that one is no
 * reading, whatever objects stand in it; the next one is known by the name that stands first in it.
 */
export class PrettyLines {
  private lines: string[] = [];
  private length = 0;
  private since = 0;
  private readonly open = new OpenJson();
  private readonly broken = new BrokenObject(OBJECT_MS);
  /** whether another line has come between those of the open object */
  private interrupted = false;
  /** whether nothing has come behind noise that ended in a bracket */
  private isBehindNoise = false;

  /**
   * Takes the next line, without what stands around it.
   * @param now milliseconds since 1970
   * @returns the lines to be read now, each whole: none while an object is open
   */
  push(line: string, now: number): WholeLine[] {
    const isBehindNoise = this.isBehindNoise;
    this.isBehindNoise = false;
    // A board that prints one object a line: the bracket was noise as well.
    if (isBehindNoise && line.startsWith('{') && this.broken.mayBeNext(line) && isObject(line)) {
      this.flush();
      this.broken.end();
      return [whole(line)];
    }
    if (this.isOpen) return this.goOn(line, now);
    if (!this.broken.isOpen(now)) return this.begin(line, now);
    const { told, anew } = this.broken.push(line);
    return [...told, ...anew.flatMap((one) => (this.isOpen ? this.goOn(one, now) : this.begin(one, now)))];
  }

  /** @returns whether a line has nothing to do with an object over several lines: none is open, and it begins none */
  isWhole(line: string, now: number): boolean {
    return !this.isOpen && !this.broken.isOpen(now) && !GOES_ON.includes(line.charAt(line.length - 1));
  }

  /** A line has come that is left out. */
  skipped(): void {
    this.interrupted = this.isOpen;
  }

  /**
   * Bytes have come that are no text, and a bracket at their end: a board that starts makes such before its first line.
   * @param isJson whether they may be a damaged line of JSON
   */
  beginBehindNoise(bracket: string, isJson: boolean, now: number): void {
    if (isJson) this.broken.begin(0, now, bracket);
    else this.begin(bracket, now);
    this.isBehindNoise = true;
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

  private goOn(line: string, now: number): WholeLine[] {
    if (this.beginsAnew(line, now)) return [...this.flushed(), ...this.begin(line, now)];
    const { depth } = this.open;
    if (this.open.take(line)) {
      this.keep(line);
      return this.open.isOpen ? [] : this.flushed();
    }
    if (IS_PIECE.test(line)) {
      const open = this.flushed();
      this.broken.begin(depth, now);
      return [...open, ...this.push(line, now)];
    }
    this.interrupted = true;
    return [whole(line)];
  }

  private flushed(): WholeLine[] {
    return this.flush().map((text) => whole(text));
  }

  private begin(line: string, now: number): WholeLine[] {
    const [, label, bracket] = LABELLED.exec(line) ?? [];
    if (label !== undefined && bracket !== undefined)
      return [whole(label.trim()), ...this.begin(bracket, now)];
    const begins =
      /^[{[]/.test(line) &&
      GOES_ON.includes(line.charAt(line.length - 1)) &&
      this.open.take(line) &&
      this.open.isOpen;
    if (!begins) {
      this.open.clear();
      // Of the object before nothing but its bracket had come.
      if (/^[{[]\s?[{[]$/.test(line)) return [whole(line.charAt(0)), ...this.begin(line.slice(-1), now)];
      return [whole(line)];
    }
    this.since = now;
    this.keep(line);
    return [];
  }

  private keep(line: string): void {
    this.lines.push(line);
    this.length += line.length + 1;
    if (this.lines.length <= FIRST_LINES) this.broken.know(firstNameOf(this.lines.join('\n')));
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
