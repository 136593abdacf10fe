import type { NodeDef } from 'node-red';
import type { PipelineMessage } from '../shared/messages';
import type { Reading } from '../shared/reading';

/** The node's settings as the dialog saves them; numbers come as text, old or hand-written flows may lack some. */
export interface SerialJsonInDef extends NodeDef {
  path?: string;
  baudRate?: string | number;
  dataBits?: string | number;
  parity?: string;
  stopBits?: string | number;
  maxLineLength?: string | number;
  timeZone?: string;
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
}

/**
 * Why a line is no reading:
 * - `sensor-error`: the board's own line `Error`, which says that its sensor did not answer
 * - `not-utf8`, `not-json`, `not-object`: the bytes are no text, no JSON, or JSON of another kind
 * - `no-nodo`: an object whose `nodo` is missing, empty or no text
 * - `too-long`: more bytes than the longest line allowed
 * - `cut-off`: the device went away in the middle of the line
 */
export type RejectReason =
  'sensor-error' | 'not-utf8' | 'not-json' | 'not-object' | 'no-nodo' | 'too-long' | 'cut-off';
