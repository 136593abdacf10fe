import type { CPU } from 'avr8js';

/**
 * The loop in which Arduino's delay() waits for the next millisecond: `while (micros() - start < 1000)`. It does nothing but
 * look at timer 0, so that its rounds need not be run one by one.
 */
export interface WaitingLoop {
  /** Where the word of the subtraction stands, behind which it is decided whether to wait on. */
  decision: number;
  /** The registers of `micros()` and of `start`, the lowest byte first. */
  now: readonly number[];
  start: readonly number[];
}

const MICROS = 1000;
/** A tick of timer 0 as Arduino sets it, in cycles and in µs. */
const TICK_CYCLES = 64;
const TICK_MICROS = 4;

// Opcodes of the AVR instruction set manual (Microchip DS40002198).
const RET = 0x9508;
const BRCS = 0xf000;
/** In a round, or in what it calls, there are no more words than that. */
const LONGEST = 64;

/** Where nothing but registers change: nop, and, sub, cp, mov, movw, ldi and their like, branches. */
const HARMLESS: readonly (readonly [mask: number, opcode: number])[] = [
  [0xffff, 0x0000],
  [0xff00, 0x0100],
  [0xfc00, 0x0400],
  [0xfc00, 0x0800],
  [0xfc00, 0x0c00],
  [0xfc00, 0x1400],
  [0xfc00, 0x1800],
  [0xfc00, 0x1c00],
  [0xf000, 0x2000],
  [0xf000, 0x3000],
  [0xf000, 0x4000],
  [0xf000, 0x5000],
  [0xf000, 0x6000],
  [0xf000, 0x7000],
  [0xf000, 0xe000],
  [0xf800, 0xf000],
  [0xfe0f, 0x9403],
  [0xfe0f, 0x9406],
  [0xfe0f, 0x9407],
  [0xfe0f, 0x940a],
  [0xfe00, 0x9600],
  [0xf000, 0xc000],
];
/** What micros() does besides: reads timer 0 and whether it has overflowed, with interrupts off meanwhile. */
const OF_MICROS: readonly (readonly [mask: number, opcode: number])[] = [
  // in Rd, SREG; in Rd, TCNT0; out SREG, Rr; cli; sbis TIFR0, 0; sbic TIFR0, 0
  [0xfe0f, 0xb60f],
  [0xfe0f, 0xb406],
  [0xfe0f, 0xbe0f],
  [0xffff, 0x94f8],
  [0xffff, 0x9ba8],
  [0xffff, 0x99a8],
];
const LDS = [0xfe0f, 0x9000] as const;
const CALL = [0xfe0e, 0x940e] as const;
const RCALL = [0xf000, 0xd000] as const;
const SRAM = 0x100;

/** Finds the waiting loops of a program by what they do, whatever registers and places the compiler has chosen. */
export function findWaitingLoops(program: Uint16Array): WaitingLoop[] {
  const loops: WaitingLoop[] = [];
  for (let at = 0; at + 9 <= program.length; at++) {
    const loop = loopAt(program, at);
    if (loop) loops.push(loop);
  }
  return loops;
}

/** sub, sbc, sbc, sbc; cpi 0xE8, sbci 0x03, cpc r1, cpc r1; brcs to the beginning of the round. */
function loopAt(program: Uint16Array, at: number): WaitingLoop | undefined {
  const words = [...program.subarray(at, at + 9)];
  const subtracts = words.slice(0, 4).every((word, i) => is(word, [0xfc00, i === 0 ? 0x1800 : 0x0800]));
  if (!subtracts) return undefined;
  const now = words.slice(0, 4).map((word) => (word >> 4) & 0x1f);
  const start = words.slice(0, 4).map((word) => ((word >> 5) & 0x10) | (word & 0xf));
  const [low = 0, high = 0, third = 0, fourth = 0, branch = 0] = words.slice(4);
  const compares =
    is(low, [0xff0f, 0x3008 | ((MICROS & 0xf0) << 4)]) &&
    is(high, [0xff0f, 0x4000 | (MICROS >> 8)]) &&
    [third, fourth].every((word) => is(word, [0xfe0f, 0x0401])) &&
    [low, high].every((word, i) => 16 + ((word >> 4) & 0xf) === now[i]) &&
    [third, fourth].every((word, i) => ((word >> 4) & 0x1f) === now[i + 2]);
  if (!compares || !is(branch, [0xfc07, BRCS])) return undefined;
  const back = ((branch >> 3) & 0x7f) - 0x80;
  const head = at + 9 + back;
  const isBack = (branch & 0x200) !== 0 && head < at && head >= at - LONGEST;
  return isBack && changesNothing(program, head, at) ? { decision: at, now, start } : undefined;
}

/** Whether a round, up to its decision, does nothing that lasts; what it calls may look at timer 0. */
function changesNothing(program: Uint16Array, from: number, end: number): boolean {
  for (let at = from; at < end; at++) {
    const word = program[at] ?? 0;
    if (isHarmless(program, at)) at += is(word, LDS) ? 1 : 0;
    else if (is(word, CALL)) {
      if (!onlyLooks(program, program[at + 1] ?? 0)) return false;
      at += 1;
    } else if (is(word, RCALL)) {
      if (!onlyLooks(program, at + 1 + (((word & 0xfff) ^ 0x800) - 0x800))) return false;
    } else return false;
  }
  return true;
}

/** Whether a function is micros(), or an empty one, as yield() is. */
function onlyLooks(program: Uint16Array, from: number): boolean {
  for (let at = from; at >= 0 && at < from + LONGEST; at++) {
    const word = program[at] ?? 0;
    if (word === RET) return true;
    if (isHarmless(program, at)) at += is(word, LDS) ? 1 : 0;
    else if (!OF_MICROS.some((one) => is(word, one))) return false;
  }
  return false;
}

function isHarmless(program: Uint16Array, at: number): boolean {
  const word = program[at] ?? 0;
  if (is(word, LDS)) return (program[at + 1] ?? 0) >= SRAM;
  return HARMLESS.some((one) => is(word, one));
}

function is(word: number, [mask, opcode]: readonly [number, number]): boolean {
  return (word & mask) === opcode;
}

interface Round {
  decision: number;
  cycles: number;
  now: number;
  start: number;
  stack: number;
}

/**
 * Passes over rounds of waiting loops. It watches two rounds that differ in nothing but the time, and goes on by as many
 * as are sure to be the same: none in which a timer overflows, another part of the chip does anything, an interrupt comes,
 * or the millisecond ends. The next round is run again and leaves everything as if all had been.
 */
export class Waiting {
  private readonly loops = new Map<number, WaitingLoop>();
  /** For each word of the program whether a waiting loop decides there. */
  private readonly decisions: Uint8Array;
  private readonly shortest = new Map<number, number>();
  private seen: Round | undefined;

  constructor(program: Uint16Array) {
    this.decisions = new Uint8Array(program.length);
    for (const loop of findWaitingLoops(program)) {
      this.loops.set(loop.decision, loop);
      this.decisions[loop.decision] = 1;
    }
  }

  decidesAt(pc: number): boolean {
    return this.decisions[pc] === 1;
  }

  /** To be called for a new chip. */
  reset(): void {
    this.seen = undefined;
  }

  /**
   * To be called where a loop decides.
   * @param undisturbed gives the cycle up to which nothing happens but that timers count
   */
  pass(cpu: CPU, undisturbed: () => number): void {
    const loop = this.loops.get(cpu.pc);
    if (!loop) return;
    const round: Round = {
      decision: cpu.pc,
      cycles: cpu.cycles,
      now: long(cpu, loop.now),
      start: long(cpu, loop.start),
      stack: cpu.SP,
    };
    const before = this.seen;
    this.seen = round;
    if (before?.decision !== round.decision || before.start !== round.start || before.stack !== round.stack) {
      return;
    }
    const period = round.cycles - before.cycles;
    // An interrupt makes a round longer.
    const shortest = Math.min(period, this.shortest.get(round.decision) ?? Infinity);
    this.shortest.set(round.decision, shortest);
    if (period !== shortest || !isTimer0(period, (round.now - before.now) >>> 0)) return;
    const left = MICROS - ((round.now - round.start) >>> 0);
    if (left <= 0) return;
    const inTime = (left / TICK_MICROS - 1) * TICK_CYCLES;
    const rounds = Math.floor(Math.min(inTime, undisturbed() - cpu.cycles) / period) - 1;
    if (rounds <= 0) return;
    cpu.cycles += rounds * period;
    this.seen = undefined;
  }
}

/** Whether what was read has gone on as timer 0 does. */
function isTimer0(cycles: number, micros: number): boolean {
  const ticks = Math.floor(cycles / TICK_CYCLES);
  return micros >= ticks * TICK_MICROS && micros <= (ticks + 1) * TICK_MICROS;
}

function long({ data }: CPU, registers: readonly number[]): number {
  return registers.reduce((value, register, i) => value + (data[register] ?? 0) * 256 ** i, 0);
}
