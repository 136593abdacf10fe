import type { NodeAPI } from 'node-red';
import { UserError } from './user-error';

/**
 * Finds what a config node offers to the nodes that use it.
 * @param id of the config node; empty where none is chosen
 * @param service the config node's property that holds what it offers: absent where its settings are no good
 * @param missing the catalog text for none, or one that is disabled; it gets the id as `value`
 * @throws UserError of that text, or what is wrong with the config node's own settings (its `problem`)
 */
export function configNode<N extends { problem?: Error }, K extends keyof N>(
  RED: NodeAPI,
  id: string | undefined,
  service: K,
  missing: string,
): NonNullable<N[K]> {
  const node = id ? (RED.nodes.getNode(id) as unknown as N | null) : null;
  const found = node?.[service];
  if (!found) throw node?.problem ?? new UserError(missing, { value: id ?? '' });
  return found;
}
