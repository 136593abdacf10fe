/** Much longer than the pauses within a line: a character takes 8 ms at 1200 baud, and a USB adapter keeps some for 16 ms. */
const QUIET_MS = 200;
/**
 * The time counts in pieces, each from a timer to the next: where something else keeps Node-RED busy, a clock runs on while
 * bytes that have come long ago wait to be read, and timers do not.
 */
const PIECES = 4;

/** Tells whether nothing has come for a while after a device was opened. */
export class QuietLine {
  private timer: NodeJS.Timeout | undefined;
  private left = 0;
  private waits = false;

  /** The device was opened. */
  opened(): void {
    this.interrupted();
    this.waits = true;
    this.left = PIECES;
    this.wait();
  }

  /** Whether it has been opened and nothing has come since. */
  get awaitsFirst(): boolean {
    return this.waits;
  }

  /** The first bytes have come. @returns whether nothing had come for a while before */
  heard(): boolean {
    this.interrupted();
    return this.left === 0;
  }

  /** The device went away. */
  interrupted(): void {
    clearTimeout(this.timer);
    this.waits = false;
  }

  private wait(): void {
    this.timer = setTimeout(() => {
      this.left -= 1;
      if (this.left > 0) this.wait();
    }, QUIET_MS / PIECES).unref();
  }
}
