import type { Node, NodeAPI } from 'node-red';

/**
 * Gives a node that has no name one for the log, the Catch nodes and the texts of other nodes: its flow and what it is
 * about, "Edge / Prueba", where Node-RED would write its id. The saved flow stays as it is.
 * To be called right after `RED.nodes.createNode`.
 * @param about the topic, the port, the collection of the node, with the values of variables
 */
export function nameUnnamed(RED: NodeAPI, node: Node, about: unknown): void {
  if (node.name) return;
  const parts = [flowOf(RED, node), typeof about === 'string' ? about.trim() : ''];
  const name = parts.filter((part) => part !== '').join(' / ');
  if (name !== '') node.name = name;
}

/** @returns the name of the tab or subflow that the node stands on; nothing for what stands on none */
function flowOf(RED: NodeAPI, node: Node): string {
  const name: unknown = RED.util.evaluateNodeProperty('NR_FLOW_NAME', 'env', node, {});
  return typeof name === 'string' ? name : '';
}
