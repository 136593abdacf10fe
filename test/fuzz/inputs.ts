import type { FlowNode } from '../../stack/node-red/flows';
import type { Random } from '../faults/support/random';
import { HOSTILE_FIELDS, HOSTILE_VALUES } from '../security/support/hostile-values';

/** Names that mean something to JavaScript, to MongoDB, to the dashboards or to our nodes. */
const NAMES = [
  ...[
    'nodo',
    'payload',
    'action',
    'topic',
    'key',
    'msg',
    'id',
    'value',
    'kafka',
    'stored',
    'delivery',
    'parts',
    'req',
    'res',
  ],
  ...[
    '__proto__',
    'constructor',
    'hasOwnProperty',
    'toString',
    'length',
    'then',
    '_id',
    '$where',
    '$ne',
    '$gt',
    'a.b',
    '',
  ],
  ...[
    'socketid',
    '_client',
    'ui_control',
    'ui_update',
    'template',
    '_msgid',
    'readingId',
    'search',
    'last',
    'from',
    'to',
  ],
];
const TEXTS = [
  ...[
    '',
    'x',
    'comuna_15',
    'Prueba',
    'nodes',
    'series',
    'topics',
    'events',
    'discard-waiting',
    'adopt-outbox',
    'seek',
  ],
  ...[
    '<img src=x onerror=alert(1)>',
    '{{constructor.constructor("x")()}}',
    '=1+1',
    '../../etc/passwd',
    '\u0000',
    '\ud800',
  ],
  ...[
    '2026-01-01',
    '9'.repeat(400),
    'á'.repeat(3_000),
    '((((((((((a+)+)+)+)+)+)+)+)+)+$',
    'NaN',
    '-0',
    '1e999',
  ],
];
const NUMBERS = [
  0,
  -0,
  -1,
  1,
  0.1,
  1e308,
  -1e308,
  2 ** 53,
  2 ** 31,
  4_294_967_296,
  253_402_300_800_000,
  8.64e15,
];

/** In milliseconds since 1970: the ends of what ObjectIds, dates, years of four digits and UUIDv7s hold. */
const TIMES = [0, 1, 4_294_967_295_999, 4_294_967_296_000, 253_402_300_800_000, 2 ** 48 - 1];

/** Values as JSON has them, most small, some deep or wide. */
export function anyValue(random: Random, depth = 4): unknown {
  switch (random.between(0, depth > 0 ? 7 : 4)) {
    case 0:
      return random.pick([null, true, false]);
    case 1:
      return random.pick(NUMBERS);
    case 2:
    case 3:
      return random.pick(TEXTS);
    case 4:
      return random.between(0, 30) === 0
        ? nested(random.pick([40, 200, 2_000]))
        : random.between(-1_000, 1_000);
    case 5:
      return Array.from({ length: random.between(0, 4) }, () => anyValue(random, depth - 1));
    default:
      return anyObject(random, depth - 1);
  }
}

export function anyObject(random: Random, depth = 3): object {
  const entries = Array.from(
    { length: random.between(0, 5) },
    () => [random.pick(NAMES), anyValue(random, depth)] as const,
  );
  // As JSON.parse makes them, so that "__proto__" is a field.
  const text = `{${entries.map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value ?? null)}`).join(',')}}`;
  return JSON.parse(text) as object;
}

function nested(depth: number): unknown {
  return JSON.parse('['.repeat(depth) + ']'.repeat(depth));
}

/** The id of a reading of any time, or what is none. */
export function anyReadingId(random: Random): string {
  const time = random.pick(TIMES).toString(16).padStart(12, '0');
  const end = random
    .between(0, 2 ** 31)
    .toString(16)
    .padStart(12, '0');
  const id = `${time.slice(0, 8)}-${time.slice(8)}-7000-8000-${end}`;
  return random.pick([id, id, id.toUpperCase(), id.slice(1), '']);
}

/** The time of a record as Kafka takes it, also such as no clock shows. */
export function anyRecordTime(random: Random): string {
  return String(random.pick([...TIMES, Date.now(), Date.now() * 1_000]));
}

/** Where a message that only code can make comes in, by the type of the node that gets it. */
export const MESSAGE_PLACE = '/fuzz-message/';

/** @returns for each node of these types, what makes messages for it of the code that is posted to MESSAGE_PLACE */
export function messageEntrances(flows: readonly FlowNode[], types: readonly string[]): FlowNode[] {
  return types.flatMap((type) => {
    const found = flows.find((node) => node.type === type);
    if (!found) throw new Error(`no ${type}`);
    const id = `fuzz-${type}`;
    // topic-catalog answers with the message that asked, and a dashboard's own nodes do not bear what is in these.
    const answers = type === 'topic-catalog';
    const target: FlowNode = answers ? { ...found, id: `${id}-asked`, wires: [[], []] } : found;
    const place = { z: target.z, x: 50, y: 50 };
    const func = `return eval('(' + msg.payload.code + ')');`;
    return [
      ...(answers ? [target] : []),
      {
        ...place,
        id,
        type: 'http in',
        url: MESSAGE_PLACE + type,
        method: 'post',
        wires: [[`${id}-make`, `${id}-taken`]],
      },
      {
        ...place,
        id: `${id}-make`,
        type: 'function',
        func,
        outputs: 1,
        noerr: 0,
        libs: [],
        wires: [[target.id]],
      },
      { ...place, id: `${id}-taken`, type: 'http response', wires: [] },
    ];
  });
}

/** The large ones would be what takes the memory and the time. */
const SMALL_VALUES = Object.entries(HOSTILE_VALUES).filter(([name]) => !/ MB |200,000/.test(name));

/** @returns the code of a message that no node should get */
export function anyMessageCode(random: Random): string {
  const [, { code }] = random.pick(SMALL_VALUES);
  const action = random.pick(['undefined', `'series'`, `'seek'`, `'nodes'`, `'write'`, `'x'`]);
  const message = `{ payload: ${code}, action: ${action} }`;
  return random.between(0, 1) === 0
    ? `(${message})`
    : `(${random.pick(Object.values(HOSTILE_FIELDS))})(${message})`;
}

/** A packet of socket.io: of a known event or of none, for a widget or for another node. */
export function anyPacket(random: Random, events: readonly string[], ids: readonly string[]): string {
  const id = random.between(0, 4) === 0 ? anyValue(random, 1) : random.pick(ids);
  const args = random.pick([
    () => [],
    () => [anyValue(random)],
    () => [id, anyValue(random)],
    () => [id, anyObject(random)],
    () => [{ id, msg: anyObject(random) }],
    () => [{ id, msg: anyValue(random), ...anyObject(random) }],
  ])();
  return JSON.stringify([random.pick(events), ...args]);
}

/** A line as a board, a broken board or somebody else sends it. */
export function anyLine(random: Random): string {
  return random.pick([
    () => JSON.stringify({ nodo: random.pick(TEXTS), ...anyObject(random) }),
    () => JSON.stringify(anyValue(random)),
    () => `{"nodo":"x","v":${random.pick(['1e999', '-', '01', '"', '9'.repeat(5_000), '[[[[', '\\u00'])}}`,
    () => random.pick(TEXTS).replaceAll('\n', ' '),
    () =>
      Array.from({ length: random.between(1, 200) }, () => String.fromCharCode(random.between(1, 255))).join(
        '',
      ),
  ])();
}
