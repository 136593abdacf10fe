import { EEPROMMemoryBackend } from 'avr8js';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { BenchError, codeOf, messageOf } from './errors';

/** EEPROM of the ATmega328P, in bytes. */
const EEPROM_BYTES = 1024;

/** An EEPROM whose content stands in a file, byte by byte, and is there again at the next start. */
export class EepromFile extends EEPROMMemoryBackend {
  private changed = false;

  /**
   * @param file need not be there: the EEPROM is then an erased one
   * @throws BenchError when it cannot be read, or is too large
   */
  constructor(private readonly file: string) {
    super(EEPROM_BYTES);
    const content = read(file);
    if (content.length > EEPROM_BYTES) {
      throw new BenchError(
        `${file} holds ${content.length} bytes; the UNO's EEPROM has room for ${EEPROM_BYTES}`,
      );
    }
    content.forEach((byte, address) => {
      this.eraseMemory(address);
      this.writeMemory(address, byte);
    });
    this.changed = false;
  }

  override writeMemory(address: number, value: number): void {
    super.writeMemory(address, value);
    this.changed = true;
  }

  override eraseMemory(address: number): void {
    super.eraseMemory(address);
    this.changed = true;
  }

  /** Writes what has changed since the last call. @throws BenchError when that is not possible */
  save(): void {
    if (!this.changed) return;
    this.changed = false;
    const content = Uint8Array.from({ length: EEPROM_BYTES }, (_, address) => this.readMemory(address));
    const fresh = `${this.file}.${process.pid}`;
    try {
      writeFileSync(fresh, content);
      renameSync(fresh, this.file);
    } catch (cause) {
      throw new BenchError(`cannot keep the EEPROM in ${this.file}: ${messageOf(cause)}`, { cause });
    }
  }
}

function read(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (cause) {
    if (codeOf(cause) === 'ENOENT') return Buffer.alloc(0);
    throw new BenchError(`cannot read the EEPROM ${file}: ${messageOf(cause)}`, { cause });
  }
}
