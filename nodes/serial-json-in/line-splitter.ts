/** What a LineSplitter finds. `length` counts the line's bytes without its line end. */
export type SplitLine =
  /** `first`: the first after the port was opened, so its beginning may be missing */
  | { kind: 'line'; bytes: Buffer; first: boolean }
  /** told once a line; `start` is how it begins */
  | { kind: 'too-long'; start: Buffer; length: number }
  /** the device went away before the line's end */
  | { kind: 'cut-off'; bytes: Buffer };

const LF = 0x0a;
const CR = 0x0d;
const START_BYTES = 200;
/** A line that is too long is told when it ends, with its length; or after this time, for it may never end. */
const TOO_LONG_WAIT_MS = 2000;

interface LongLine {
  start: Buffer;
  length: number;
  since: number;
  told: boolean;
}

/**
 * Cuts the bytes of a serial line into lines that end in LF or CR LF; empty lines are left out.
 *
 * serialport's own ReadlineParser keeps everything until a line ends, whatever its length, and copies it again with
 * every chunk. Here memory is bounded by the longest line allowed: the rest of a longer one is counted and dropped.
 */
export class LineSplitter {
  private pending: Buffer[] = [];
  private pendingLength = 0;
  private long: LongLine | undefined;
  private first = true;

  /** @param maxLength the longest line that is kept, in bytes without its line end */
  constructor(private readonly maxLength: number) {}

  /**
   * Takes the next bytes.
   * @param now milliseconds of any clock that does not go back
   * @returns the lines that end in them
   */
  push(chunk: Buffer, now: number): SplitLine[] {
    const lines: SplitLine[] = [];
    let from = 0;
    for (let end = chunk.indexOf(LF); end >= 0; end = chunk.indexOf(LF, from)) {
      const line = this.begun ? this.finish(chunk.subarray(from, end), now) : this.lineAt(chunk, from, end);
      if (line) lines.push(line);
      from = end + 1;
    }
    this.keep(chunk.subarray(from), now);
    if (this.long && !this.long.told && now - this.long.since >= TOO_LONG_WAIT_MS) {
      this.long.told = true;
      lines.push({ kind: 'too-long', start: this.long.start, length: this.long.length });
    }
    return lines;
  }

  /**
   * The device went away: nothing of the line begun may be glued to what comes after the next opening.
   * @returns that line, unless it is the first one, of which nothing is known
   */
  reset(): SplitLine | undefined {
    const { first } = this;
    const line = this.finish(Buffer.alloc(0), 0);
    this.first = true;
    if (line?.kind !== 'line') return line;
    return first ? undefined : { kind: 'cut-off', bytes: line.bytes };
  }

  private keep(bytes: Buffer, now: number): void {
    if (this.long) {
      this.long.length += bytes.length;
      return;
    }
    if (bytes.length === 0) return;
    this.pending.push(bytes);
    this.pendingLength += bytes.length;
    // One byte more than the limit may be the CR of a line that is just long enough.
    if (this.pendingLength > this.maxLength + 1) {
      const length = this.pendingLength;
      const start = Buffer.from(this.take().subarray(0, START_BYTES));
      this.long = { start, length, since: now, told: false };
    }
  }

  /** Whether something of a line has come in an earlier chunk: most lines are whole in one, and are not copied. */
  private get begun(): boolean {
    return this.pendingLength > 0 || this.long !== undefined;
  }

  private finish(rest: Buffer, now: number): SplitLine | undefined {
    this.keep(rest, now);
    const { long } = this;
    if (!long) {
      const whole = this.take();
      return this.lineAt(whole, 0, whole.length);
    }
    this.first = false;
    this.long = undefined;
    return long.told ? undefined : { kind: 'too-long', start: long.start, length: long.length };
  }

  /** @returns the line of these bytes, with or without its CR, unless it is empty */
  private lineAt(bytes: Buffer, from: number, end: number): SplitLine | undefined {
    const { first } = this;
    // Also an empty line ends the cut-off one after an opening.
    this.first = false;
    const lineEnd = end > from && bytes[end - 1] === CR ? end - 1 : end;
    if (lineEnd === from) return undefined;
    const line = bytes.subarray(from, lineEnd);
    if (line.length <= this.maxLength) return { kind: 'line', bytes: line, first };
    return { kind: 'too-long', start: Buffer.from(line.subarray(0, START_BYTES)), length: line.length };
  }

  private take(): Buffer {
    const bytes = Buffer.concat(this.pending);
    this.pending = [];
    this.pendingLength = 0;
    return bytes;
  }
}
