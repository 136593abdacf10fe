import type { Wire } from './wire';

/** What a part expects of the next slot on its wire: a bit of the host, which it is given, or to send one of its own. */
export type Slot = 'receive' | { send: () => number };

/** What a part says and hears from one reset to the next; each `yield` is a slot and gives the bit that was received. */
export type Talk = Generator<Slot, void, number>;

// Times of the data sheet of the DS18B20 (Maxim 19-7487, "1-Wire Signaling" and the table of AC characteristics), µs.
const SHORTEST_RESET = 480;
const BEFORE_PRESENCE = 30;
const PRESENCE = 120;
const SAMPLED_AFTER = 30;
const ZERO_HELD = 30;

const READ_ROM = 0x33;
const MATCH_ROM = 0x55;
const SEARCH_ROM = 0xf0;
const SKIP_ROM = 0xcc;

/** A part on a 1-Wire bus: answers resets, lets itself be found and chosen by its number, and then does what it is told. */
export class OneWire {
  private hostIsLow = false;
  private lowSince = 0;
  private talk: Talk | undefined;
  private slot: Slot | undefined;
  /** Counts resets: what is still scheduled for an older one is void. */
  private turn = 0;

  /**
   * @param rom the eight bytes of the part's number, see romOf
   * @param functions begins what the part does once it is chosen
   * @param isThere whether the part is on the bus at all
   */
  constructor(
    private readonly wire: Wire,
    private readonly rom: readonly number[],
    private readonly functions: () => Talk,
    private readonly isThere: () => boolean,
  ) {}

  /** To be called when the host begins (`true`) or ceases (`false`) to pull the wire low. */
  hostPullsLow(low: boolean): void {
    this.hostIsLow = low;
    const now = this.wire.now();
    if (low) {
      this.lowSince = now;
      this.begin();
    } else if (now - this.lowSince >= SHORTEST_RESET) this.reset();
  }

  private reset(): void {
    this.turn++;
    this.talk = undefined;
    this.wire.drive('released');
    if (!this.isThere()) return;
    this.later(BEFORE_PRESENCE, () => {
      this.wire.drive('low');
      this.later(PRESENCE, () => {
        this.wire.drive('released');
        this.talk = this.chosen();
        this.next(0);
      });
    });
  }

  /** A slot begins. */
  private begin(): void {
    const { slot, talk } = this;
    if (talk === undefined || slot === undefined) return;
    this.slot = undefined;
    if (slot === 'receive') {
      this.later(SAMPLED_AFTER, () => this.next(this.hostIsLow ? 0 : 1));
      return;
    }
    if (slot.send() === 0) {
      this.wire.drive('low');
      this.later(ZERO_HELD, () => this.wire.drive('released'));
    }
    this.next(0);
  }

  private next(bit: number): void {
    const step = this.talk?.next(bit);
    this.slot = step === undefined || step.done ? undefined : step.value;
  }

  private later(micros: number, action: () => void): void {
    const { turn } = this;
    this.wire.after(micros, () => {
      if (turn === this.turn) action();
    });
  }

  private *chosen(): Talk {
    const command = yield* receiveByte();
    if (command === READ_ROM) yield* sendBytes(() => this.rom);
    else if (command === MATCH_ROM) {
      for (const byte of this.rom) if ((yield* receiveByte()) !== byte) return;
    } else if (command === SEARCH_ROM) {
      for (const bit of this.rom.flatMap(bitsOf)) {
        yield { send: () => bit };
        yield { send: () => bit ^ 1 };
        if ((yield 'receive') !== bit) return;
      }
      return;
    } else if (command !== SKIP_ROM) return;
    yield* this.functions();
  }
}

/** Receives a byte, its lowest bit first. */
export function* receiveByte(): Generator<Slot, number, number> {
  let byte = 0;
  for (let bit = 0; bit < 8; bit++) byte |= (yield 'receive') << bit;
  return byte;
}

/** Sends bytes; they are asked for when the first slot is there. */
export function* sendBytes(bytes: () => readonly number[]): Talk {
  for (const byte of bytes()) for (const bit of bitsOf(byte)) yield { send: () => bit };
}

function bitsOf(byte: number): number[] {
  return Array.from({ length: 8 }, (_, bit) => (byte >> bit) & 1);
}

/** @returns the eight bytes of a number: the family, the serial number (six bytes), and the check of these */
export function romOf(family: number, serial: readonly number[]): number[] {
  return withCrc8([family, ...serial]);
}

/**
 * @returns the bytes with their CRC behind them (x^8 + x^5 + x^4 + 1, the lowest bit first): A2 for the number
 * 02 1C B8 01 00 00 00 of Maxim's application note 27
 */
export function withCrc8(bytes: readonly number[]): number[] {
  let crc = 0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >> 1) ^ 0x8c : crc >> 1;
  }
  return [...bytes, crc];
}
