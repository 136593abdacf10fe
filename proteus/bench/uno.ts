import { avrInstruction, EEPROMMemoryBackend, type EEPROMBackend } from 'avr8js';
import { Chip, type PortName, type ResetCause } from './chip';
import { CLOCK_HZ } from './clock';
import { I2cBus, type I2cPart } from './i2c';
import { Serial } from './serial';
import { Waiting } from './waiting-loops';
import type { Wire, WireLevel } from './wire';

const CYCLES_PER_MICROSECOND = CLOCK_HZ / 1e6;
const EEPROM_BYTES = 0x400;

const SLEEP_INSTRUCTION = 0x9588;
/** Sleep mode control register (ATmega328P datasheet, 10.11.1): bit 0 allows the sleep instruction, 1 to 3 say how deep. */
const SMCR = 0x53;
const SLEEP_ENABLE = 1;
type Sleep = 'idle' | 'noise-reduction' | 'deep';
const SLEEP_MODES: Partial<Record<number, Sleep>> = { 0: 'idle', 1: 'noise-reduction' };

/** From power-down the crystal of an UNO takes 16,384 cycles to be steady again (its fuses; datasheet, table 9-4). */
const WAKE_UP_CYCLES = 16_384;

/** A voltage reads high and low from these on (datasheet, 29.2): in between a pin keeps what it was. */
const READS_HIGH = 0.6 * 5;
const READS_LOW = 0.3 * 5;

interface Attached {
  pin: number;
  level: WireLevel;
  onHost: (pullsLow: boolean) => void;
  pulledLow: boolean;
}

/**
 * An Arduino UNO (ATmega328P at 16 MHz) that runs a program in virtual time: only `run` makes
 * time pass, as fast as the machine can.
 *
 * avr8js runs the instructions and the peripherals. It has no sleep instruction; here the
 * CPU sleeps until an interrupt, and the time up to the next event of a peripheral is
 * skipped, so a program that sleeps costs little; so are the rounds in which delay() waits. In the deep sleep modes the clock of the chip stands still, so that its
 * timers do, and only the watchdog wakes it. ADC noise reduction is taken as idle, which `remarks` tells.
 */
export class Uno {
  readonly serial: Serial;
  private readonly waiting: Waiting | undefined;
  private chip: Chip;
  private readonly volts = new Map<number, number>();
  private readonly attached: Attached[] = [];
  private readonly onBus: I2cPart[] = [];
  private asleep: Sleep | undefined;
  /** Time in which the chip's clock stood still, in cycles. */
  private stoodStill = 0;
  private told = '';

  /**
   * @param program flash words, see parseIntelHex
   * @param eeprom what stays when the power is off; without it, an erased one
   * @param everyRound whether each round is run in which delay() waits, though it changes nothing
   */
  constructor(
    private readonly program: Uint16Array,
    private readonly eeprom: EEPROMBackend = new EEPROMMemoryBackend(EEPROM_BYTES),
    everyRound = false,
  ) {
    this.waiting = everyRound ? undefined : new Waiting(program);
    this.serial = new Serial(() => this.asleep !== 'deep');
    this.chip = this.newChip('powerOn', 0);
  }

  /** Time since power-on, µs. */
  get micros(): number {
    return this.cycles / CYCLES_PER_MICROSECOND;
  }

  /** What of the program the bench does otherwise than a real board; '' when there is nothing to tell. */
  get remarks(): string {
    return this.told;
  }

  /** Registers and static memory as they are now. */
  get memory(): Uint8Array {
    return this.chip.cpu.data.slice();
  }

  /** Lets so many seconds of the board's time pass. */
  run(seconds: number): void {
    const end = this.cycles + Math.round(seconds * CLOCK_HZ);
    while (this.cycles < end) {
      if (this.asleep === 'deep') this.sleepDeeply(end);
      else if (this.asleep !== undefined) this.sleepUntil(end - this.stoodStill);
      else this.runUntil(end - this.stoodStill);
      if (this.chip.resetByWatchdog) this.reset('watchdog');
    }
  }

  /** Takes the supply away for a moment: the program begins anew, and what the serial line had under way is cut off. */
  brownOut(): void {
    this.reset('brownOut');
  }

  /** Puts a voltage on an analog pin (A0 is 0). */
  setAnalog(pin: number, volts: number): void {
    this.volts.set(pin, volts);
    this.applyVoltage(this.chip, pin, volts);
  }

  /**
   * A wire at a pin of port D (digital pins 0 to 7) with a pull-up resistor, as seen from the
   * part at its other end.
   * @param onHost called when the board begins or ceases to pull the wire low
   */
  wireAt(pin: number, onHost: (pullsLow: boolean) => void): Wire {
    const wire: Attached = { pin, level: 'released', onHost, pulledLow: false };
    this.attached.push(wire);
    this.chip = this.newChip('powerOn', this.chip.cpu.cycles);
    return {
      now: () => this.micros,
      after: (micros, action) => {
        this.chip.cpu.addClockEvent(action, Math.round(micros * CYCLES_PER_MICROSECOND));
      },
      drive: (level) => {
        wire.level = level;
        this.chip.setPin('D', pin, level === 'released');
      },
    };
  }

  /** Puts a part on the I2C bus (A4 and A5). */
  onI2c(part: I2cPart): void {
    this.onBus.push(part);
  }

  private get cycles(): number {
    return this.chip.cpu.cycles + this.stoodStill;
  }

  private newChip(cause: ResetCause, cycles: number, memory?: Uint8Array): Chip {
    const chip = new Chip(this.program, this.eeprom, this.drivenPins(), {
      cause,
      cycles,
      ...(memory && { memory }),
    });
    this.waiting?.reset();
    for (const [pin, volts] of this.volts) this.applyVoltage(chip, pin, volts);
    for (const wire of this.attached) {
      chip.setPin('D', wire.pin, wire.level === 'released');
      chip.onPull('D', wire.pin, (low) => this.pull(wire, low));
      // A reset lets go of all pins.
      this.pull(wire, false);
    }
    chip.twi.eventHandler = new I2cBus(chip.cpu, chip.twi, this.onBus);
    this.serial.attach(chip.usart);
    return chip;
  }

  private drivenPins(): Record<PortName, number> {
    const bits = (pins: Iterable<number>): number => [...pins].reduce((mask, pin) => mask | (1 << pin), 0);
    return { B: 0, C: bits(this.volts.keys()), D: bits(this.attached.map(({ pin }) => pin)) };
  }

  private pull(wire: Attached, low: boolean): void {
    if (low === wire.pulledLow) return;
    wire.pulledLow = low;
    wire.onHost(low);
  }

  private applyVoltage(chip: Chip, pin: number, volts: number): void {
    chip.adc.channelValues[pin] = volts;
    if (volts >= READS_HIGH) chip.setPin('C', pin, true);
    if (volts <= READS_LOW) chip.setPin('C', pin, false);
  }

  private reset(cause: ResetCause): void {
    this.asleep = undefined;
    this.chip = this.newChip(cause, this.chip.cpu.cycles, this.chip.memory);
  }

  /** @param end cycle of the chip at which to stop */
  private runUntil(end: number): void {
    const { chip, waiting } = this;
    const { cpu } = chip;
    const undisturbed = (): number => Math.min(end, chip.undisturbedUntil);
    while (cpu.cycles < end) {
      if (waiting?.decidesAt(cpu.pc)) waiting.pass(cpu, undisturbed);
      const sleeps = cpu.progMem[cpu.pc] === SLEEP_INSTRUCTION && (cpu.readData(SMCR) & SLEEP_ENABLE) !== 0;
      avrInstruction(cpu);
      const next = cpu.pc;
      cpu.tick();
      if (chip.resetByWatchdog) return;
      if (sleeps && cpu.pc === next) {
        this.fallAsleep((cpu.readData(SMCR) >> 1) & 7);
        return;
      }
    }
  }

  private fallAsleep(mode: number): void {
    this.asleep = SLEEP_MODES[mode] ?? 'deep';
    if (this.asleep === 'noise-reduction') {
      this.told =
        'the program sleeps in ADC noise reduction, which the bench takes as idle: its timers go on';
    }
  }

  private sleepUntil(end: number): void {
    const { cpu } = this.chip;
    while (cpu.cycles < end) {
      const next = this.chip.nextEvent;
      if (next > end) {
        cpu.cycles = end;
        return;
      }
      cpu.cycles = Math.max(cpu.cycles, next);
      if (this.wakes()) return;
    }
  }

  /** The clock of the chip stands still, and with it all but the watchdog, which has one of its own. */
  private sleepDeeply(end: number): void {
    const left = end - this.cycles;
    const due = Math.max(0, this.chip.watchdogIn);
    const passes = Math.min(left, due);
    this.stoodStill += passes;
    this.chip.ageWatchdog(passes);
    if (due > left || this.chip.resetByWatchdog) return;
    if (this.wakes()) this.stoodStill += WAKE_UP_CYCLES;
  }

  /** An interrupt, and nothing else, moves the program counter of a chip that sleeps. */
  private wakes(): boolean {
    const { cpu } = this.chip;
    const { pc } = cpu;
    cpu.tick();
    if (cpu.pc === pc) return false;
    this.asleep = undefined;
    return true;
  }
}
