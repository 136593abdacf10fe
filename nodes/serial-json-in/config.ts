import { readChoice, readText, readWholeNumber, type FieldValue } from '../shared/fields';
import { UserError } from '../shared/user-error';
import type { LineFormat } from './port-connection';
import type { SerialJsonInDef } from './types';

/** The node's settings, checked. */
export interface SerialJsonInConfig {
  path: string;
  format: LineFormat;
  /** the longest line that is read, in bytes, without its line end */
  maxLineLength: number;
  /** an IANA time zone; empty for the machine's own */
  timeZone: string;
}

const DATA_BITS = [8, 7, 6, 5] as const;
const STOP_BITS = [1, 1.5, 2] as const;
const PARITIES = ['none', 'even', 'odd', 'mark', 'space'] as const;
const MAX_BAUD_RATE = 4_000_000;
const LONGEST_LINE = 1024 * 1024;

/**
 * Reads the settings that the dialog saved.
 * @throws UserError that names the field and its value
 */
export function readConfig(def: SerialJsonInDef): SerialJsonInConfig {
  const path = text(def.path, 'path');
  if (path === '') throw new UserError('serial-json-in.errors.no-path');
  return {
    path,
    format: {
      baudRate: wholeNumber(def.baudRate, 9600, 'baudRate', MAX_BAUD_RATE),
      dataBits: choice(def.dataBits, DATA_BITS, 'dataBits'),
      parity: choice(def.parity, PARITIES, 'parity'),
      stopBits: choice(def.stopBits, STOP_BITS, 'stopBits'),
    },
    maxLineLength: wholeNumber(def.maxLineLength, 4096, 'maxLineLength', LONGEST_LINE),
    timeZone: text(def.timeZone, 'timeZone'),
  };
}

function text(value: FieldValue, field: string): string {
  return readText(value, field, 'serial-json-in.errors.unset-variable');
}

function wholeNumber(value: FieldValue, otherwise: number, field: string, max: number): number {
  return readWholeNumber(
    text(value, field),
    { otherwise, min: 1, max },
    (wrong) => new UserError('serial-json-in.errors.not-a-number', { field, value: wrong, max }),
  );
}

function choice<T extends string | number>(
  value: FieldValue,
  choices: readonly [T, ...T[]],
  field: string,
): T {
  return readChoice(text(value, field), choices, (wrong) => {
    const params = { field, value: wrong, choices: choices.join(', ') };
    return new UserError('serial-json-in.errors.not-a-choice', params);
  });
}
