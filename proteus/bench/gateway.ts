import type { Outlet } from './outlet';

/** A line that does not end is passed on in pieces of this size. */
const LONGEST_LINE_BYTES = 4096;

const NEWLINE = 0x0a;

/**
 * Joins many boards to one outlet, as a radio gateway does that prints what it hears: line after line, none inside of another.
 * What comes for the boards reaches all of them.
 */
export class Gateway {
  private waiting: Uint8Array[] = [];
  private readonly inboxes: Uint8Array[][] = [];

  constructor(private readonly outlet: Outlet) {}

  /** @returns an outlet for one more board */
  join(): Outlet {
    const inbox: Uint8Array[] = [];
    this.inboxes.push(inbox);
    let line: Buffer = Buffer.alloc(0);
    return {
      name: this.outlet.name,
      exchange: (fromBoard) => {
        line = Buffer.concat([line, fromBoard]);
        const end = line.length > LONGEST_LINE_BYTES ? line.length : line.lastIndexOf(NEWLINE) + 1;
        if (end > 0) this.waiting.push(line.subarray(0, end));
        line = line.subarray(end);
        return Buffer.concat(inbox.splice(0));
      },
      close: () => undefined,
    };
  }

  /** Passes on what all boards have said since the last call. */
  pump(): void {
    const received = this.outlet.exchange(Buffer.concat(this.waiting));
    this.waiting = [];
    if (received.length > 0) for (const inbox of this.inboxes) inbox.push(received);
  }
}
