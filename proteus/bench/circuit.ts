import type { EEPROMBackend } from 'avr8js';
import { Bmp280 } from './bmp280';
import { Dht } from './dht';
import { DHT11 } from './dht11';
import { DHT22 } from './dht22';
import { Ds18b20 } from './ds18b20';
import { DEFAULT_SURROUNDINGS, type Part, type Sensor, type Surroundings } from './surroundings';
import { Uno } from './uno';

/** Where the sensors are wired; see ../circuit.svg. */
const SENSOR_PIN = 2;
const ONE_WIRE_PIN = 3;
const RADIATION_PIN = 1;

const MODELS = { dht11: DHT11, dht22: DHT22 };

/** What the circuit is built of, where it differs from the node's. */
export interface Parts {
  sensor?: Sensor;
  /** further sensors beside it */
  parts?: readonly Part[];
  eeprom?: EEPROMBackend;
}

/**
 * The node's circuit: an UNO with a DHT11 or DHT22 on digital pin 2 and a voltage on A1; and where they are asked for, a
 * DS18B20 on digital pin 3 and a BMP280 on the I2C bus.
 */
export class Circuit {
  readonly board: Uno;
  /** What the sensors see, and what the serial line does to its bytes. */
  readonly around: Readonly<Surroundings>;

  /** @param program flash words, see parseIntelHex */
  constructor(
    program: Uint16Array,
    surroundings: Partial<Surroundings> = {},
    { sensor = 'dht11', parts = [], eeprom }: Parts = {},
  ) {
    this.around = { ...DEFAULT_SURROUNDINGS };
    this.board = new Uno(program, eeprom);
    const wire = this.board.wireAt(SENSOR_PIN, (low) => dht.hostPullsLow(low));
    const dht = new Dht(MODELS[sensor], wire, this.around);
    if (parts.includes('ds18b20')) {
      const oneWire = this.board.wireAt(ONE_WIRE_PIN, (low) => thermometer.hostPullsLow(low));
      const thermometer = new Ds18b20(oneWire, this.around);
    }
    if (parts.includes('bmp280')) this.board.onI2c(new Bmp280(() => this.board.micros, this.around));
    this.set(surroundings);
  }

  /** Changes what the sensors see from now on; what is not named stays. */
  set(change: Partial<Surroundings>): void {
    Object.assign(this.around, change);
    this.board.setAnalog(RADIATION_PIN, this.around.a1);
  }
}
