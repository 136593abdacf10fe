import type { NodeDef } from 'node-red';
import type { PipelineMessage } from '../shared/messages';
import type { Reading } from '../shared/reading';
import type { MappingNote } from './mapping/mapping';

/** The node's settings as the dialog saves them; numbers come as text, old or hand-written flows may lack some. */
export interface SerialJsonInDef extends NodeDef {
  path?: string;
  baudRate?: string | number;
  dataBits?: string | number;
  parity?: string;
  stopBits?: string | number;
  /** what is done with DTR and RTS */
  modemLines?: string;
  maxLineLength?: string | number;
  timeZone?: string;
  checksum?: string;
  /** one a line, or with commas between them */
  nodes?: string;
  /** one a line: `temperatura: -40..85` */
  variables?: string;
  onlyVariables?: boolean;
  sequence?: string;
  /** how values stand in a line */
  shape?: string;
  columns?: string;
  /** one a line: `I (*` */
  ignore?: string;
  numbers?: string;
  nodeField?: string;
  defaultNode?: string;
  /** one a line: `Temp 1 = temperatura` */
  rename?: string;
  textNumbers?: boolean;
  flatten?: boolean;
  timeField?: string;
  /** whether each reading begins a trace */
  trace?: boolean;
}

/** A message of the first output. */
export interface ReadingMessage extends PipelineMessage {
  payload: Reading;
  /** the sensor node's name, so that one node's readings stay in order on one partition */
  key: string;
  readingId: string;
  port: string;
  /** when the end of the line arrived, in milliseconds since 1970 */
  receivedAt: number;
  /** the fields that were not as JSON has them, and what the board printed there */
  repaired?: readonly MappingNote[];
  /** the board's own number of the line, and how many were lost since the one before */
  sequence?: { number: number; lost: number };
}

/** A message of the second output: a line that is no reading. */
export interface RejectedMessage extends PipelineMessage {
  /** the line as text, or its bytes where they are not UTF-8; of a line that is too long, its beginning */
  payload: string | Buffer;
  error: {
    /** why, in the runtime's language */
    message: string;
    reason: RejectReason;
    /** the line's length in bytes */
    length: number;
  };
  port: string;
  receivedAt: number;
  /** the board's own number of the line, where the rest of it could be read */
  sequence?: { number: number; lost: number };
}

/**
 * Why a line is no reading:
 * - `sensor-error`: the board's own line `Error`, which says that its sensor did not answer
 * - `other-encoding`: text, but not in UTF-8: in Latin-1, say
 * - `not-utf8`, `not-json`, `not-object`: the bytes are no text, no JSON, or JSON of another kind
 * - `not-pairs`, `columns`: not the names with their values, or not the columns, that the settings say it is
 * - `doubtful`: a value may not be the one that was meant: other than those before, or readable in two ways
 * - `control-character`: a character that no text has stands among the values, or in a name
 * - `system-log`: what the board's own system prints when it starts or fails
 * - `checksum`, `no-checksum`: its checksum is not that of its bytes, or it has none where one is required
 * - `no-nodo`: an object in which no field names its node
 * - `unknown-node`, `unknown-variable`, `out-of-range`: not what the settings say there is
 * - `too-large`: nested too deeply, too many fields, or names that are too long
 * - `too-long`: more bytes than the longest line allowed
 * - `restarted`: the board began another line in the middle of this one
 * - `cut-off`: the device went away in the middle of the line
 */
export type RejectReason =
  | 'sensor-error'
  | 'not-utf8'
  | 'other-encoding'
  | 'not-json'
  | 'not-object'
  | 'not-pairs'
  | 'columns'
  | 'doubtful'
  | 'control-character'
  | 'system-log'
  | 'checksum'
  | 'no-checksum'
  | 'no-nodo'
  | 'unknown-node'
  | 'unknown-variable'
  | 'out-of-range'
  | 'too-large'
  | 'too-long'
  | 'restarted'
  | 'cut-off';
