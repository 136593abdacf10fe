/** One node of a Node-RED flow file. */
export interface FlowNode {
  id: string;
  type: string;
  z?: string;
  wires?: string[][];
  [property: string]: unknown;
}

/** Where the flows under test send their reports, and where the edge takes its readings from. */
export interface HarnessPorts {
  source: number;
  reports: number;
  /** a serial device that the edge reads beside the source */
  serial?: string;
}

/** What a flow under test needs to know of its services. */
export interface Place {
  /** "127.0.0.1:9092,..." */
  brokers: string;
  /** "mongodb://127.0.0.1:27017" */
  databaseUri: string;
  databaseName: string;
  topic: string;
  groupId: string;
}

/** Properties of a node that a case sets otherwise. */
export type Overrides = Record<string, unknown>;

/** A tab's nodes get a place on the canvas: without one the runtime takes them for config nodes. */
export function tab(id: string, nodes: FlowNode[]): FlowNode[] {
  return [
    { id, type: 'tab', label: id },
    ...nodes.map((node, index) => ({ x: 100, y: 40 + index * 40, wires: [], ...node, z: id })),
  ];
}

/** Lines of the harness's source, parsed: a numbered reading a message, with its key. Ids: in, parse, key. */
export function readings(ports: HarnessPorts, next: string): FlowNode[] {
  return [
    {
      id: 'in',
      type: 'tcp in',
      server: 'client',
      host: '127.0.0.1',
      port: String(ports.source),
      datamode: 'stream',
      datatype: 'utf8',
      newline: '\\n',
      wires: [['parse']],
    },
    { id: 'parse', type: 'json', property: 'payload', action: 'obj', wires: [['key']] },
    {
      id: 'key',
      type: 'change',
      rules: [{ t: 'set', p: 'key', pt: 'msg', to: 'payload.nodo', tot: 'msg' }],
      wires: [[next]],
    },
  ];
}

/** Lines of a serial device: a reading a message, and those that are none to "refused". Id: serial. */
export function serialReadings(path: string, next: string, refused: string): FlowNode {
  return {
    id: 'serial',
    type: 'serial-json-in',
    name: '',
    path,
    baudRate: '9600',
    dataBits: '8',
    parity: 'none',
    stopBits: '1',
    maxLineLength: '4096',
    timeZone: '',
    wires: [[next], [refused]],
  };
}

const NUMBERED = `
const reading = msg.reading || msg.payload || {};
return { payload: JSON.stringify({ kind: KIND, nodo: reading.nodo, n: reading.n }) + '\\n' };`;

const SET_ASIDE = `
const { payload, _msgid, ...rest } = msg;
const said = JSON.stringify({ payload, ...rest }).slice(0, 4000);
return { payload: JSON.stringify({ kind: 'set-aside', node: NODE, text: said }) + '\\n' };`;

const ERROR = `
const { message, source } = msg.error;
return { payload: JSON.stringify({ kind: 'error', node: source.id, text: String(message) }) + '\\n' };`;

const STATUS = `
const { fill, text, source } = msg.status;
return { payload: JSON.stringify({ kind: 'status', node: source.id, fill: fill || '', text: text || '' }) + '\\n' };`;

/** A node that reports each message it gets as a numbered reading of this kind. */
export function reportReadings(id: string, kind: 'done' | 'acknowledged' | 'stored'): FlowNode {
  return functionNode(id, NUMBERED.replace('KIND', `'${kind}'`));
}

/** A node that reports each message it gets as one that `node` has set aside, with all that it says about it. */
export function reportSetAside(id: string, node: string): FlowNode {
  return functionNode(id, SET_ASIDE.replace('NODE', `'${node}'`));
}

/** The wire to the harness, and reports of all errors of a tab and of the statuses of some nodes. */
export function reporting(prefix: string, ports: HarnessPorts, watched: string[]): FlowNode[] {
  const out = `${prefix}-reports`;
  return [
    {
      id: out,
      type: 'tcp out',
      host: '127.0.0.1',
      port: String(ports.reports),
      beserver: 'client',
      end: false,
    },
    { id: `${prefix}-catch`, type: 'catch', scope: null, uncaught: false, wires: [[`${prefix}-errors`]] },
    { ...functionNode(`${prefix}-errors`, ERROR), wires: [[out]] },
    { id: `${prefix}-status`, type: 'status', scope: watched, wires: [[`${prefix}-statuses`]] },
    { ...functionNode(`${prefix}-statuses`, STATUS), wires: [[out]] },
  ];
}

/** A core function node with this body. */
export function functionNode(id: string, func: string): FlowNode {
  return {
    id,
    type: 'function',
    func,
    outputs: 1,
    timeout: 0,
    noerr: 0,
    initialize: '',
    finalize: '',
    libs: [],
  };
}
