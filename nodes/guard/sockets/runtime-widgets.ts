import type { NodeAPI } from 'node-red';
import type { Widgets } from './packets';

/** The part of a running node that tells what it is. */
interface RunningNode {
  type?: string;
}

/** A dashboard of Dashboard 2.0, as its widgets know it. */
interface UiBase extends RunningNode {
  ui?: { widgets?: Map<string, { hooks?: { onSocket?: object } }> };
}

type Nodes = Pick<NodeAPI['nodes'], 'getNode' | 'eachNode'>;

/** @returns what the classic dashboard's pages may speak for: the nodes that register with it have this in their type */
export function classicWidgets(nodes: Nodes): Widgets {
  return {
    isWidget: (id) => (nodes.getNode(id) as RunningNode | null)?.type?.startsWith('ui_') === true,
    isOwnEvent: () => false,
  };
}

/** @returns what the pages of Dashboard 2.0 may speak for: what stands on one of them */
export function dashboard2Widgets(nodes: Nodes): Widgets {
  const widgets = (): NonNullable<NonNullable<UiBase['ui']>['widgets']>[] => {
    const found: ReturnType<typeof widgets> = [];
    nodes.eachNode(({ id, type }) => {
      const base = type === 'ui-base' ? (nodes.getNode(id) as UiBase | null) : null;
      if (base?.ui?.widgets) found.push(base.ui.widgets);
    });
    return found;
  };
  return {
    isWidget: (id) => widgets().some((ofBase) => ofBase.has(id)),
    isOwnEvent: (event) =>
      event !== 'connection' &&
      widgets().some((ofBase) =>
        [...ofBase.values()].some(({ hooks }) => hooks?.onSocket && Object.hasOwn(hooks.onSocket, event)),
      ),
  };
}
