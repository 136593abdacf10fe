import { OneWire, receiveByte, romOf, sendBytes, withCrc8, type Talk } from './one-wire';
import type { Surroundings } from './surroundings';
import type { Wire } from './wire';

/** The data sheet is Maxim's 19-7487. */
const FAMILY = 0x28;
/** Any: it tells sensors on one wire apart. */
const SERIAL = [0x15, 0x4c, 0x69, 0x62, 0x61, 0x00];

const CONVERT = 0x44;
const READ_SCRATCHPAD = 0xbe;
const WRITE_SCRATCHPAD = 0x4e;
const COPY_SCRATCHPAD = 0x48;
const RECALL = 0xb8;
const READ_SUPPLY = 0xb4;

/** What stands in the temperature register before the first conversion: 85 °C. */
const POWER_ON = 0x0550;
/** Alarm limits and configuration as they leave the factory: 75 °C, 70 °C, 12 bits. */
const FACTORY = [0x4b, 0x46, 0x7f];
/** The longest time that 12 bits take, µs; each bit less halves it. */
const CONVERSION = 750_000;

/** @returns the temperature register of a DS18B20 for °C: sixteenths, so many bits of them valid (9 to 12) */
export function temperatureRegister(celsius: number, bits = 12): number {
  const sixteenths = Math.round(Math.min(125, Math.max(-55, celsius)) * 16);
  const unused = 12 - bits;
  return ((sixteenths >> unused) << unused) & 0xffff;
}

/** A DS18B20 with a supply of its own: a digital thermometer on one wire. */
export class Ds18b20 {
  private readonly link: OneWire;
  private temperature = POWER_ON;
  private settings = [...FACTORY];
  private stored = [...FACTORY];
  private readyAt = 0;
  private measured: number | undefined;

  constructor(
    private readonly wire: Wire,
    private readonly around: Readonly<Surroundings>,
  ) {
    const rom = romOf(FAMILY, SERIAL);
    this.link = new OneWire(
      wire,
      rom,
      () => this.functions(),
      () => around.ds18b20 !== 'off',
    );
  }

  /** To be called when the host begins (`true`) or ceases (`false`) to pull the wire low. */
  hostPullsLow(low: boolean): void {
    this.link.hostPullsLow(low);
  }

  private *functions(): Talk {
    switch (yield* receiveByte()) {
      case CONVERT:
        this.convert();
        // As long as it is asked, it says 0 while it is at work.
        for (;;) yield { send: () => (this.wire.now() < this.readyAt ? 0 : 1) };
      case READ_SCRATCHPAD:
        return yield* sendBytes(() => this.scratchpad());
      case WRITE_SCRATCHPAD:
        for (const index of this.settings.keys()) this.settings[index] = yield* receiveByte();
        return;
      case COPY_SCRATCHPAD:
        this.stored = [...this.settings];
        return;
      case RECALL:
        this.settings = [...this.stored];
        return;
      case READ_SUPPLY:
        yield { send: () => 1 };
    }
  }

  private convert(): void {
    this.settle();
    this.readyAt = this.wire.now() + CONVERSION / 2 ** (12 - this.bits);
    this.measured = temperatureRegister(this.around.temperatura, this.bits);
  }

  /** What was measured is there once its time has come. */
  private settle(): void {
    if (this.measured === undefined || this.wire.now() < this.readyAt) return;
    this.temperature = this.measured;
    this.measured = undefined;
  }

  private get bits(): number {
    return 9 + (((this.settings[2] ?? 0) >> 5) & 3);
  }

  private scratchpad(): number[] {
    this.settle();
    const { temperature, settings } = this;
    const [high = 0, low = 0, configuration = 0] = settings;
    const bytes = withCrc8([
      temperature & 0xff,
      temperature >> 8,
      high,
      low,
      (configuration & 0x60) | 0x1f,
      0xff,
      0x0c,
      0x10,
    ]);
    if (this.around.ds18b20 === 'corrupt') bytes[0] = (bytes[0] ?? 0) ^ 1;
    return bytes;
  }
}
