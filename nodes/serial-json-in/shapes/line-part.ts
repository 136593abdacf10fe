import type { TextParams } from '../../shared/user-error';
import type { JsonError, Repair } from '../json/json-reader';
import type { RejectReason } from '../types';

/** What a line, or a part of one, says before it is mapped to a reading. */
export type LinePart =
  | { kind: 'object'; value: Record<string, unknown>; repairs: Repair[]; text: string }
  | { kind: 'broken'; reason: RejectReason; text: string; error?: JsonError; params?: TextParams };
