import { randomFillSync } from 'node:crypto';
import type { HeaderValue, RecordHeaders } from './record-headers';

/**
 * The trace a message belongs to, as the W3C has it (https://www.w3.org/TR/trace-context/): in messages as
 * `msg.traceparent` and `msg.tracestate`, in records as the headers of the same names, which is where OpenTelemetry's
 * conventions for messaging look for it. It is passed on as it came, since these nodes make no spans of their own.
 */
export interface TraceContext {
  traceparent: string;
  tracestate?: string;
}

export const TRACEPARENT = 'traceparent';
const TRACESTATE = 'tracestate';

/** version, trace id, parent id and flags; a later version may have more behind them */
const FORM = /^(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(?:-[!-~]{0,200})?$/;
/** What everybody has to pass on; longer ones may be dropped. */
const MOST_STATE = 512;
const STATE = /^[ -~]+$/;
const LENGTH = 55;
const IDS = 24;

/** @returns the context that two values carry; undefined where the first is none, and then the second means nothing */
export function readTraceContext(parent: unknown, state: unknown): TraceContext | undefined {
  if (typeof parent !== 'string' || parent.length < LENGTH || !FORM.test(parent)) return undefined;
  if (parent.length > LENGTH && parent.startsWith('00')) return undefined;
  return typeof state === 'string' && state.length <= MOST_STATE && STATE.test(state)
    ? { traceparent: parent, tracestate: state }
    : { traceparent: parent };
}

/** @returns the context in a record's headers */
export function traceOfHeaders(headers: RecordHeaders): TraceContext | undefined {
  const parent = headers[TRACEPARENT];
  return parent === undefined ? undefined : readTraceContext(textOf(parent), textOf(headers[TRACESTATE]));
}

/** Begins a trace, which is recorded. @returns its traceparent */
export function newTraceparent(): string {
  const ids = randomFillSync(Buffer.alloc(IDS)).toString('hex');
  return `00-${ids.slice(0, 32)}-${ids.slice(32)}-01`;
}

function textOf(value: HeaderValue | HeaderValue[] | undefined): string | undefined {
  if (typeof value === 'string') return value;
  return Buffer.isBuffer(value) && value.length <= MOST_STATE ? value.toString('latin1') : undefined;
}
