import type { Surroundings } from './surroundings';
import type { Wire, WireLevel } from './wire';

interface Pulse {
  level: WireLevel;
  micros: number;
}

/** What tells one sensor of the DHT family from another. */
export interface DhtModel {
  /** The shortest start signal it takes, µs. */
  shortestStart: number;
  /** The bytes it sends for a relative humidity (%) and a temperature (°C), the sum at the end. */
  frame(humedad: number, temperatura: number): number[];
}

// Times of the Aosong datasheets of DHT11 and DHT22 (AM2302), µs.
const BEFORE_ANSWER = 30;
const ANSWER_LOW = 80;
const ANSWER_HIGH = 80;
const BIT_LOW = 50;
const ZERO_HIGH = 26;
const ONE_HIGH = 70;

/** @returns the bytes with their sum behind them, as every DHT sends it */
export function withSum(values: number[]): number[] {
  return [...values, values.reduce((sum, byte) => sum + byte, 0) & 0xff];
}

/** A DHT sensor: waits for the host's start signal on its wire and answers with what it sees around it. */
export class Dht {
  private lowSince: number | undefined;
  /** Counts start signals: what is still scheduled for an older one is void. */
  private turn = 0;

  constructor(
    private readonly model: DhtModel,
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
    const isStart = start !== undefined && now - start >= this.model.shortestStart;
    if (isStart && this.around.dht !== 'off') this.answer();
  }

  private answer(): void {
    const frame = this.model.frame(this.around.humedad, this.around.temperatura);
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
