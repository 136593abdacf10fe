import type { NodeAPI } from 'node-red';
import { translator } from '../shared/translate';
import { Health, type ShownStatus } from './observe/health';
import { useRuntime } from './protect';
import { quietly } from './reports';
import { classicWidgets, dashboard2Widgets } from './sockets/runtime-widgets';

/** The nodes that show in their status whether they work. */
const OURS = new Set(['serial-json-in', 'kafka-producer', 'kafka-consumer', 'mongo-sink', 'topic-catalog']);

function ourNode(RED: NodeAPI, id: string): { type: string; name: string } | undefined {
  const { type, name = '' } = (RED.nodes.getNode(id) ?? {}) as { type?: string; name?: string };
  return type !== undefined && OURS.has(type) ? { type, name } : undefined;
}

/** A plugin of Node-RED: it is loaded before the server listens. */
export = function (RED: NodeAPI): void {
  const t = translator(RED);
  const health = new Health((id) => ourNode(RED, id));
  RED.events.on('node-status', ({ id, status }: { id: string; status?: ShownStatus }) =>
    health.show(id, status),
  );
  RED.events.on('flows:started', () => health.flowsStarted());
  useRuntime({
    health,
    server: RED.server,
    classic: classicWidgets(RED.nodes),
    dashboard2: dashboard2Widgets(RED.nodes),
    report: quietly((kind, what, address) => RED.log.warn(t(`guard.refused.${kind}`, { what, address }))),
  });
};
