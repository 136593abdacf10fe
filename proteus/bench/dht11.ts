import type { Surroundings } from './surroundings';
import type { Wire, WireLevel } from './wire';

interface Pulse {
  level: WireLevel;
  micros: number;
}

// Times of the Aosong DHT11 datasheet, µs.
const SHORTEST_START = 18_000;
const BEFORE_ANSWER = 30;
const ANSWER_LOW = 80;
const ANSWER_HIGH = 80;
const BIT_LOW = 50;
const ZERO_HIGH = 26;
const ONE_HIGH = 70;

const BELOW_ZERO = 0x80;

/**
 * The five bytes a DHT11 sends: humidity (%), its tenths, temperature (°C), its tenths with
 * bit 7 set below zero, and the sum of the four.
 */
export function dht11Frame(humedad: number, temperatura: number): number[] {
  const humidityTenths = Math.round(humedad * 10);
  const temperatureTenths = Math.round(Math.abs(temperatura) * 10);
  const sign = temperatura < 0 && temperatureTenths > 0 ? BELOW_ZERO : 0;
  const values = [
    Math.floor(humidityTenths / 10),
    humidityTenths % 10,
    Math.floor(temperatureTenths / 10),
    (temperatureTenths % 10) | sign,
  ];
  return [...values, values.reduce((sum, byte) => sum + byte, 0) & 0xff];
}

/** A DHT11: waits for the host's start signal on its wire and answers with what it sees around it. */
export class Dht11 {
  private lowSince: number | undefined;
  /** Counts start signals: what is still scheduled for an older one is void. */
  private turn = 0;

  constructor(
    private readonly wire: Wire,
    private readonly around: Readonly<Surroundings>,
  ) {}

  /** To be called when the host begins (`true`) or ceases (`false`) to pull the wire low. */
  hostPullsLow(low: boolean): void {
    const now = this.wire.now();
    if (low) {
      this.lowSince = now;
      this.turn++;
      this.wire.drive('released');
      return;
    }
    const start = this.lowSince;
    this.lowSince = undefined;
    if (start !== undefined && now - start >= SHORTEST_START && this.around.dht !== 'off') this.answer();
  }

  private answer(): void {
    const frame = dht11Frame(this.around.humedad, this.around.temperatura);
    if (this.around.dht === 'corrupt') frame[4] = (frame[4] ?? 0) ^ 1;
    this.play([{ level: 'released', micros: BEFORE_ANSWER }, ...answerPulses(frame)], this.turn);
  }

  private play([pulse, ...rest]: Pulse[], turn: number): void {
    if (turn !== this.turn) return;
    this.wire.drive(pulse?.level ?? 'released');
    if (pulse) this.wire.after(pulse.micros, () => this.play(rest, turn));
  }
}

function answerPulses(frame: number[]): Pulse[] {
  const pulses: Pulse[] = [
    { level: 'low', micros: ANSWER_LOW },
    { level: 'released', micros: ANSWER_HIGH },
  ];
  for (const byte of frame) {
    for (let bit = 7; bit >= 0; bit--) {
      pulses.push({ level: 'low', micros: BIT_LOW });
      pulses.push({ level: 'released', micros: (byte >> bit) & 1 ? ONE_HIGH : ZERO_HIGH });
    }
  }
  pulses.push({ level: 'low', micros: BIT_LOW });
  return pulses;
}
