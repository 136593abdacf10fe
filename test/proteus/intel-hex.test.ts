import assert from 'node:assert/strict';
import { parseIntelHex } from '../../proteus/bench/intel-hex';

/** One record with its checksum. */
function record(type: number, address: number, ...data: number[]): string {
  const bytes = [data.length, address >> 8, address & 0xff, type, ...data];
  const checksum = -bytes.reduce((sum, byte) => sum + byte, 0) & 0xff;
  return `:${Buffer.from([...bytes, checksum])
    .toString('hex')
    .toUpperCase()}`;
}

const END = record(1, 0);

describe('an Intel HEX program', () => {
  it('is read into words, low byte first, erased where it says nothing', () => {
    const flash = parseIntelHex([record(0, 0, 0x0c, 0x94), record(0, 6, 0xaa), END, ''].join('\r\n'));
    assert.equal(flash.length, 0x4000);
    assert.deepEqual([...flash.subarray(0, 5)], [0x940c, 0xffff, 0xffff, 0xffaa, 0xffff]);
  });

  it('may use segment and linear addresses, and start addresses', () => {
    const flash = parseIntelHex(
      [
        record(2, 0, 0x01, 0x00),
        record(0, 2, 0x11, 0x22),
        record(4, 0, 0, 0),
        record(3, 0, 0, 0, 0, 0),
        record(0, 0, 0x33),
        END,
      ].join('\n'),
    );
    assert.equal(flash[0x1002 / 2], 0x2211);
    assert.equal(flash[0], 0xff33);
  });

  for (const [what, text, complaint] of [
    ['is cut short', record(0, 0, 1), /end-of-file record is missing/],
    ['is empty', END, /holds no program/],
    ['is something else', 'ELF\n', /^line 1: not an Intel HEX record/],
    ['has a wrong checksum', `${record(0, 0, 1)}\n:00000001FE`, /^line 2: wrong checksum/],
    ['has a wrong length', ':0200000001FD', /^line 1: the record announces 2 bytes and holds 1/],
    ['has a short address record', record(4, 0, 0), /^line 1: an address record holds 2 bytes/],
    ['has a strange record', record(9, 0), /^line 1: unknown record type 9/],
    ['is for a larger chip', record(0, 0x7fff, 1, 2), /^line 1: address 0x7fff is beyond the UNO's 32 KiB/],
  ] as const) {
    it(`that ${what} is refused`, () => {
      assert.throws(() => parseIntelHex(text), { name: 'BenchError', message: complaint });
    });
  }
});
