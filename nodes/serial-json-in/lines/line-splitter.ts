import { isAscii } from 'node:buffer';
import { decode } from './line-text';

/** What a LineSplitter finds. `length` counts the line's bytes without its line end. */
export type SplitLine =
  /** `first`: the first after the port was opened, so its beginning may be missing */
  | ({ kind: 'line'; first: boolean } & RawLine)
  /** told once a line; `start` is how it begins */
  | { kind: 'too-long'; start: Buffer; length: number }
  /** the device went away before the line's end */
  | { kind: 'cut-off'; bytes: Buffer };

/** A line as it came. */
export interface RawLine {
  /** without the line end */
  readonly bytes: Buffer;
  /** undefined where they are not UTF-8 */
  readonly text: string | undefined;
  /** whether it is known to be ASCII */
  readonly isAscii?: boolean;
}

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
 * What ends the lines of this board: until an LF has come it may be that CR alone does. In a board that prints LF a CR
 * elsewhere is a part of the line; where several come one after the other and no LF, its lines end in CR, and an LF was a
 * damaged byte: then either ends a line.
 */
type LineEnd = 'unknown' | 'CR' | 'LF' | 'either';
/** So many CRs without an LF end lines. */
const ENOUGH_CRS = 3;

/**
 * A part of a chunk that is a line. Where the whole chunk is ASCII it is decoded once, and its lines are cut out of that:
 * to cut the bytes and decode them line by line takes nine times as long.
 */
class LineOfChunk implements RawLine {
  readonly kind = 'line';

  constructor(
    private readonly chunk: Chunk,
    private readonly from: number,
    private readonly end: number,
    readonly first: boolean,
  ) {}

  get bytes(): Buffer {
    return this.chunk.bytes.subarray(this.from, this.end);
  }

  get isAscii(): boolean {
    return this.chunk.plain !== undefined;
  }

  get text(): string | undefined {
    return this.chunk.plain?.slice(this.from, this.end) ?? decode(this.bytes);
  }
}

interface Chunk {
  bytes: Buffer;
  /** undefined where not all of it is ASCII */
  plain: string | undefined;
}

function chunkOf(bytes: Buffer): Chunk {
  return { bytes, plain: isAscii(bytes) ? bytes.toString('latin1') : undefined };
}

/**
 * Cuts the bytes of a serial line into lines that end in LF, CR LF, or CR where no LF comes; empty lines are left out.
 *
 * serialport's own ReadlineParser keeps everything until a line ends, whatever its length, and copies it again with
 * every chunk. Here memory is bounded by the longest line allowed: the rest of a longer one is counted and dropped.
 */
export class LineSplitter {
  private pending: Buffer[] = [];
  private pendingLength = 0;
  private long: LongLine | undefined;
  private first = true;
  private lineEnd: LineEnd = 'unknown';
  private ends = 0;
  /** the CRs that have come since the last LF, one that may still be the first half of a line end left out */
  private crs = 0;
  private lastByte: number | undefined;

  /** @param maxLength the longest line that is kept, in bytes without its line end */
  constructor(private readonly maxLength: number) {}

  /**
   * Takes the next bytes.
   * @param now milliseconds of any clock that does not go back
   * @returns the lines that end in them
   */
  push(received: Buffer, now: number): SplitLine[] {
    const lines: SplitLine[] = [];
    const given = chunkOf(received);
    const chunk = this.lineEnd !== 'either' && this.endsInCrs(given) ? chunkOf(this.again(received)) : given;
    const { bytes } = chunk;
    let from = 0;
    for (let end = this.endIn(bytes, from); end >= 0; end = this.endIn(bytes, from)) {
      this.ends += 1;
      const line = this.begun ? this.finish(bytes.subarray(from, end), now) : this.lineAt(chunk, from, end);
      if (line) lines.push(line);
      // A CR at the end of the chunk before is known to have ended a line by what comes behind it.
      from = bytes[end] === LF || bytes[end] === CR ? end + 1 : end;
    }
    this.keep(bytes.subarray(from), now);
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
    this.lineEnd = 'unknown';
    this.crs = 0;
    this.lastByte = undefined;
    if (line?.kind !== 'line') return line;
    return first ? undefined : { kind: 'cut-off', bytes: line.bytes };
  }

  /** @returns the index at which a line ends: of its LF or its CR, or 0 where a CR stood at the end of what came before */
  private endIn(chunk: Buffer, from: number): number {
    const lf = chunk.indexOf(LF, from);
    if (this.lineEnd === 'LF') return lf;
    const cr = this.loneCr(chunk, from, lf < 0 ? chunk.length : lf);
    if (this.lineEnd === 'either') return cr >= 0 ? cr : lf;
    if (cr >= 0) this.lineEnd = 'CR';
    else if (lf >= 0) this.lineEnd = 'LF';
    return cr >= 0 ? cr : lf;
  }

  /** @returns the index of the first CR before `end` that no LF follows, as far as is known yet */
  private loneCr(chunk: Buffer, from: number, end: number): number {
    const next = chunk[from];
    if (from === 0 && this.endsInCr && next !== undefined && next !== LF && next !== CR) return 0;
    for (let cr = chunk.indexOf(CR, from); cr >= 0 && cr < end; cr = chunk.indexOf(CR, cr + 1)) {
      const after = chunk[cr + 1];
      // What comes behind it is not known yet: only a board that has ended its lines so is taken at its word.
      if (after === undefined) return this.lineEnd === 'CR' || this.lineEnd === 'either' ? cr : -1;
      if (after !== LF && after !== CR) return cr;
    }
    return -1;
  }

  /** Counts the CRs that no LF follows. @returns whether several have come without an LF between them */
  private endsInCrs({ bytes, plain }: Chunk): boolean {
    const { lastByte } = this;
    this.lastByte = bytes.at(-1) ?? lastByte;
    let from = 0;
    const isEnough = (cr: number): boolean => {
      if (bytes.lastIndexOf(LF, cr) >= from) this.crs = 0;
      from = cr;
      this.crs += 1;
      return this.crs >= ENOUGH_CRS;
    };
    // A text is searched in less time than bytes are.
    const next = (at: number): number =>
      plain === undefined ? bytes.indexOf(CR, at) : plain.indexOf('\r', at);
    if (lastByte === CR && isOfLine(bytes[0]) && isEnough(0)) return true;
    for (let cr = next(0); cr >= 0; cr = next(cr + 1))
      if (isOfLine(bytes[cr + 1]) && isEnough(cr)) return true;
    if (this.crs > 0 && bytes.lastIndexOf(LF) >= from) this.crs = 0;
    return false;
  }

  /** Lines end in CR: @returns the bytes with what waits for an LF before them */
  private again(bytes: Buffer): Buffer {
    this.lineEnd = 'either';
    return this.pendingLength > 0 ? Buffer.concat([this.take(), bytes]) : bytes;
  }

  private get endsInCr(): boolean {
    return this.pending.at(-1)?.at(-1) === CR;
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

  /** How many line ends have come, those of empty lines too. */
  get lineEnds(): number {
    return this.ends;
  }

  /** Whether something of a line has come in an earlier chunk: most lines are whole in one, and are not copied. */
  get begun(): boolean {
    return this.pendingLength > 0 || this.long !== undefined;
  }

  private finish(rest: Buffer, now: number): SplitLine | undefined {
    this.keep(rest, now);
    const { long } = this;
    if (!long) {
      const whole = chunkOf(this.take());
      return this.lineAt(whole, 0, whole.bytes.length);
    }
    this.first = false;
    this.long = undefined;
    return long.told ? undefined : { kind: 'too-long', start: long.start, length: long.length };
  }

  /** @returns the line of these bytes, with or without its CR, unless it is empty */
  private lineAt(chunk: Chunk, from: number, end: number): SplitLine | undefined {
    const { first } = this;
    const { bytes } = chunk;
    // Also an empty line ends the cut-off one after an opening.
    this.first = false;
    const lineEnd = end > from && bytes[end - 1] === CR ? end - 1 : end;
    if (lineEnd === from) return undefined;
    const length = lineEnd - from;
    if (length <= this.maxLength) return new LineOfChunk(chunk, from, lineEnd, first);
    const start = Buffer.from(bytes.subarray(from, Math.min(lineEnd, from + START_BYTES)));
    return { kind: 'too-long', start, length };
  }

  private take(): Buffer {
    const bytes = Buffer.concat(this.pending);
    this.pending = [];
    this.pendingLength = 0;
    return bytes;
  }
}

/** Whether a byte belongs to a line, and not to the end of one. */
function isOfLine(byte: number | undefined): boolean {
  return byte !== undefined && byte !== LF && byte !== CR;
}
