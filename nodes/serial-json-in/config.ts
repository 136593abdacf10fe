import type { FieldValue } from '../shared/fields';
import { UserError } from '../shared/user-error';
import type { LineRules } from './lines/line-reader';
import type { LineFormat, ModemLines } from './port/open-line';
import { isTcp, readTcpAddress } from './port/tcp-line';
import { fields, readLineRules } from './rules-config';
import type { SerialJsonInDef } from './types';

/** The node's settings, checked. */
export interface SerialJsonInConfig {
  /** a device's, or `tcp://host:port` */
  path: string;
  format: LineFormat;
  modemLines: ModemLines;
  /** the longest line that is read, in bytes, without its line end */
  maxLineLength: number;
  /** an IANA time zone; empty for the machine's own */
  timeZone: string;
  /** whether each reading begins a trace */
  trace: boolean;
  rules: LineRules;
}

const DATA_BITS = [8, 7, 6, 5] as const;
const STOP_BITS = [1, 1.5, 2] as const;
const PARITIES = ['none', 'even', 'odd', 'mark', 'space'] as const;
const MODEM_LINES = ['system', 'keep', 'off'] as const;
const MAX_BAUD_RATE = 4_000_000;
const LONGEST_LINE = 1024 * 1024;

/**
 * Reads the settings that the dialog saved.
 * @throws UserError that names the field and its value
 */
export function readConfig(def: SerialJsonInDef): SerialJsonInConfig {
  const path = fields.text(def.path, 'path');
  if (path === '') throw new UserError('serial-json-in.errors.no-path');
  if (isTcp(path)) readTcpAddress(path);
  return {
    path,
    format: {
      baudRate: wholeNumber(def.baudRate, 9600, 'baudRate', MAX_BAUD_RATE),
      dataBits: fields.choice(def.dataBits, 'dataBits', DATA_BITS),
      parity: fields.choice(def.parity, 'parity', PARITIES),
      stopBits: fields.choice(def.stopBits, 'stopBits', STOP_BITS),
    },
    modemLines: fields.choice(def.modemLines, 'modemLines', MODEM_LINES),
    maxLineLength: wholeNumber(def.maxLineLength, 4096, 'maxLineLength', LONGEST_LINE),
    timeZone: fields.text(def.timeZone, 'timeZone'),
    trace: def.trace ?? false,
    rules: readLineRules(def),
  };
}

function wholeNumber(value: FieldValue, otherwise: number, field: string, max: number): number {
  return fields.wholeNumber(value, field, { otherwise, min: 1, max });
}
