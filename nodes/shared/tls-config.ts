import type tls from 'node:tls';
import type { Node, NodeAPI } from 'node-red';
import { UserError } from './user-error';

/** The core tls-config node, as far as it is used here. */
interface TlsConfigNode extends Node {
  valid: boolean;
  addTLSOptions(options: tls.ConnectionOptions): tls.ConnectionOptions;
}

/**
 * @param id of a core tls-config node; empty for none
 * @param key the catalog text for one that is missing or unusable; it gets the id as `value`
 * @returns its certificates and settings; undefined for none
 * @throws UserError
 */
export function tlsOptionsOf(
  RED: NodeAPI,
  id: string | undefined,
  key: string,
): tls.ConnectionOptions | undefined {
  if (!id) return undefined;
  const node = RED.nodes.getNode(id) as TlsConfigNode | null;
  if (!node?.valid) throw new UserError(key, { value: id });
  return node.addTLSOptions({});
}
