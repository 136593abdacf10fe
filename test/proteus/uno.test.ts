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
});
