import type { AVRPortConfig, CPU, CPUMemoryHook, usart0Config } from 'avr8js';

/** UCSR0A: what the program cannot write (ATmega328P datasheet, 20.11.2), and TXC, which a one clears. */
const READ_ONLY = 0x80 | 0x20 | 0x10 | 0x08 | 0x04;
const TRANSMIT_COMPLETE = 0x40;

/**
 * avr8js 0.21.1 clears the status bits of the serial port with each write of UCSR0A, "data register empty" among them. The
 * second Serial.begin() of a sketch writes there: the transmitter then waits for a bit that never comes, and the board
 * is mute. To be taken out once avr8js keeps those bits.
 */
export function keepStatusBits(cpu: CPU, { UCSRA }: typeof usart0Config): void {
  after(cpu, UCSRA, (value, before) => {
    const kept = before & (READ_ONLY | (TRANSMIT_COMPLETE & ~value));
    cpu.data[UCSRA] = (cpu.data[UCSRA] ?? 0) | kept;
  });
}

/**
 * avr8js 0.21.1 lets an open pin read low also where its pull-up resistor is on: a button that nobody presses is pressed.
 * To be taken out once an open pin with a pull-up reads high there.
 * @param onChange told of each pin whose pull-up is switched
 */
export function followPullUps(
  cpu: CPU,
  { DDR, PORT, PIN }: AVRPortConfig,
  onChange: (pin: number, up: boolean) => void,
): void {
  let ups = 0;
  const follow = (): void => {
    const now = (cpu.data[PORT] ?? 0) & ~(cpu.data[DDR] ?? 0);
    const changed = now ^ ups;
    ups = now;
    for (let pin = 0; pin < 8; pin++) if (changed & (1 << pin)) onChange(pin, (now & (1 << pin)) !== 0);
  };
  for (const register of [DDR, PORT, PIN]) after(cpu, register, follow);
}

/** Runs `then` behind what avr8js does when a register is written. */
function after(cpu: CPU, register: number, then: (value: number, before: number) => void): void {
  const hook: CPUMemoryHook | undefined = cpu.writeHooks[register];
  cpu.writeHooks[register] = (value, before, address, mask) => {
    const done = hook?.(value, before, address, mask);
    if (done !== true) cpu.data[register] = value;
    then(value, before);
    return true;
  };
}
