import { BenchError } from './errors';

/** How the DHT11 behaves: it answers, it is mute, or it answers with a wrong checksum. */
export const DHT_STATES = ['on', 'off', 'corrupt'] as const;
export type DhtState = (typeof DHT_STATES)[number];

/** What the board's sensors see. */
export interface Surroundings {
  /** Relative humidity, %, in steps of 0.1. */
  humedad: number;
  /** Air temperature, °C, in steps of 0.1. */
  temperatura: number;
  /** Voltage on pin A1, V. */
  a1: number;
  dht: DhtState;
}

export const DEFAULT_SURROUNDINGS: Readonly<Surroundings> = {
  humedad: 60,
  temperatura: 26,
  a1: 2,
  dht: 'on',
};

/** Accepted ranges: the DHT11 measures -20 to 60 °C; the board's ADC has a 5 V reference. */
const RANGES = {
  humedad: { from: 0, to: 100 },
  temperatura: { from: -20, to: 60 },
  a1: { from: 0, to: 5 },
} as const;

/**
 * Reads one setting, as it stands on the command line and in a scenario.
 * @throws BenchError naming the setting, what it may be, and what it was
 */
export function parseSetting(name: string, text: string): Partial<Surroundings> {
  switch (name) {
    case 'humedad':
    case 'temperatura':
    case 'a1':
      return { [name]: parseNumber(name, text) };
    case 'dht':
      return { dht: parseDht(text) };
    default:
      throw new BenchError(`unknown setting ${quote(name)}; known are humedad, temperatura, a1 and dht`);
  }
}

function parseNumber(name: keyof typeof RANGES, text: string): number {
  const { from, to } = RANGES[name];
  const value = text.trim() === '' ? NaN : Number(text);
  if (!(value >= from && value <= to)) {
    throw new BenchError(`${name} must be a number from ${from} to ${to}, not ${quote(text)}`);
  }
  return value;
}

function parseDht(text: string): DhtState {
  const state = DHT_STATES.find((known) => known === text);
  if (state === undefined) {
    throw new BenchError(`dht must be one of ${DHT_STATES.join(', ')}, not ${quote(text)}`);
  }
  return state;
}

function quote(text: string): string {
  return JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}...` : text);
}
