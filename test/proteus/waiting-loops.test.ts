import { EEPROMMemoryBackend } from 'avr8js';
import { assemble } from 'avr8js/dist/cjs/utils/assembler';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parseIntelHex } from '../../proteus/bench/intel-hex';
import { Uno } from '../../proteus/bench/uno';
import { findWaitingLoops } from '../../proteus/bench/waiting-loops';

const WEATHER = path.join(__dirname, '..', '..', 'proteus', 'sketches', 'weather', 'weather.hex');
const SLICE_SECONDS = 0.0007;

/** What a program sends and when, all that it leaves, and the CPU time that took. */
function run(program: Uint16Array, everyRound: boolean, seconds: number) {
  const board = new Uno(program, new EEPROMMemoryBackend(0x400), everyRound);
  const begun = process.cpuUsage();
  const sent: string[] = [];
  while (board.micros < seconds * 1e6) {
    board.run(SLICE_SECONDS);
    const bytes = board.serial.takeOutput();
    if (bytes.length > 0) sent.push(`${board.micros}: ${bytes.toString('latin1')}`);
  }
  const { user, system } = process.cpuUsage(begun);
  return {
    sent,
    micros: board.micros,
    memory: Buffer.from(board.memory).toString('hex'),
    cpu: user + system,
  };
}

/** A round of delay() as avr-gcc makes it, with `inside` in it; micros() is a function of its own. */
const round = (inside: string, low = '0xe8', inMicros = '') => {
  const { bytes, errors } = assemble(`
      rjmp start
micros: in r19, 0x3f
      cli
      lds r24, 0x2b8
      in r18, 0x26
      sbis 0x15, 0
      rjmp ready
      adiw r24, 1
ready: out 0x3f, r19
      ${inMicros}
      ret
start: nop
again: ${inside}
      call micros
      sub r22, r8
      sbc r23, r9
      sbc r24, r10
      sbc r25, r11
      cpi r22, ${low}
      sbci r23, 0x03
      cpc r24, r1
      cpc r25, r1
      brcs again
end:  rjmp end
`);
  assert.deepEqual(errors, []);
  const flash = new Uint8Array(0x200);
  flash.set(bytes);
  return findWaitingLoops(new Uint16Array(flash.buffer));
};

describe('the rounds in which delay() waits', () => {
  it('are passed over without a trace: every byte leaves at the same moment, all of the memory is the same', () => {
    const program = parseIntelHex(readFileSync(WEATHER, 'utf8'));
    const { cpu: all, ...every } = run(program, true, 3);
    const { cpu: few, ...passed } = run(program, false, 3);
    assert.ok(every.sent.length > 100);
    assert.deepEqual(passed, every);
    assert.ok(few < all * 0.6, `${few} of ${all} µs`);
  });

  it('are known by what they do, whatever the registers', () => {
    const [loop, ...others] = round('nop');
    assert.deepEqual(others, []);
    assert.deepEqual(loop?.now, [22, 23, 24, 25]);
    assert.deepEqual(loop?.start, [8, 9, 10, 11]);
    assert.equal(round('cp r12, r1').length, 1);
  });

  it('are none where something is done or looked at meanwhile, or another time is waited for', () => {
    assert.deepEqual(round('sts 0x100, r2'), []);
    assert.deepEqual(round('in r2, 0x09'), []);
    assert.deepEqual(round('in r2, 0x26'), []);
    assert.deepEqual(round('lds r2, 0x29'), []);
    assert.deepEqual(round('sbi 0x05, 0'), []);
    assert.deepEqual(round('ld r2, Z'), []);
    assert.deepEqual(round('nop', '0xe9'), []);
    assert.deepEqual(round('nop', '0xe8', 'sts 0x100, r2'), []);
  });
});
