import { BenchError } from './errors';
import { parseSignal, type Signal } from './signal';

/** How sensors behave: they answer, are mute, or answer with a wrong checksum where they have one. */
const STATES = {
  dht: ['on', 'off', 'corrupt'],
  ds18b20: ['on', 'off', 'corrupt'],
  bmp280: ['on', 'off'],
} as const;
type Stateful = keyof typeof STATES;

/** What the board's sensors see. */
export interface Surroundings {
  /** Relative humidity, %, in steps of 0.1. */
  humedad: number;
  /** Air temperature, °C, in steps of 0.1. */
  temperatura: number;
  /** Voltage on pin A1, V. */
  a1: number;
  /** Air pressure, hPa. */
  presion: number;
  dht: (typeof STATES)['dht'][number];
  ds18b20: (typeof STATES)['ds18b20'][number];
  bmp280: (typeof STATES)['bmp280'][number];
  /** How often a byte on the serial line is lost, has a bit flipped, and comes with one of noise before it: 0 to 1. */
  drop: number;
  flip: number;
  noise: number;
}

/** The surroundings that are numbers. */
export type Quantity = Exclude<keyof Surroundings, Stateful>;

/** The sensors that can stand beside that one: a DS18B20 on digital pin 3, a BMP280 on A4 and A5 (I2C address 0x76). */
export const PARTS = ['ds18b20', 'bmp280'] as const;
export type Part = (typeof PARTS)[number];

/** The sensors that can stand on the data wire. */
export const SENSORS = ['dht11', 'dht22'] as const;
export type Sensor = (typeof SENSORS)[number];

export const DEFAULT_SURROUNDINGS: Readonly<Surroundings> = {
  humedad: 60,
  temperatura: 26,
  a1: 2,
  presion: 1013.25,
  dht: 'on',
  ds18b20: 'on',
  bmp280: 'on',
  drop: 0,
  flip: 0,
  noise: 0,
};

/** Accepted ranges; the board's ADC has a 5 V reference. */
const RANGES: Record<Quantity, { from: number; to: number }> = {
  humedad: { from: 0, to: 100 },
  temperatura: { from: -20, to: 60 },
  a1: { from: 0, to: 5 },
  presion: { from: 300, to: 1100 },
  drop: { from: 0, to: 1 },
  flip: { from: 0, to: 1 },
  noise: { from: 0, to: 1 },
};

/** What each sensor can measure, °C (Aosong datasheets). */
const TEMPERATURES: Record<Sensor, { from: number; to: number }> = {
  dht11: RANGES.temperatura,
  dht22: { from: -40, to: 80 },
};

/** @returns what a quantity may be where this sensor measures */
export function rangeOf(name: Quantity, sensor: Sensor): { from: number; to: number } {
  return name === 'temperatura' ? TEMPERATURES[sensor] : RANGES[name];
}

/** A setting as it was read: a value from now on, or one that goes on changing. */
export type Setting = { change: Partial<Surroundings> } | { signals: Partial<Record<Quantity, Signal>> };

/**
 * Reads one setting, as it stands on the command line and in a scenario.
 * @throws BenchError naming the setting, what it may be, and what it was
 */
export function parseSetting(name: string, text: string, sensor: Sensor = 'dht11'): Setting {
  if (isStateful(name)) return { change: { [name]: parseState(name, text) } };
  if (!isQuantity(name)) {
    throw new BenchError(
      `unknown setting ${quote(name)}; known are ${[...Object.keys(RANGES), ...Object.keys(STATES)].join(', ')}`,
    );
  }
  const signal = parseSignal(text);
  if (signal !== undefined) return { signals: { [name]: signal } };
  return { change: { [name]: parseNumber(name, text, sensor) } };
}

export function isQuantity(name: string): name is Quantity {
  return name in RANGES;
}

function parseNumber(name: Quantity, text: string, sensor: Sensor): number {
  const { from, to } = rangeOf(name, sensor);
  const value = text.trim() === '' ? NaN : Number(text);
  if (!(value >= from && value <= to)) {
    throw new BenchError(`${name} must be a number from ${from} to ${to}, not ${quote(text)}`);
  }
  return value;
}

function isStateful(name: string): name is Stateful {
  return Object.hasOwn(STATES, name);
}

function parseState(name: Stateful, text: string): string {
  const states: readonly string[] = STATES[name];
  if (!states.includes(text)) {
    throw new BenchError(`${name} must be one of ${states.join(', ')}, not ${quote(text)}`);
  }
  return text;
}

function quote(text: string): string {
  return JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}...` : text);
}
