import { newReadingId } from '../shared/reading-id';
import { lineToReading } from './line-to-reading';
import { LineSplitter, type SplitLine } from './line-splitter';
import type { LocalClock } from './local-time';
import type { ReadingMessage, RejectedMessage, RejectReason } from './types';

/** What a SerialReader calls with each message that it makes. */
export interface ReaderListener {
  reading(message: ReadingMessage): void;
  rejected(message: RejectedMessage): void;
}

/** Gives the text of a reason in the runtime's language; `length` and `max` are bytes. */
export type Explain = (reason: RejectReason, details: { length: number; max: number }) => string;

export interface ReaderOptions {
  /** the device's path, told in each message */
  port: string;
  /** in bytes, without the line end */
  maxLineLength: number;
  clock: LocalClock;
  explain: Explain;
}

/**
 * Makes messages of the bytes that a port gives: one a line, each reading with its id, or with the reason why it is no
 * reading.
 *
 * The first line after an opening is mostly the rest of one that had begun before. It counts when it is whole, that is,
 * when it is a reading (no proper end of a JSON object is a JSON object) or the board's `Error`; else it is left out.
 */
export class SerialReader {
  private readonly splitter: LineSplitter;

  constructor(
    private readonly options: ReaderOptions,
    private readonly listener: ReaderListener,
  ) {
    this.splitter = new LineSplitter(options.maxLineLength);
  }

  /** Takes the next bytes of the port. */
  bytes(chunk: Buffer): void {
    const receivedAt = Date.now();
    for (const line of this.splitter.push(chunk, performance.now())) this.handle(line, receivedAt);
  }

  /** The device went away, or its port is closed: what was begun of a line is no use any more. */
  interrupted(): void {
    const line = this.splitter.reset();
    if (line) this.handle(line, Date.now());
  }

  private handle(line: SplitLine, receivedAt: number): void {
    switch (line.kind) {
      case 'line':
        return this.read(line.bytes, line.first, receivedAt);
      case 'too-long':
        return this.reject('too-long', line.start, line.length, receivedAt);
      case 'cut-off':
        return this.reject('cut-off', line.bytes, line.bytes.length, receivedAt);
    }
  }

  private read(bytes: Buffer, first: boolean, receivedAt: number): void {
    const content = lineToReading(bytes, this.options.clock(receivedAt));
    if (content.kind === 'reading') {
      const { reading } = content;
      const { port } = this.options;
      this.listener.reading({
        payload: reading,
        key: reading.nodo,
        readingId: newReadingId(),
        port,
        receivedAt,
      });
    } else if (!first || content.reason === 'sensor-error') {
      this.reject(content.reason, content.line, bytes.length, receivedAt);
    }
  }

  private reject(reason: RejectReason, line: string | Buffer, length: number, receivedAt: number): void {
    const { port, explain, maxLineLength: max } = this.options;
    // A Buffer may be a part of the port's own read buffer, which is used again: the message gets its own copy.
    const payload = Buffer.isBuffer(line) ? textOrCopy(line) : line;
    this.listener.rejected({
      payload,
      error: { message: explain(reason, { length, max }), reason, length },
      port,
      receivedAt,
    });
  }
}

function textOrCopy(bytes: Buffer): string | Buffer {
  const text = bytes.toString('utf8');
  return text.includes('\ufffd') ? Buffer.from(bytes) : text;
}
