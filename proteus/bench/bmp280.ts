import type { I2cPart } from './i2c';
import type { Surroundings } from './surroundings';

/** The trimming values of one sensor. */
export interface Trimming {
  /** dig_T1 to dig_T3. */
  t: readonly [number, number, number];
  /** dig_P1 to dig_P9. */
  p: readonly [number, number, number, number, number, number, number, number, number];
}

/** Those of the example in Bosch's data sheet (BST-BMP280-DS001, 3.12). */
export const TRIMMING: Trimming = {
  t: [27504, 26435, -1000],
  p: [36477, -10685, 3024, 2855, 140, -7, 15500, -14600, 6000],
};

const FULL_SCALE = 1 << 20;
/** What stands where nothing was measured. */
const SKIPPED = 0x80000;

/** The data sheet's compensation in floating point (8.1). @returns the fine temperature; divided by 5120 it is °C */
function fineTemperature(raw: number, { t: [t1, t2, t3] }: Trimming): number {
  const part = raw / 131072 - t1 / 8192;
  return (raw / 16384 - t1 / 1024) * t2 + part * part * t3;
}

/** @returns °C for what the converter gives, 20 bits */
export function temperatureOf(raw: number, trimming = TRIMMING): number {
  return fineTemperature(raw, trimming) / 5120;
}

/** @returns Pa for what the converter gives for pressure and temperature, 20 bits each */
export function pressureOf(raw: number, rawTemperature: number, trimming = TRIMMING): number {
  const [p1, p2, p3, p4, p5, p6, p7, p8, p9] = trimming.p;
  const fine = fineTemperature(rawTemperature, trimming) / 2 - 64000;
  const offset = (fine * fine * (p6 / 32768) + fine * p5 * 2) / 4 + p4 * 65536;
  const scale = (1 + ((p3 * fine * fine) / 524288 + p2 * fine) / 524288 / 32768) * p1;
  const linear = ((FULL_SCALE - raw - offset / 4096) * 6250) / scale;
  return linear + ((p9 * linear * linear) / 2147483648 + (linear * p8) / 32768 + p7) / 16;
}

/** @returns what the converter gives for °C and hPa, 20 bits each */
export function rawOf(celsius: number, hectopascal: number): { temperature: number; pressure: number } {
  const temperature = smallest((raw) => temperatureOf(raw) >= celsius);
  const pressure = smallest((raw) => pressureOf(raw, temperature) <= hectopascal * 100);
  return { temperature, pressure };
}

/** @returns the smallest number of 20 bits for which something holds that holds for all greater ones, too */
function smallest(holds: (raw: number) => boolean): number {
  let [from, to] = [0, FULL_SCALE - 1];
  while (from < to) {
    const middle = (from + to) >> 1;
    if (holds(middle)) to = middle;
    else from = middle + 1;
  }
  return from;
}

const CALIBRATION = 0x88;
const ID = 0xd0;
const RESET = 0xe0;
const STATUS = 0xf3;
const CONTROL = 0xf4;
const CONFIG = 0xf5;
const DATA = 0xf7;
const CHIP_ID = 0x58;
const RESET_WORD = 0xb6;
const MEASURING = 8;

/** Over how many measurements the settings of a quantity take the mean: 0 (it is left out), 1, 2, 4, 8, 16. */
function oversamplingOf(setting: number): number {
  return setting === 0 ? 0 : 2 ** (Math.min(setting, 5) - 1);
}

/**
 * A BMP280, barometer and thermometer, on I2C. Its filter is left out: what it sees changes slowly.
 */
export class Bmp280 implements I2cPart {
  readonly address = 0x76;
  private pointer = 0;
  private pointed = false;
  private control = 0;
  private config = 0;
  private data = [SKIPPED, SKIPPED];
  private measured: { at: number; data: number[] } | undefined;

  /** @param now time on the board's clock, µs */
  constructor(
    private readonly now: () => number,
    private readonly around: Readonly<Surroundings>,
  ) {}

  isThere(): boolean {
    return this.around.bmp280 !== 'off';
  }

  begin(): void {
    this.pointed = false;
  }

  /** A register's number, then its value; then the next number (data sheet, 5.2.1). */
  write(byte: number): void {
    if (this.pointed) this.set(this.pointer, byte);
    else this.pointer = byte;
    this.pointed = !this.pointed;
  }

  read(): number {
    const value = this.register(this.pointer);
    this.pointer = (this.pointer + 1) & 0xff;
    return value;
  }

  private set(register: number, value: number): void {
    this.settle();
    if (register === RESET && value === RESET_WORD) {
      [this.control, this.config, this.measured, this.data] = [0, 0, undefined, [SKIPPED, SKIPPED]];
    } else if (register === CONFIG) this.config = value;
    else if (register === CONTROL) {
      this.control = value;
      this.measured = undefined;
      if (this.mode !== 'sleep') this.measure();
    }
  }

  private register(register: number): number {
    this.settle();
    if (register >= CALIBRATION && register < CALIBRATION + 24)
      return this.calibration(register - CALIBRATION);
    if (register >= DATA && register < DATA + 6) return this.dataByte(register - DATA);
    switch (register) {
      case ID:
        return CHIP_ID;
      case STATUS:
        return this.measured ? MEASURING : 0;
      case CONTROL:
        return this.control;
      case CONFIG:
        return this.config;
      default:
        return 0;
    }
  }

  private get mode(): 'sleep' | 'forced' | 'normal' {
    const bits = this.control & 3;
    return bits === 0 ? 'sleep' : bits === 3 ? 'normal' : 'forced';
  }

  /** Begins a measurement; it takes the typical time of the data sheet (3.8.1). */
  private measure(): void {
    const [t, p] = [oversamplingOf(this.control >> 5), oversamplingOf((this.control >> 2) & 7)];
    const millis = 1 + 2 * t + (p > 0 ? 2 * p + 0.5 : 0);
    const { temperature, pressure } = rawOf(this.around.temperatura, this.around.presion);
    const data = [p === 0 ? SKIPPED : coarse(pressure, p), t === 0 ? SKIPPED : coarse(temperature, t)];
    this.measured = { at: this.now() + millis * 1000, data };
  }

  /** What was measured is there once its time has come; in normal mode the next one is begun. */
  private settle(): void {
    const { measured } = this;
    if (!measured || measured.at > this.now()) return;
    this.data = measured.data;
    this.measured = undefined;
    if (this.mode === 'normal') this.measure();
    else this.control &= ~3;
  }

  private calibration(at: number): number {
    const words = [...TRIMMING.t, ...TRIMMING.p];
    return ((words[at >> 1] ?? 0) >> (at & 1 ? 8 : 0)) & 0xff;
  }

  private dataByte(at: number): number {
    const value = (this.data[at < 3 ? 0 : 1] ?? 0) << 4;
    return (value >> [16, 8, 0][at % 3]!) & 0xff;
  }
}

/** One measurement has 16 bits, the mean of two 17, and so on up to 20. */
function coarse(raw: number, oversampling: number): number {
  const unused = 4 - Math.log2(oversampling);
  return (raw >> unused) << unused;
}
