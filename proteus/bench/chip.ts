import {
  adcConfig,
  AVRADC,
  AVRClock,
  AVREEPROM,
  AVRIOPort,
  AVRSPI,
  AVRTimer,
  AVRTWI,
  AVRUSART,
  AVRWatchdog,
  CPU,
  portBConfig,
  portCConfig,
  portDConfig,
  spiConfig,
  timer0Config,
  timer1Config,
  timer2Config,
  twiConfig,
  usart0Config,
  watchdogConfig,
  type EEPROMBackend,
} from 'avr8js';
import { CLOCK_HZ } from './clock';
import { followPullUps, keepStatusBits } from './avr8js-corrections';

const SRAM_BYTES = 0x800;
const SRAM_START = 0x100;

/** MCU status register: what the last reset came from (ATmega328P datasheet, 11.9.1). */
const MCUSR = 0x54;
export const RESET_CAUSES = { powerOn: 1, brownOut: 4, watchdog: 8 } as const;
export type ResetCause = keyof typeof RESET_CAUSES;

/** The private part of avr8js' watchdog, whose oscillator goes on where the chip's clock stands still. */
interface WatchdogClock {
  enabled: boolean;
  watchdogTimeout: number;
  checkWatchdog: () => void;
}

interface ClockEvent {
  cycles: number;
  callback: () => void;
  next: ClockEvent | null;
}

/** The private part of avr8js' CPU that skipping idle time needs. */
interface ClockEvents {
  nextClockEvent: ClockEvent | null;
}

/** The private part of avr8js' timers: the count at a cycle, and what counts on, which is due at each tick. */
interface Counter {
  tcnt: number;
  lastCycle: number;
  divider: number;
  count: () => void;
}

/** Timers in their registers (ATmega328P datasheet, 15.9, 16.11 and 18.11). */
const TIMERS = [
  { control: 0x44, interrupts: 0x6e },
  { control: 0x80, interrupts: 0x6f },
  { control: 0xb0, interrupts: 0x70 },
];
/** Of a timer's control register A: what its compare units do to pins; of timer 0, how it counts. */
const COMPARE_OUTPUTS = 0xf0;
const COUNTS_TO = 0x03;
const FAST_PWM = 0x03;
/** Of its control register B: the top is a compare value. */
const TCCR0B = 0x45;
const TOP_IS_COMPARED = 0x08;
const OVERFLOW_INTERRUPT = 1;

export type PortName = 'B' | 'C' | 'D';
const PORTS = { B: portBConfig, C: portCConfig, D: portDConfig } as const;

/** What a chip begins with after a reset: its memory and clock go on, its registers are those of the datasheet. */
export interface Before {
  cause: ResetCause;
  cycles: number;
  /** Static memory keeps its content through a reset, as long as there is power. */
  memory?: Uint8Array;
}

/** What is wired to the pins of a chip; the bits of each port's pins that something outside drives. */
export type DrivenPins = Readonly<Record<PortName, number>>;

/**
 * An ATmega328P between two resets, made of avr8js' parts and what they lack. A reset is a new one: avr8js' own keeps the
 * registers of all peripherals, and forgets what they had under way.
 */
export class Chip {
  readonly cpu: CPU;
  readonly usart: AVRUSART;
  readonly adc: AVRADC;
  readonly twi: AVRTWI;
  /** Set as soon as the watchdog has reset the chip. */
  resetByWatchdog = false;
  private readonly ports: Readonly<Record<PortName, AVRIOPort>>;
  private readonly watchdog: WatchdogClock;
  private readonly clock: ClockEvents;
  private readonly counters: readonly Counter[];

  /** @param program flash words, see parseIntelHex */
  constructor(program: Uint16Array, eeprom: EEPROMBackend, driven: DrivenPins, before: Before) {
    const cpu = new CPU(program, SRAM_BYTES);
    this.cpu = cpu;
    this.clock = cpu as unknown as ClockEvents;
    cpu.cycles = before.cycles;
    if (before.memory !== undefined) cpu.data.set(before.memory, SRAM_START);
    cpu.data[MCUSR] = RESET_CAUSES[before.cause];
    this.counters = [timer0Config, timer1Config, timer2Config].map(
      (config) => new AVRTimer(cpu, config) as unknown as Counter,
    );
    this.ports = {
      B: new AVRIOPort(cpu, PORTS.B),
      C: new AVRIOPort(cpu, PORTS.C),
      D: new AVRIOPort(cpu, PORTS.D),
    };
    new AVREEPROM(cpu, eeprom);
    new AVRSPI(cpu, spiConfig, CLOCK_HZ);
    this.twi = new AVRTWI(cpu, twiConfig, CLOCK_HZ);
    this.watchdog = new AVRWatchdog(
      cpu,
      watchdogConfig,
      new AVRClock(cpu, CLOCK_HZ),
    ) as unknown as WatchdogClock;
    this.adc = new AVRADC(cpu, adcConfig);
    this.usart = new AVRUSART(cpu, usart0Config, CLOCK_HZ);
    keepStatusBits(cpu, usart0Config);
    for (const name of ['B', 'C', 'D'] as const) {
      followPullUps(cpu, PORTS[name], (pin, up) => {
        if (driven[name] & (1 << pin)) return;
        this.ports[name].setPin(pin, up);
        // A pull-up lifts an open analog pin to the supply.
        if (name === 'C') this.adc.channelValues[pin] = up ? this.adc.avcc : 0;
      });
    }
    // Called by avr8js' watchdog alone.
    cpu.reset = () => (this.resetByWatchdog = true);
  }

  /** Static memory, for the chip that follows this one. */
  get memory(): Uint8Array {
    return this.cpu.data.slice(SRAM_START);
  }

  /** Cycle of the next event of a peripheral; Infinity when none is due. */
  get nextEvent(): number {
    return this.clock.nextClockEvent?.cycles ?? Infinity;
  }

  /**
   * The cycle before which nothing happens by itself but that timers count: timer 0 overflows there, or another peripheral
   * has something to do. A time in the past where a timer does more than that, or an interrupt waits.
   */
  get undisturbedUntil(): number {
    const { cpu } = this;
    if (cpu.nextInterrupt >= 0 || !this.timersOnlyCount) return -Infinity;
    let event = this.clock.nextClockEvent;
    while (event && this.counters.some(({ count }) => count === event?.callback)) event = event.next;
    return Math.min(this.timer0Overflow, event?.cycles ?? Infinity);
  }

  private get timersOnlyCount(): boolean {
    const { data } = this.cpu;
    const mode = (data[TIMERS[0]!.control] ?? 0) & COUNTS_TO;
    if ((mode !== 0 && mode !== FAST_PWM) || (data[TCCR0B] ?? 0) & TOP_IS_COMPARED) return false;
    return TIMERS.every(
      ({ control, interrupts }, timer) =>
        !((data[control] ?? 0) & COMPARE_OUTPUTS) &&
        !((data[interrupts] ?? 0) & (timer === 0 ? ~OVERFLOW_INTERRUPT : 0xff)),
    );
  }

  private get timer0Overflow(): number {
    const [timer] = this.counters;
    return timer?.divider ? timer.lastCycle + (0x100 - timer.tcnt) * timer.divider : Infinity;
  }

  /** Makes a pin read high or low. */
  setPin(port: PortName, pin: number, high: boolean): void {
    this.ports[port].setPin(pin, high);
  }

  /** @param listener told whether the chip pulls the pin low, each time its port is written */
  onPull(port: PortName, pin: number, listener: (low: boolean) => void): void {
    const { DDR, PORT } = PORTS[port];
    const mask = 1 << pin;
    this.ports[port].addListener(() => {
      const isOutput = (this.cpu.data[DDR] ?? 0) & mask;
      const isHigh = (this.cpu.data[PORT] ?? 0) & mask;
      listener(isOutput !== 0 && isHigh === 0);
    });
  }

  /** Cycles until the watchdog bites; Infinity while it is off. */
  get watchdogIn(): number {
    return this.watchdog.enabled ? this.watchdog.watchdogTimeout - this.cpu.cycles : Infinity;
  }

  /** Lets time pass for the watchdog alone. */
  ageWatchdog(cycles: number): void {
    const { cpu, watchdog } = this;
    if (!watchdog.enabled) return;
    watchdog.watchdogTimeout -= cycles;
    cpu.clearClockEvent(watchdog.checkWatchdog);
    if (watchdog.watchdogTimeout > cpu.cycles) {
      cpu.addClockEvent(watchdog.checkWatchdog, watchdog.watchdogTimeout - cpu.cycles);
    } else {
      watchdog.checkWatchdog();
    }
  }
}
