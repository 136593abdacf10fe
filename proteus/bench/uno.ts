import {
  adcConfig,
  AVRADC,
  AVRClock,
  AVREEPROM,
  avrInstruction,
  AVRIOPort,
  AVRSPI,
  AVRTimer,
  AVRTWI,
  AVRWatchdog,
  CPU,
  EEPROMMemoryBackend,
  portBConfig,
  portCConfig,
  portDConfig,
  spiConfig,
  timer0Config,
  timer1Config,
  timer2Config,
  twiConfig,
  watchdogConfig,
} from 'avr8js';
import { Serial } from './serial';
import type { Wire } from './wire';

const CLOCK_HZ = 16_000_000;
const CYCLES_PER_MICROSECOND = CLOCK_HZ / 1e6;
const SRAM_BYTES = 0x800;
const EEPROM_BYTES = 0x400;

const SLEEP_INSTRUCTION = 0x9588;
/** Sleep mode control register: bit 0 allows the sleep instruction. */
const SMCR = 0x53;
const SLEEP_ENABLE = 1;

/** The part of avr8js' CPU that it keeps private and that skipping idle time needs. */
interface ClockEvents {
  nextClockEvent: { cycles: number } | null;
}

/**
 * An Arduino UNO (ATmega328P at 16 MHz) that runs a program in virtual time: only `run` makes
 * time pass, as fast as the machine can.
 *
 * avr8js runs the instructions and the peripherals. It has no sleep instruction; here the
 * CPU sleeps until an interrupt, and the time up to the next event of a peripheral is
 * skipped, so a program that sleeps costs little. All sleep modes are taken as idle: timers
 * go on, also where the real chip would stop them.
 */
export class Uno {
  readonly serial: Serial;
  private readonly cpu: CPU;
  private readonly portD: AVRIOPort;
  private readonly adc: AVRADC;
  private asleep = false;

  /** @param program flash words, see parseIntelHex */
  constructor(program: Uint16Array) {
    const cpu = new CPU(program, SRAM_BYTES);
    this.cpu = cpu;
    for (const config of [timer0Config, timer1Config, timer2Config]) new AVRTimer(cpu, config);
    for (const config of [portBConfig, portCConfig]) new AVRIOPort(cpu, config);
    this.portD = new AVRIOPort(cpu, portDConfig);
    new AVREEPROM(cpu, new EEPROMMemoryBackend(EEPROM_BYTES));
    new AVRSPI(cpu, spiConfig, CLOCK_HZ);
    new AVRTWI(cpu, twiConfig, CLOCK_HZ);
    new AVRWatchdog(cpu, watchdogConfig, new AVRClock(cpu, CLOCK_HZ));
    this.adc = new AVRADC(cpu, adcConfig);
    this.serial = new Serial(cpu, CLOCK_HZ);
  }

  /** Time since power-on, µs. */
  get micros(): number {
    return this.cpu.cycles / CYCLES_PER_MICROSECOND;
  }

  /** Lets so many seconds of the board's time pass. */
  run(seconds: number): void {
    const { cpu } = this;
    const end = cpu.cycles + Math.round(seconds * CLOCK_HZ);
    while (cpu.cycles < end) {
      if (this.asleep) {
        this.sleepUntil(end);
        continue;
      }
      const sleeps = cpu.progMem[cpu.pc] === SLEEP_INSTRUCTION && (cpu.readData(SMCR) & SLEEP_ENABLE) !== 0;
      avrInstruction(cpu);
      const next = cpu.pc;
      cpu.tick();
      this.asleep = sleeps && cpu.pc === next;
    }
  }

  /** Puts a voltage on an analog pin (A0 is 0). */
  setAnalog(pin: number, volts: number): void {
    this.adc.channelValues[pin] = volts;
  }

  /**
   * A wire at a pin of port D (digital pins 0 to 7) with a pull-up resistor, as seen from the
   * part at its other end.
   * @param onHost called when the board begins or ceases to pull the wire low
   */
  wireAt(pin: number, onHost: (pullsLow: boolean) => void): Wire {
    const mask = 1 << pin;
    let pulledLow = false;
    this.portD.setPin(pin, true);
    this.portD.addListener(() => {
      const isOutput = (this.cpu.data[portDConfig.DDR] ?? 0) & mask;
      const isHigh = (this.cpu.data[portDConfig.PORT] ?? 0) & mask;
      const low = isOutput !== 0 && isHigh === 0;
      if (low === pulledLow) return;
      pulledLow = low;
      onHost(low);
    });
    return {
      now: () => this.micros,
      after: (micros, action) => {
        this.cpu.addClockEvent(action, Math.round(micros * CYCLES_PER_MICROSECOND));
      },
      drive: (level) => this.portD.setPin(pin, level === 'released'),
    };
  }

  private sleepUntil(end: number): void {
    const { cpu } = this;
    const events = cpu as unknown as ClockEvents;
    while (cpu.cycles < end) {
      const next = events.nextClockEvent?.cycles ?? Infinity;
      if (next > end) {
        cpu.cycles = end;
        return;
      }
      cpu.cycles = Math.max(cpu.cycles, next);
      const { pc } = cpu;
      cpu.tick();
      // An interrupt, and nothing else, moves the program counter here.
      if (cpu.pc !== pc) {
        this.asleep = false;
        return;
      }
    }
  }
}
