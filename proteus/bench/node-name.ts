import { BenchError } from './errors';

/** Where firmware/nodo/node_name.cpp looks for a name: these two bytes, its length, its characters, and their sum. */
const MARK = [0x4e, 0x01];

/** Names that the firmware takes: they stand in its JSON as they are. */
const NAME = /^[A-Za-z0-9_.-]{1,32}$/;

/**
 * @returns what has to stand at the beginning of a board's EEPROM for it to sign its readings with this name
 * @throws BenchError for a name that the firmware would not take
 */
export function nameInEeprom(name: string): Uint8Array {
  if (!NAME.test(name)) {
    throw new BenchError(
      `a node name has 1 to 32 letters, digits, '_', '.' or '-', not ${JSON.stringify(name.slice(0, 40))}`,
    );
  }
  const characters = [...Buffer.from(name, 'latin1')];
  const sum = characters.reduce((total, byte) => total + byte, characters.length) & 0xff;
  return Uint8Array.from([...MARK, characters.length, ...characters, sum]);
}
