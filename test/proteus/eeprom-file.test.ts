import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { EepromFile } from '../../proteus/bench/eeprom-file';

describe('an EEPROM in a file', () => {
  let folder: string;
  let file: string;
  beforeEach(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'eeprom-'));
    file = path.join(folder, 'eeprom');
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  it('is erased at first, and has at the next start what was written', () => {
    const first = new EepromFile(file);
    assert.equal(first.readMemory(5), 0xff);
    first.eraseMemory(5);
    first.writeMemory(5, 0x42);
    first.save();
    assert.equal(new EepromFile(file).readMemory(5), 0x42);
  });

  it('is refused where it cannot be one of an UNO', () => {
    writeFileSync(file, Buffer.alloc(1025));
    assert.throws(() => new EepromFile(file), { name: 'BenchError', message: /1025 bytes.*1024/ });
    assert.throws(() => new EepromFile(folder), { name: 'BenchError', message: /cannot read the EEPROM/ });
  });
});
