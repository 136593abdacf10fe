import { placeLink } from './link';
import { PseudoTerminal } from './pty';

/** Where the board's serial line leads. */
export interface Outlet {
  /** One line that says where. */
  readonly name: string;
  /** Passes on what the board sent, at once or never, and returns what came for the board. */
  exchange(fromBoard: Uint8Array): Uint8Array;
  close(): void;
}

const NOTHING = new Uint8Array();

/**
 * A pseudo-terminal under a name of one's own. What the board sends while nobody has it open
 * is lost, as on a cable with no PC at its end.
 * @throws BenchError when it cannot be made
 */
export function ptyOutlet(link: string): Outlet {
  const pty = PseudoTerminal.open();
  const removeLink = placeLink(link, pty.path);
  return {
    name: `${link} -> ${pty.path}`,
    exchange(fromBoard) {
      const toBoard = pty.read();
      if (toBoard && fromBoard.length > 0) pty.write(fromBoard);
      return toBoard ?? NOTHING;
    },
    close() {
      removeLink();
      pty.close();
    },
  };
}

/** The process' standard output: what the board sends is printed, nothing comes back. */
export function stdoutOutlet(): Outlet {
  return {
    name: 'standard output',
    exchange(fromBoard) {
      if (fromBoard.length > 0) process.stdout.write(fromBoard);
      return NOTHING;
    },
    close() {
      // Standard output stays open: it is the shell's.
    },
  };
}
