/** A value, as the code of a function node makes it. */
export interface HostileValue {
  code: string;
  /** the nodes that can take it all the same */
  fits?: readonly string[];
}

const THROWING_ERROR = `Object.defineProperties(new Error('x'), {
  message: { get() { throw null; } }, stack: { get() { throw null; } }, toString: { value() { throw null; } } })`;
const HOLES = 'new Array(2 ** 32 - 1)';
const thrower = (thrown: string): string => `{ nodo: 'a', get v() { throw ${thrown}; } }`;
const around = (wrap: string, times: number): string =>
  `(() => { let v = 1; for (let i = 0; i < ${times}; i++) v = ${wrap}; return { nodo: 'a', v }; })()`;

/** What becomes JSON, and what a query may hold: an object of none of the kinds that they know is an empty one. */
const PLAIN = ['kafka-producer', 'mongo-find'];

/** Payloads. Where a node has no use for a payload that is none of its own, it refuses it in any case. */
export const HOSTILE_VALUES: Readonly<Record<string, HostileValue>> = {
  'what throws null when it is read': { code: thrower('null') },
  'what throws undefined': { code: thrower('undefined') },
  'what throws an Error that can’t be read': { code: thrower(THROWING_ERROR) },
  'what throws a Proxy': { code: thrower('new Proxy({}, { get() { throw null; } })') },
  'a toJSON that throws': { code: `{ nodo: 'a', v: { toJSON() { throw null; } } }` },
  'a toJSON without end': { code: `{ nodo: 'a', toJSON() { return { ...this, v: this }; } }` },
  'a toJSON that makes what has no end': { code: `{ nodo: 'a', v: { toJSON: () => ${HOLES} } }` },
  'a Proxy that was revoked': {
    code: `(() => { const { proxy, revoke } = Proxy.revocable({}, {}); revoke(); return proxy; })()`,
  },
  'such a Proxy in a field': {
    code: `(() => { const { proxy, revoke } = Proxy.revocable({}, {}); revoke(); return { nodo: 'a', v: proxy }; })()`,
  },
  'a Proxy that throws whatever is asked': {
    code: `new Proxy({}, new Proxy({}, { get() { return () => { throw null; }; } }))`,
  },
  'an Error that can’t be read': { code: `{ nodo: 'a', v: ${THROWING_ERROR} }`, fits: PLAIN },
  'a name of its kind that throws': {
    code: `{ nodo: 'a', v: { get [Symbol.toStringTag]() { throw null; } } }`,
    fits: PLAIN,
  },
  'an array of 4,294,967,295 holes': { code: HOLES },
  'such an array in a field': { code: `{ nodo: 'a', v: ${HOLES} }` },
  'such an array in a Map': { code: `{ nodo: 'a', v: new Map([[1, ${HOLES}]]) }`, fits: PLAIN },
  'what contains itself in many places': {
    code: `(() => { const v = { nodo: 'a' }; for (let i = 0; i < 50; i++) v['f' + i] = v; return v; })()`,
  },
  'what doubles 90 times': { code: around('{ a: v, b: v }', 90) },
  '100,000 levels': { code: around('[v]', 100_000) },
  '200,000 fields': {
    code: `(() => { const v = { nodo: 'a' }; for (let i = 0; i < 2e5; i++) v['f' + i] = i; return v; })()`,
  },
  '600 MB of numbers': { code: `{ nodo: 'a', v: new Float64Array(75 * 2 ** 20) }` },
  '300 MB of text': { code: `'x'.repeat(300 * 2 ** 20)` },
  '300 MB of text in a field': { code: `{ nodo: 'a', v: 'x'.repeat(300 * 2 ** 20) }` },
  'a date beyond all years': { code: `{ nodo: 'a', v: new Date(8.64e15) }`, fits: PLAIN },
  'a date that is none': { code: `{ nodo: 'a', v: new Date(NaN) }`, fits: PLAIN },
  'an integer of 10,000 digits': { code: `{ nodo: 'a', v: 10n ** 10000n }`, fits: ['mongo-find'] },
  'a function': { code: `() => 1` },
  'a symbol': { code: `Symbol('x')` },
  'a promise that fails': {
    code: `{ nodo: 'a', v: (() => { const p = Promise.reject(new Error('x')); p.catch(() => 0); return p; })() }`,
    fits: PLAIN,
  },
};

/** What is wrong with the other fields of a message that is good. */
export const HOSTILE_FIELDS: Readonly<Record<string, string>> = {
  'a field that throws beside what it needs': `(m) => Object.assign(m, Object.defineProperty({}, 'x', { enumerable: true, get() { return 1; } }), { extra: ${thrower('null')} })`,
  'an array of holes beside what it needs': `(m) => Object.assign(m, { extra: ${HOLES} })`,
  '100,000 levels beside what it needs': `(m) => Object.assign(m, { extra: ${around('[v]', 100_000)} })`,
  'a message that takes no more fields':
    '(m) => Object.preventExtensions(Object.assign(m, { _msgid: msg._msgid }))',
  'a field that can’t be deleted': `(m) => Object.defineProperty(m, 'error', { value: 1, enumerable: true, writable: false, configurable: false })`,
  'a message with a hasOwnProperty of its own': '(m) => Object.assign(m, { hasOwnProperty: 1 })',
  'an error that Node-RED would look into':
    '(m) => Object.assign(m, { error: { hasOwnProperty: null, source: 1 } })',
  'an error that throws': `(m) => Object.assign(m, { error: new Proxy({}, { get() { throw null; } }) })`,
  'a key that throws': `(m) => Object.assign(m, { key: { toString() { throw null; }, toJSON() { throw null; } } })`,
  'headers without end': `(m) => Object.assign(m, { headers: new Float64Array(2 ** 26) })`,
  'a topic that is an object': `(m) => Object.assign(m, { topic: { toString() { throw null; } } })`,
  'a reading id of the year 10889': `(m) => Object.assign(m, { readingId: 'ffffffff-ffff-7fff-bfff-ffffffffffff' })`,
  'a msg.kafka that is null': '(m) => Object.assign(m, { kafka: null })',
  'a msg.kafka that throws': `(m) => Object.assign(m, { kafka: new Proxy({}, { get() { throw null; } }) })`,
  'records without end': `(m) => Object.assign(m, { payload: [1], kafka: { topic: 'x', partition: 0, records: ${HOLES} } })`,
  'parts that contain themselves':
    '(m) => { const parts = { id: 1, index: -1, count: 1e308 }; parts.parts = parts; return Object.assign(m, { parts, kafka: { delivery: ["kafka-consumer/1", "x"] } }); }',
};
