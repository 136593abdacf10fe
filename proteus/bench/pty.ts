import { requireBinary } from '@lydell/node-pty/requireBinary.js';
import { execFileSync } from 'node:child_process';
import { closeSync, readSync, writeSync } from 'node:fs';
import { BenchError, codeOf, messageOf } from './errors';

/** The part of node-pty's native binding used here: a pair of open descriptors, no process. */
interface Binding {
  open(columns: number, rows: number): { master: number; slave: number; pty: string };
}

const READ_BYTES = 1024;

/**
 * A pseudo-terminal whose far end (`path`) a program opens like a serial port.
 *
 * It is made with the binding's own open(), not through node-pty's Terminal. A Terminal
 * made by open() has the pid -1, and its destroy() and kill() would signal every process of
 * the machine. A Terminal made by spawn() needs a process that keeps the far end open, and
 * then nothing tells whether a reader is there. Here nobody holds the far end, so the kernel
 * answers a read with EIO exactly while no program has it open.
 */
export class PseudoTerminal {
  private constructor(
    /** The far end, such as /dev/pts/3. */
    readonly path: string,
    private readonly master: number,
  ) {}

  /** @throws BenchError where there are no pseudo-terminals (Windows), or none is left */
  static open(): PseudoTerminal {
    if (process.platform === 'win32') {
      throw new BenchError(
        'Windows has no pseudo-terminals: use --stdout, or a pair of COM ports and Proteus',
      );
    }
    try {
      const binding = requireBinary('pty.node') as Binding;
      const { master, slave, pty } = binding.open(80, 24);
      // Bytes go through unchanged and without an echo. The setting stays with the terminal.
      execFileSync('stty', ['raw', '-echo'], { stdio: [slave, 'ignore', 'pipe'] });
      closeSync(slave);
      return new PseudoTerminal(pty, master);
    } catch (cause) {
      throw new BenchError(`cannot make a pseudo-terminal: ${messageOf(cause)}`, { cause });
    }
  }

  /** What the reader has sent, or undefined while nobody has the far end open. */
  read(): Buffer | undefined {
    const buffer = Buffer.allocUnsafe(READ_BYTES);
    try {
      const length = readSync(this.master, buffer, 0, READ_BYTES, null);
      return length > 0 ? buffer.subarray(0, length) : undefined;
    } catch (error) {
      if (codeOf(error) === 'EAGAIN') return Buffer.alloc(0);
      if (codeOf(error) === 'EIO') return undefined;
      throw error;
    }
  }

  /** Writes without waiting. What a slow reader leaves no room for is lost, as on a real line. */
  write(bytes: Uint8Array): void {
    try {
      writeSync(this.master, bytes);
    } catch (error) {
      if (codeOf(error) !== 'EAGAIN') throw error;
    }
  }

  close(): void {
    closeSync(this.master);
  }
}
