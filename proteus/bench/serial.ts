import type { AVRUSART } from 'avr8js';

/** What may wait for the board's receiver; a sender that is faster than the line loses the rest. */
const INPUT_LIMIT = 4096;

/** The board's serial port, seen from outside: bytes out, bytes in at the line's own pace. */
export class Serial {
  private usart: AVRUSART | undefined;
  private output: number[] = [];
  private input: number[] = [];

  /** @param clocked whether the port's clock runs: in deep sleep what arrives is lost */
  constructor(private readonly clocked: () => boolean) {}

  /** Joins the line to the port of a chip that begins anew. What was on its way to the old one is lost. */
  attach(usart: AVRUSART): void {
    this.usart = usart;
    this.input = [];
    usart.onByteTransmit = (byte) => this.output.push(byte);
    usart.onRxComplete = () => this.feed();
  }

  /** All that the board has sent since the last call. */
  takeOutput(): Buffer {
    if (this.output.length === 0) return Buffer.alloc(0);
    const taken = Buffer.from(this.output);
    this.output = [];
    return taken;
  }

  /** Sends bytes to the board. A board that does not listen loses them. */
  send(bytes: Uint8Array): void {
    if (!this.usart?.rxEnable || !this.clocked()) return;
    this.input.push(...bytes.subarray(0, INPUT_LIMIT - this.input.length));
    if (!this.usart.rxBusy) this.feed();
  }

  private feed(): void {
    const next = this.input.shift();
    if (next !== undefined) this.usart?.writeByte(next);
  }
}
