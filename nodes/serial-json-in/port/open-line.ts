import type { Duplex } from 'node:stream';

/** How the characters are sent: 9600 8-N-1 for the boards of this project. */
export interface LineFormat {
  baudRate: number;
  dataBits: 5 | 6 | 7 | 8;
  parity: 'none' | 'even' | 'odd' | 'mark' | 'space';
  stopBits: 1 | 1.5 | 2;
}

/**
 * What is done with the lines DTR and RTS, by which many boards are reset:
 * - `system`: what the system does, mostly on while the port is open and off when it is closed
 * - `keep`: left on when the port is closed, so that the next opening resets nothing
 * - `off`: switched off right after the opening
 */
export type ModemLines = 'system' | 'keep' | 'off';

/** A line to a board that is open: a serial device, or a TCP connection to one. */
export interface OpenLine {
  readonly stream: Duplex;
  /** Resolves once the line is closed, with the error that closed it, if one did. */
  readonly ended: Promise<Error | undefined>;
  end(): void;
  /** Why the line works, yet not as it was asked for. */
  readonly flaw?: Error;
}
