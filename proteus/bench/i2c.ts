import type { AVRTWI, CPU, TWIEventHandler } from 'avr8js';
import { CLOCK_HZ } from './clock';

/** A part on an I2C bus, which the board writes to and reads from. */
export interface I2cPart {
  /** Its address, 7 bits. */
  readonly address: number;
  /** Whether it answers to its address now. */
  isThere(): boolean;
  /** A transfer to it begins. */
  begin(): void;
  write(byte: number): void;
  read(): number;
}

/** A byte and its acknowledgement. */
const BITS = 9;

/** The bus between a chip and the parts on it. avr8js transfers in no time; here each byte takes as long as on the wire. */
export class I2cBus implements TWIEventHandler {
  private part: I2cPart | undefined;

  constructor(
    private readonly cpu: CPU,
    private readonly twi: AVRTWI,
    private readonly parts: readonly I2cPart[],
  ) {}

  start(): void {
    this.after(1, () => this.twi.completeStart());
  }

  stop(): void {
    this.part = undefined;
    this.after(1, () => this.twi.completeStop());
  }

  connectToSlave(address: number, write: boolean): void {
    this.part = this.parts.find((part) => part.address === address && part.isThere());
    if (write) this.part?.begin();
    this.after(BITS, () => this.twi.completeConnect(this.part !== undefined));
  }

  writeByte(value: number): void {
    this.after(BITS, () => {
      this.part?.write(value);
      this.twi.completeWrite(this.part !== undefined);
    });
  }

  readByte(): void {
    this.after(BITS, () => this.twi.completeRead(this.part?.read() ?? 0xff));
  }

  private after(bits: number, action: () => void): void {
    this.cpu.addClockEvent(action, Math.round((bits * CLOCK_HZ) / this.twi.sclFrequency));
  }
}
