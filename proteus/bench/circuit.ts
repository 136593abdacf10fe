import { Dht11 } from './dht11';
import { DEFAULT_SURROUNDINGS, type Surroundings } from './surroundings';
import { Uno } from './uno';

/** Where the sensors are wired; see ../circuit.svg. */
const DHT11_PIN = 2;
const RADIATION_PIN = 1;

/** The node's circuit: an UNO with a DHT11 on digital pin 2 and a voltage on A1. */
export class Circuit {
  readonly board: Uno;
  private readonly around: Surroundings;

  /** @param program flash words, see parseIntelHex */
  constructor(program: Uint16Array, surroundings: Partial<Surroundings> = {}) {
    this.around = { ...DEFAULT_SURROUNDINGS };
    this.board = new Uno(program);
    const wire = this.board.wireAt(DHT11_PIN, (low) => sensor.hostPullsLow(low));
    const sensor = new Dht11(wire, this.around);
    this.set(surroundings);
  }

  /** Changes what the sensors see from now on; what is not named stays. */
  set(change: Partial<Surroundings>): void {
    Object.assign(this.around, change);
    this.board.setAnalog(RADIATION_PIN, this.around.a1);
  }
}
