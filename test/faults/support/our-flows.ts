import {
  reporting,
  reportReadings,
  reportSetAside,
  readings,
  serialReadings,
  tab,
  type FlowNode,
  type HarnessPorts,
  type Overrides,
  type Place,
} from './flow';

/** What a case may set otherwise than the defaults of the nodes' dialogs. */
export interface OurOverrides {
  cluster?: Overrides;
  producer?: Overrides;
  consumer?: Overrides;
  sink?: Overrides;
}

const CLUSTER = 'cluster';
const DATABASE = 'database';

/** The config nodes: one cluster, one database. */
export function configNodes(place: Place, overrides: OurOverrides = {}): FlowNode[] {
  return [
    {
      id: CLUSTER,
      type: 'kafka-cluster',
      name: '',
      brokers: place.brokers,
      clientId: 'faults',
      tls: '',
      sasl: 'none',
      ...overrides.cluster,
    },
    { id: DATABASE, type: 'mongo-database', name: '', uri: place.databaseUri, database: place.databaseName },
  ];
}

/** source -> json -> kafka-producer, with each done() and acknowledgement reported. */
export function edgeTab(place: Place, ports: HarnessPorts, overrides: OurOverrides = {}): FlowNode[] {
  return tab('edge', [
    ...readings(ports, 'producer'),
    ...(ports.serial === undefined ? [] : serialInput(ports.serial)),
    producer(place, overrides.producer),
    { ...reportReadings('acknowledged', 'acknowledged'), wires: [['edge-reports']] },
    { id: 'complete', type: 'complete', scope: ['producer'], wires: [['done']] },
    { ...reportReadings('done', 'done'), wires: [['edge-reports']] },
    ...reporting('edge', ports, ports.serial === undefined ? ['producer'] : ['producer', 'serial']),
  ]);
}

function serialInput(path: string): FlowNode[] {
  return [
    serialReadings(path, 'producer', 'refused-lines'),
    { ...reportSetAside('refused-lines', 'serial'), wires: [['edge-reports']] },
  ];
}

/** kafka-consumer -> mongo-sink, with each stored reading and each one set aside reported. */
export function serverTab(place: Place, ports: HarnessPorts, overrides: OurOverrides = {}): FlowNode[] {
  return tab('server', [
    consumer(place, 'sink', overrides.consumer),
    sink(overrides.sink),
    { ...reportReadings('stored', 'stored'), wires: [['server-reports']] },
    { ...reportSetAside('dead', 'consumer'), wires: [['server-reports']] },
    { ...reportSetAside('rejected', 'sink'), wires: [['server-reports']] },
    ...reporting('server', ports, ['consumer', 'sink']),
  ]);
}

/** The producer, id "producer", with the settings of a newly dragged node. */
export function producer(place: Place, overrides: Overrides = {}): FlowNode {
  return {
    id: 'producer',
    type: 'kafka-producer',
    name: '',
    cluster: CLUSTER,
    topic: place.topic,
    topicType: 'str',
    key: 'key',
    keyType: 'msg',
    partition: '',
    partitionType: 'num',
    headers: '',
    headersType: 'json',
    acks: 'all',
    compression: 'none',
    tombstones: false,
    createTopics: false,
    outbox: true,
    durability: 'process',
    outboxMaxMB: '1024',
    outboxMaxAgeSeconds: '0',
    whenFull: 'refuse',
    drainRecordsPerSecond: '0',
    maxBatchBytes: '',
    wires: [['acknowledged']],
    ...overrides,
  };
}

/** The consumer, id "consumer", with the settings of a newly dragged node. */
export function consumer(place: Place, next: string, overrides: Overrides = {}): FlowNode {
  return {
    id: 'consumer',
    type: 'kafka-consumer',
    name: '',
    cluster: CLUSTER,
    topics: place.topic,
    groupId: place.groupId,
    from: 'earliest',
    output: 'json',
    mode: 'single',
    confirm: 'automatic',
    maxInFlight: '4000',
    sessionTimeoutMs: '6000',
    confirmTimeoutSeconds: '60',
    onUnconfirmed: 'report',
    maxTries: '5',
    deadLetters: true,
    deadLetterTopic: '',
    wires: [[next], ['dead']],
    ...overrides,
  };
}

/** The sink, id "sink", with the settings of a newly dragged node. */
export function sink(overrides: Overrides = {}): FlowNode {
  return {
    id: 'sink',
    type: 'mongo-sink',
    name: '',
    database: DATABASE,
    collection: 'datos',
    nodesCollection: 'nodos',
    rejectedCollection: 'rechazados',
    confirm: true,
    maxBatch: '2000',
    wires: [['stored'], ['rejected']],
    ...overrides,
  };
}
