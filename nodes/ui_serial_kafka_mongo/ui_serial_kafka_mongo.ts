import type { Node, NodeAPI, NodeDef, NodeMessage } from 'node-red';
import { NodeLifecycle } from '../shared/node-lifecycle';
import { nameUnnamed } from '../shared/node-name';
import { translator } from '../shared/translate';
import { UserError } from '../shared/user-error';
import { classicWidget } from './widget';

interface PageDef extends NodeDef {
  group: string;
  order: number;
}

/** What node-red-dashboard offers to widgets of other packages; its index.js describes the options. */
interface ClassicDashboard {
  addWidget(options: object): (() => void) | undefined;
}

interface FromBrowser {
  msg?: NodeMessage & { socketid?: string };
  socketid?: string;
}

export = function (RED: NodeAPI): void {
  const t = translator(RED);

  function PageNode(this: Node, def: PageDef): void {
    RED.nodes.createNode(this, def);
    nameUnnamed(RED, this, '');
    NodeLifecycle.start(RED, this, t, (life) => run(this, life, def));
  }

  function run(node: Node, life: NodeLifecycle, def: PageDef): void {
    const dashboard = dashboardOf(RED);
    if (!dashboard) throw new UserError('ui_serial_kafka_mongo.errors.no-dashboard');
    if (!def.group || !RED.nodes.getNode(def.group))
      throw new UserError('ui_serial_kafka_mongo.errors.no-group', { value: def.group ?? '' });
    const { ui } = RED.settings as { ui?: { path?: string } };
    const remove = dashboard.addWidget({
      node,
      group: def.group,
      order: Number(def.order) || 0,
      width: 24,
      height: 1,
      format: classicWidget(ui?.path ?? 'ui'),
      templateScope: 'local',
      emitOnlyNewValues: false,
      forwardInputMessages: false,
      storeFrontEndInputAsState: false,
      persistantFrontEndValue: false,
      beforeEmit: (message: object) => ({ msg: forBrowser(message) }),
      beforeSend: (_message: NodeMessage, { msg, socketid }: FromBrowser = {}) =>
        msg ? Object.assign(msg, { socketid }) : undefined,
    });
    if (remove) life.onClose(remove);
  }

  RED.nodes.registerType('ui_serial_kafka_mongo', PageNode);
};

/** What begins with an underscore is Node-RED's own business. */
function forBrowser(message: object): object {
  return Object.fromEntries(Object.entries(message).filter(([name]) => !name.startsWith('_')));
}

/** Node-RED's own `require`, by which one package of nodes finds another, wherever it is installed. */
function dashboardOf(RED: NodeAPI): ClassicDashboard | undefined {
  const { require: find } = RED as unknown as {
    require?: (name: string) => (api: NodeAPI) => ClassicDashboard;
  };
  try {
    return find?.('node-red-dashboard')(RED);
  } catch {
    return undefined;
  }
}
