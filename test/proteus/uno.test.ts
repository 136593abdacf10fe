import { EEPROMMemoryBackend } from 'avr8js';
import { assemble } from 'avr8js/dist/cjs/utils/assembler';
import assert from 'node:assert/strict';
import { Uno } from '../../proteus/bench/uno';

function program(source: string): Uint16Array {
  const { bytes, errors } = assemble(source);
  assert.deepEqual(errors, []);
  const flash = new Uint8Array(0x8000).fill(0xff);
  flash.set(bytes);
  return new Uint16Array(flash.buffer);
}

/** 9600 baud, receiver and transmitter on, every byte sent back. */
const ECHO = `
      ldi r16, 0x18
      sts 0xc1, r16
      ldi r16, 103
      sts 0xc4, r16
loop: lds r17, 0xc0
      sbrs r17, 7
      rjmp loop
      lds r18, 0xc6
      sts 0xc6, r18
      rjmp loop
`;

/** Sleeps for ever, with no interrupt that could wake it; sleep enabled or not. */
const sleeper = (enable: number) => `
      ldi r16, ${enable}
      out 0x33, r16
loop: sleep
      rjmp loop
`;

/** A program with the interrupt handlers it needs: vectors are two words each (ATmega328P datasheet, table 12-6). */
const withVectors = (handlers: Record<number, string>, source: string): Uint16Array =>
  program(
    Array.from(
      { length: 26 },
      (_, index) => `jmp ${handlers[index] ?? (index === 0 ? 'main' : 'stray')}`,
    ).join('\n') + `\nstray: reti\n${source}`,
  );
const WATCHDOG_VECTOR = 6;
const TIMER_0_OVERFLOW_VECTOR = 16;

/** Sends r18, then goes on; needs a transmitter that is on. */
const SEND = `
send: lds r17, 0xc0
      sbrs r17, 5
      rjmp send
      sts 0xc6, r18
      ret
`;
const TRANSMITTER_ON = `
      ldi r16, 0x08
      sts 0xc1, r16
      ldi r16, 103
      sts 0xc4, r16
`;

/** Serial.begin writes UCSR0A each time it is called. */
const BEGINS_TWICE = `
      rjmp main
${SEND}
main: ${TRANSMITTER_ON}
      ldi r16, 0
      sts 0xc0, r16
      ldi r18, 0x41
      rcall send
      sts 0xc0, r16
      ldi r18, 0x42
      rcall send
end:  rjmp end
`;

/** Reads port B with a pull-up on its pin 0 alone, and sends what it reads; pins 1 to 7 are open. */
const PULLS_UP = `
      rjmp main
${SEND}
main: ${TRANSMITTER_ON}
      ldi r16, 0x01
      out 0x05, r16
      nop
      in r18, 0x03
      rcall send
      ldi r16, 0
      out 0x05, r16
      nop
      in r18, 0x03
      rcall send
end:  rjmp end
`;

/** Sleeps for the 16 ms of its watchdog's shortest time, again and again, and sends how often timer 0 has overflowed. */
const sleepsBetweenBites = (sleepMode: number): Uint16Array =>
  withVectors(
    { [WATCHDOG_VECTOR]: 'bite', [TIMER_0_OVERFLOW_VECTOR]: 'tick' },
    `
tick: inc r20
      reti
bite: ldi r21, 1
      reti
${SEND}
main: ${TRANSMITTER_ON}
      ldi r16, 0x03
      out 0x25, r16
      ldi r16, 0x01
      sts 0x6e, r16
      ldi r16, 0x18
      sts 0x60, r16
      ldi r16, 0x40
      sts 0x60, r16
      ldi r16, ${(sleepMode << 1) | 1}
      out 0x33, r16
      ldi r20, 0
      sei
loop: ldi r21, 0
doze: sleep
      cpi r21, 1
      brne doze
      mov r18, r20
      rcall send
      rjmp loop
`,
  );

/** Sends where its reset came from, then waits until the watchdog resets it (16 ms). */
const BITTEN = `
      rjmp main
${SEND}
main: in r18, 0x34
      ldi r16, 0
      out 0x34, r16
      ${TRANSMITTER_ON}
      rcall send
      ldi r16, 0x18
      sts 0x60, r16
      ldi r16, 0x08
      sts 0x60, r16
end:  rjmp end
`;

/** Sends the byte at EEPROM address 0, then stores 0x42 there. */
const REMEMBERS = `
      rjmp main
${SEND}
main: ${TRANSMITTER_ON}
      ldi r16, 0x01
      out 0x1f, r16
      in r18, 0x20
      rcall send
      ldi r16, 0x42
      out 0x20, r16
      ldi r16, 0x04
      out 0x1f, r16
      ldi r16, 0x06
      out 0x1f, r16
end:  rjmp end
`;

describe('the emulated UNO', () => {
  it('runs for the time it is told', () => {
    const board = new Uno(program(ECHO));
    board.run(0.01);
    board.run(0.005);
    assert.ok(Math.abs(board.micros - 15_000) < 1);
  });

  it('sends received bytes back at the pace of its line', () => {
    const board = new Uno(program(ECHO));
    board.run(0.001);
    board.serial.send(Buffer.from('hola'));
    board.run(0.0035);
    const early = board.serial.takeOutput().toString();
    board.run(0.01);
    assert.equal(early + board.serial.takeOutput().toString(), 'hola');
    assert.ok(early.length < 4, 'four bytes at 9600 baud take more than 4 ms');
  });

  it('loses bytes that are sent before the program listens', () => {
    const board = new Uno(program(ECHO));
    board.serial.send(Buffer.from('early'));
    board.run(0.02);
    assert.equal(board.serial.takeOutput().length, 0);
  });

  it('skips the time it sleeps, and only where the program allows sleep', () => {
    const seconds = (enable: number, virtual: number) => {
      const board = new Uno(program(sleeper(enable)));
      const before = performance.now();
      board.run(virtual);
      assert.ok(Math.abs(board.micros / 1e6 - virtual) < 1e-6);
      return (performance.now() - before) / 1000;
    };
    assert.ok(seconds(1, 20) < 0.1, 'twenty seconds of sleep cost nothing');
    assert.ok(seconds(0, 0.5) > 0.01, 'half a second without sleep is run instruction by instruction');
  });

  it('goes on sending after a second Serial.begin()', () => {
    const board = new Uno(program(BEGINS_TWICE));
    board.run(0.01);
    assert.equal(board.serial.takeOutput().toString(), 'AB');
  });

  it('reads an open pin high while its pull-up is on', () => {
    const board = new Uno(program(PULLS_UP));
    board.run(0.01);
    assert.deepEqual([...board.serial.takeOutput()], [1, 0]);
  });

  it('lets no timer run and wake it in power-down, only the watchdog', () => {
    const board = new Uno(sleepsBetweenBites(2));
    for (let slice = 0; slice < 100; slice++) board.run(0.001);
    // 16 ms of its own oscillator, 1 ms until the crystal is steady, and 1 ms to send.
    const ticks = [...board.serial.takeOutput()];
    assert.ok(ticks.length >= 5 && ticks.length <= 6, `woken ${ticks.length} times in 100 ms`);
    assert.ok(ticks.at(-1)! <= 6, `timer 0 overflowed ${ticks.at(-1)} times in what were some 6 ms awake`);
  });

  it('lets the timers run on in idle', () => {
    const board = new Uno(sleepsBetweenBites(0));
    board.run(0.1);
    const ticks = [...board.serial.takeOutput()];
    assert.ok(ticks.at(-1)! > 85, `timer 0 overflowed ${ticks.at(-1)} times in 100 ms, at 1.024 ms each`);
  });

  it('says that it takes ADC noise reduction as idle', () => {
    const board = new Uno(sleepsBetweenBites(1));
    assert.equal(board.remarks, '');
    board.run(0.01);
    assert.match(board.remarks, /ADC noise reduction/);
  });

  it('begins anew when its watchdog bites, and tells that from being switched on', () => {
    const board = new Uno(program(BITTEN));
    board.run(0.1);
    const [first, ...others] = board.serial.takeOutput();
    assert.equal(first, 1);
    assert.ok(others.length >= 4, `reset ${others.length} times in 100 ms`);
    assert.ok(others.every((cause) => cause === 8));
  });

  it('begins anew after a brown-out', () => {
    const board = new Uno(program(BITTEN));
    board.run(0.005);
    board.brownOut();
    board.run(0.005);
    assert.deepEqual([...board.serial.takeOutput()], [1, 4]);
  });

  it('keeps its EEPROM when it is switched off', () => {
    const eeprom = new EEPROMMemoryBackend(1024);
    const stored = (): number | undefined => {
      const board = new Uno(program(REMEMBERS), eeprom);
      board.run(0.02);
      return board.serial.takeOutput()[0];
    };
    assert.equal(stored(), 0xff);
    assert.equal(stored(), 0x42);
  });
});
