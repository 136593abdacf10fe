import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { FlowNode } from '../../stack/node-red/flows';
import { ROOT } from '../../stack/paths';

/** What a person puts into the nodes of an example to use it at home. */
export interface FlowSettings {
  brokers: string;
  topic: string;
  groupId: string;
  uri: string;
  /** of the server at `uri` */
  database: string;
  serialPath: string;
  /** a schema registry's; the example's own where absent */
  registry?: string;
}

/** @param file of a flow or example, relative to the checkout */
export function readFlow(file: string): FlowNode[] {
  return JSON.parse(readFileSync(path.join(ROOT, file), 'utf8')) as FlowNode[];
}

/** @returns the flow with other addresses and names in its nodes, and nothing else changed */
export function withSettings(flow: readonly FlowNode[], settings: FlowSettings): FlowNode[] {
  return flow.map((node) => ({ ...node, ...changes(node, settings) }));
}

/** @returns the only node of a type, or the only one of it with this in its name */
export function nodeOf(flow: readonly FlowNode[], type: string, name = ''): FlowNode {
  const found = flow.filter(
    (node) => node.type === type && (typeof node.name === 'string' ? node.name : '').includes(name),
  );
  if (found.length !== 1 || !found[0]) throw new Error(`${found.length} nodes are a ${type} "${name}"`);
  return found[0];
}

function changes({ type }: FlowNode, settings: FlowSettings): Partial<FlowNode> {
  const { brokers, topic, groupId, uri, database, serialPath, registry } = settings;
  switch (type) {
    case 'kafka-cluster':
      return { brokers };
    case 'mongo-database':
      return { uri, database };
    case 'schema-registry':
      return registry === undefined ? {} : { url: registry };
    case 'serial-json-in':
      return { path: serialPath, baudRate: '9600' };
    case 'kafka-producer':
      return { topic };
    case 'kafka-consumer':
      return { topics: topic, groupId };
    case 'topic-catalog':
      return { groupId };
    default:
      return {};
  }
}
