import { newReadingId } from '../../shared/reading-id';
import { newTraceparent } from '../../shared/trace-context';
import type { Explain } from '../explain';
import { LineReader, type LineContent, type LineRules, type RejectedContent } from '../lines/line-reader';
import { LineSplitter, type SplitLine } from '../lines/line-splitter';
import type { LocalClock } from '../lines/local-time';
import type { ReadingMessage, RejectedMessage } from '../types';
import { QuietLine } from './quiet-line';

/** What a SerialReader calls with each message that it makes. */
export interface ReaderListener {
  reading(message: ReadingMessage): void;
  rejected(message: RejectedMessage): void;
}

export interface ReaderOptions {
  /** the device's path, told in each message */
  port: string;
  /** in bytes, without the line end */
  maxLineLength: number;
  rules: LineRules;
  clock: LocalClock;
  explain: Explain;
  /** whether each reading begins a trace; see trace-context */
  trace?: boolean;
}

/**
 * Makes messages of the bytes that a port gives: one for each reading, with its id, and one for each line that is none,
 * with the reason.
 *
 * The first line after an opening is mostly the rest of one that had begun before. It counts when it is a reading (no
 * proper end of a JSON object is a JSON object) or the board's `Error`, and is told when it begins as a line does: a board
 * that opens its port for each line has no other ones. Else it is left out. Where nothing came for a while after the
 * opening, the line is whole: within a line the bytes follow each other.
 */
export class SerialReader {
  private readonly splitter: LineSplitter;
  private readonly lines: LineReader;
  private readonly quiet = new QuietLine();
  private isFirstWhole = false;

  constructor(
    private readonly options: ReaderOptions,
    private readonly listener: ReaderListener,
  ) {
    this.splitter = new LineSplitter(options.maxLineLength);
    this.lines = new LineReader(options.rules, options.clock);
  }

  /** The device was opened, and nothing that it sends is held up on the way. */
  opened(): void {
    this.quiet.opened();
    this.isFirstWhole = false;
  }

  /**
   * Takes the next bytes of the port.
   * @returns whether a line ended in them, and whether they leave one begun
   */
  bytes(chunk: Buffer): { ended: boolean; begun: boolean } {
    const receivedAt = Date.now();
    const now = performance.now();
    const { lineEnds } = this.splitter;
    if (this.quiet.awaitsFirst) this.isFirstWhole = this.quiet.heard();
    for (const line of this.splitter.push(chunk, now)) this.handle(line, receivedAt);
    return { ended: this.splitter.lineEnds > lineEnds, begun: this.splitter.begun };
  }

  /** The device went away, or its port is closed: what was begun of a line is no use any more. */
  interrupted(): void {
    const line = this.splitter.reset();
    this.quiet.interrupted();
    this.isFirstWhole = false;
    const open = this.lines.interrupted();
    if (open !== undefined) this.reject({ kind: 'rejected', reason: 'cut-off', line: open }, Date.now());
    if (line) this.handle(line, Date.now());
  }

  private handle(line: SplitLine, receivedAt: number): void {
    switch (line.kind) {
      case 'line':
        for (const content of this.lines.read(line, line.first && !this.isFirstWhole, receivedAt))
          this.tell(content, receivedAt);
        return;
      case 'too-long':
        return this.reject(
          { kind: 'rejected', reason: 'too-long', line: line.start },
          receivedAt,
          line.length,
        );
      case 'cut-off':
        return this.reject({ kind: 'rejected', reason: 'cut-off', line: line.bytes }, receivedAt);
    }
  }

  private tell(content: LineContent, receivedAt: number): void {
    if (content.kind === 'rejected') return this.reject(content, receivedAt);
    const { reading, repairs, time, sequence } = content;
    const message: ReadingMessage = {
      payload: reading,
      key: reading.nodo,
      readingId: newReadingId(time),
      port: this.options.port,
      receivedAt,
    };
    if (this.options.trace) message.traceparent = newTraceparent();
    if (repairs.length > 0) message.repaired = repairs;
    if (sequence) message.sequence = sequence;
    this.listener.reading(message);
  }

  private reject(content: RejectedContent, receivedAt: number, length = lengthOf(content.line)): void {
    const { port, explain, maxLineLength: max } = this.options;
    const { reason, line, error, params, sequence } = content;
    const message = explain(reason, { length, max, ...(error && { error }), ...(params && { params }) });
    // A Buffer may be a part of the port's own read buffer, which is used again: the message gets its own copy.
    const payload = Buffer.isBuffer(line) ? textOrCopy(line) : line;
    const rejected: RejectedMessage = { payload, error: { message, reason, length }, port, receivedAt };
    if (sequence) rejected.sequence = sequence;
    this.listener.rejected(rejected);
  }
}

function lengthOf(line: string | Buffer): number {
  return Buffer.byteLength(line);
}

function textOrCopy(bytes: Buffer): string | Buffer {
  const text = bytes.toString('utf8');
  return text.includes('\ufffd') ? Buffer.from(bytes) : text;
}
