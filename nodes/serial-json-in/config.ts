import { requireSet } from '../shared/unset-variable';
import { UserError, shorten } from '../shared/user-error';
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
  const path = set(def.path, 'path').trim();
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
    timeZone: set(def.timeZone, 'timeZone').trim(),
  };
}

function set(value: string | number | undefined, field: string): string {
  return requireSet(String(value ?? ''), field, 'serial-json-in.errors.unset-variable');
}

function wholeNumber(
  value: string | number | undefined,
  fallback: number,
  field: string,
  max: number,
): number {
  const text = set(value, field).trim();
  const number = text === '' ? fallback : Number(text);
  if (Number.isInteger(number) && number >= 1 && number <= max) return number;
  throw new UserError('serial-json-in.errors.not-a-number', { field, value: shorten(text), max });
}

/** @returns the choice that the value is the text of; the first one where there is no value. */
function choice<T extends string | number>(
  value: string | number | undefined,
  choices: readonly [T, ...T[]],
  field: string,
): T {
  const text = set(value, field).trim();
  const chosen = text === '' ? choices[0] : choices.find((one) => String(one) === text);
  if (chosen !== undefined) return chosen;
  throw new UserError('serial-json-in.errors.not-a-choice', {
    field,
    value: shorten(text),
    choices: choices.join(', '),
  });
}
