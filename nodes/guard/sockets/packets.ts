import {
  array,
  boolean,
  check,
  custom,
  integer,
  looseObject,
  maxLength,
  maxValue,
  minValue,
  nullable,
  number,
  object,
  optional,
  picklist,
  pipe,
  record,
  regex,
  safeParse,
  strictTuple,
  string,
  union,
  unknown,
  type GenericSchema,
} from '../../vendored/schema';
import { isHarmless, isRecord } from './contents';

/** Which nodes of the runtime the pages of a dashboard may speak for. */
export interface Widgets {
  /** @returns whether a node is a widget of this dashboard */
  isWidget(id: string): boolean;
  /** @returns whether a widget of this dashboard listens to an event of its own */
  isOwnEvent(event: string): boolean;
}

/** Where a packet comes from, as the server knows it. */
export interface Sender {
  id: string;
  address: string;
}

/** One packet of a page: the event's name, and what comes with it. It is changed in place. */
export type Packet = [event: string, ...args: unknown[]];

const MOST_NAME = 256;
const MOST_TEXT = 10_000;

const id = pipe(string(), maxLength(128), regex(/^[\w.:-]+$/));
const text = pipe(string(), maxLength(MOST_TEXT));
const name = pipe(string(), maxLength(MOST_NAME));
const anything = unknown();
const message = custom<Record<string, unknown>>(isRecord);
/** A list would be taken for the messages of several outputs, of which none says that it is from a browser. */
const notAList = pipe(
  unknown(),
  check((value) => !Array.isArray(value)),
);

/** What the page of the classic dashboard, 3.6, sends; from its `dist/js`. */
const CLASSIC: Record<string, GenericSchema<unknown>> = {
  'update-value': strictTuple([looseObject({ id, msg: optional(message) })]),
  'ui-replay-state': union([strictTuple([]), strictTuple([object({})])]),
  'ui-refresh': union([strictTuple([]), strictTuple([object({})])]),
  'ui-change': strictTuple([nullable(pipe(number(), integer(), minValue(0), maxValue(10_000)))]),
  'ui-collapse': strictTuple([object({ group: name, state: optional(nullable(boolean())) })]),
  'ui-audio': strictTuple([text]),
  'ui-params': strictTuple([record(name, union([text, boolean(), array(text)]))]),
};

/** What the page of Dashboard 2.0, 1.31, sends; from its `nodes/config/ui_base.js` and `nodes/widgets`. */
const DASHBOARD_2: Record<string, GenericSchema<unknown>> = {
  'widget-action': union([strictTuple([id]), strictTuple([id, notAList])]),
  'widget-send': union([strictTuple([id]), strictTuple([id, notAList])]),
  'widget-change': union([strictTuple([id]), strictTuple([id, anything])]),
  'widget-load': strictTuple([id]),
  'ui-event': strictTuple([id, object({ topic: name, payload: optional(anything) })]),
  'ui-control': strictTuple([id, picklist(['change']), optional(anything)]),
};
/** Arguments of an event that a widget of a third party listens to. */
const MOST_ARGUMENTS = 8;

/** Widgets that are part of the page itself. */
const BUILT_IN = /^ui-[\w-]{1,64}$/;

/**
 * Decides whether a packet of the classic dashboard's page may be heard, and writes into it whom it is from: the node that
 * gets it believes what stands there.
 */
export function admitClassic(packet: Packet, widgets: Widgets, from: Sender): boolean {
  const [event, first] = packet;
  if (!isShaped(CLASSIC, packet)) return false;
  if (event !== 'update-value') return true;
  const update = first as { id: string; socketid?: string; msg?: Record<string, unknown> };
  if (!widgets.isWidget(update.id)) return false;
  update.socketid = from.id;
  if (update.msg) update.msg.socketid = from.id;
  return true;
}

/** The same for Dashboard 2.0. */
export function admitDashboard2(packet: Packet, widgets: Widgets, from: Sender): boolean {
  const [event, widget, value] = packet;
  if (!Object.hasOwn(DASHBOARD_2, event))
    return widgets.isOwnEvent(event) && packet.length <= MOST_ARGUMENTS && isHarmless(packet.slice(1));
  if (!isShaped(DASHBOARD_2, packet)) return false;
  if (event === 'ui-event' || event === 'ui-control') return true;
  const isKnown = widgets.isWidget(widget as string);
  if (!isKnown && !(event === 'widget-load' && BUILT_IN.test(widget as string))) return false;
  if (isRecord(value)) value._client = { socketId: from.id, socketIp: from.address };
  return true;
}

function isShaped(events: Record<string, GenericSchema<unknown>>, [event, ...args]: Packet): boolean {
  const schema = Object.hasOwn(events, event) ? events[event] : undefined;
  return schema !== undefined && isHarmless(args) && safeParse(schema, args).success;
}
