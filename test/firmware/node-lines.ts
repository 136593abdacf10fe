import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Circuit, type Parts } from '../../proteus/bench/circuit';
import { parseIntelHex } from '../../proteus/bench/intel-hex';
import type { Surroundings } from '../../proteus/bench/surroundings';

export const FIRMWARE = path.join(__dirname, '..', '..', 'firmware');

/** A line as it came over the wire, and when its last byte did, in seconds of the board's time. */
export interface Line {
  text: string;
  at: number;
}

/** What one JSON line of the node holds. */
export interface NodeReading {
  nodo: string;
  humedad: number | null;
  temperatura: number | null;
  sensacion: number | null;
  radiacion: number;
}

const STEP_SECONDS = 0.001;
const PATIENCE_SECONDS = 10;

/** The committed firmware in its circuit, in virtual time: nothing here waits for a clock. */
export class NodeLines {
  readonly circuit: Circuit;
  private pending = '';

  /** @param hex the program, where it is not the committed one */
  constructor(
    surroundings: Partial<Surroundings> = {},
    parts: Parts = {},
    hex = path.join(FIRMWARE, 'nodo.hex'),
  ) {
    this.circuit = new Circuit(parseIntelHex(readFileSync(hex, 'utf8')), surroundings, parts);
  }

  set(change: Partial<Surroundings>): void {
    this.circuit.set(change);
  }

  /** Runs the board up to the end of its next line, and gives that with its line ending. */
  next(): Line {
    const { board } = this.circuit;
    const until = board.micros / 1e6 + PATIENCE_SECONDS;
    while (board.micros / 1e6 < until) {
      board.run(STEP_SECONDS);
      this.pending += board.serial.takeOutput().toString('latin1');
      const end = this.pending.indexOf('\n') + 1;
      if (end > 0) {
        const text = this.pending.slice(0, end);
        this.pending = this.pending.slice(end);
        return { text, at: board.micros / 1e6 };
      }
    }
    throw new Error(`no line within ${PATIENCE_SECONDS} s of the board's time; so far: ${this.pending}`);
  }

  /** Lets so many seconds of the board's time pass; what it sends meanwhile is kept for `next`. */
  runFor(seconds: number): void {
    this.circuit.board.run(seconds);
  }

  nextReading(): NodeReading {
    return JSON.parse(this.next().text) as NodeReading;
  }
}
