import type { RejectReason } from '../types';

/** What arrives at an open port. Times are in milliseconds since 1970. */
export type Activity =
  | { kind: 'readings' }
  /** nothing since then: since the opening where `ever` is false */
  | { kind: 'silent'; since: number; ever: boolean }
  /** another program has the device open: it takes a part of the bytes */
  | { kind: 'shared'; program: string; pid: number }
  /** bytes, but no end of a line */
  | { kind: 'no-line-end' }
  /** bytes that are no text, as a wrong baud rate makes them */
  | { kind: 'not-text' }
  /** lines, and of the last ones none is a reading */
  | { kind: 'refused'; reason: RejectReason; lines: number };

const SILENT_AT_FIRST_MS = 10_000;
const SILENT_MS = 60_000;
/** A board that prints a line prints all of it within this time. */
const LINE_MS = 10_000;
const REFUSED_LINES = 3;
/** Of text in any language most bytes of a line of JSON are ASCII. */
const TEXT_SHARE = 0.7;

/** Knows what has arrived lately: a port that is open and gives no readings is not in order. */
export class LineActivity {
  private openedAt = 0;
  private lastByteAt: number | undefined;
  /** the bytes since the last end of a line: when they began to come, and how many are text */
  private begun: { at: number; bytes: number; text: number } | undefined;
  private sharer: { program: string; pid: number } | undefined;
  private refused: { reason: RejectReason; lines: number } | undefined;

  opened(now: number): void {
    this.openedAt = now;
    this.lastByteAt = undefined;
    this.begun = undefined;
    this.refused = undefined;
    this.sharer = undefined;
  }

  /** @param sharer another program that has the device open, if any */
  shared(sharer: { program: string; pid: number } | undefined): void {
    this.sharer = sharer;
  }

  /**
   * @param ended whether a line ended in these bytes
   * @param begun whether they leave one begun
   */
  bytes(chunk: Uint8Array, { ended, begun }: { ended: boolean; begun: boolean }, now: number): void {
    this.lastByteAt = now;
    if (ended) this.begun = undefined;
    if (!begun) return;
    this.begun ??= { at: now, bytes: 0, text: 0 };
    this.begun.bytes += chunk.length;
    this.begun.text += textBytes(chunk);
  }

  reading(): void {
    this.refused = undefined;
  }

  rejected(reason: RejectReason): void {
    if (reason !== 'sensor-error') this.refused = { reason, lines: (this.refused?.lines ?? 0) + 1 };
  }

  at(now: number): Activity {
    const { lastByteAt, begun, refused, sharer } = this;
    if (sharer) return { kind: 'shared', ...sharer };
    if (lastByteAt === undefined) {
      if (now - this.openedAt < SILENT_AT_FIRST_MS) return { kind: 'readings' };
      return { kind: 'silent', since: this.openedAt, ever: false };
    }
    if (now - lastByteAt >= SILENT_MS) return { kind: 'silent', since: lastByteAt, ever: true };
    if (begun && now - begun.at >= LINE_MS) {
      return { kind: begun.text < begun.bytes * TEXT_SHARE ? 'not-text' : 'no-line-end' };
    }
    if (!refused || refused.lines < REFUSED_LINES) return { kind: 'readings' };
    return refused.reason === 'not-utf8' ? { kind: 'not-text' } : { kind: 'refused', ...refused };
  }
}

function textBytes(chunk: Uint8Array): number {
  let text = 0;
  for (const byte of chunk) {
    if ((byte >= 0x20 && byte < 0x7f) || (byte >= 0x09 && byte <= 0x0d)) text += 1;
  }
  return text;
}
