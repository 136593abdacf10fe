import type { NodeRow, TopicRow } from '../../../nodes/topic-catalog/contract';

export const ROW: NodeRow = {
  nodo: 'n1',
  topic: 't',
  ts: Date.now(),
  fecha: null,
  hora: null,
  valores: { humedad: 1 },
  state: 'live',
  mixedTopics: [],
  interval: 1_000,
  recent: [],
};
export const TOPIC: TopicRow = {
  name: 't',
  internal: false,
  partitions: [],
  messages: 1,
  lag: 0,
  ratePerMinute: 1,
  sizeBytes: 1,
  lastWrite: Date.now(),
  replication: 1,
  outOfSync: 0,
  retentionMs: -1,
  retentionBytes: null,
  compacted: false,
  nodeCount: 1,
};
export const READING = {
  id: 'a',
  nodo: 'n1',
  topic: 't',
  ts: Date.now(),
  fecha: null,
  hora: null,
  valores: { humedad: 1 },
};

/** What topic-catalog would answer: one node of one topic, with one event and no readings. */
export function answerOf(action: string): unknown {
  const at = Date.now();
  switch (action) {
    case 'nodes':
      return { at, nodes: [ROW], total: 1, matching: 1, silent: 0, offset: 0 };
    case 'topics':
      return {
        at,
        cluster: { description: 'k:9092', brokers: 1, mode: null, version: null },
        groupId: 'g',
        sizesMissing: null,
        topics: [TOPIC],
        nodesWithoutTopic: 0,
        problems: [],
      };
    case 'events':
      return { at, events: [{ id: 1, at, kind: 'silent', nodo: 'n1', topic: 't', variables: [] }] };
    default:
      return {
        at,
        nodo: 'n1',
        known: true,
        topic: 't',
        last: at,
        from: at - 1,
        to: at,
        readings: 0,
        newestId: null,
        bucketMs: 0,
        times: [],
        columns: [],
      };
  }
}
