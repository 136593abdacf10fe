import type { Node, NodeAPI, NodeDef } from 'node-red';
import { NodeLifecycle } from '../shared/node-lifecycle';
import { nameUnnamed } from '../shared/node-name';
import { translator } from '../shared/translate';
import { UserError } from '../shared/user-error';
import { dashboard2Widget } from './widget';

interface PageDef extends NodeDef {
  page: string;
  order: number;
}

/** A ui-page of Dashboard 2.0, as it is for widgets of other packages. */
interface DashboardPage extends Node {
  register(group: null, node: Node, config: object, events: object): void;
  /** its ui-base; `getBaseURL` has httpNodeRoot before the dashboard's own path */
  getBase(): { getBaseURL(): string };
}

export = function (RED: NodeAPI): void {
  const t = translator(RED);

  function PageNode(this: Node, def: PageDef): void {
    RED.nodes.createNode(this, def);
    nameUnnamed(RED, this, '');
    NodeLifecycle.start(RED, this, t, () => run(this, def));
  }

  function run(node: Node, def: PageDef): void {
    const page = (def.page ? RED.nodes.getNode(def.page) : null) as DashboardPage | null;
    if (!page) throw new UserError('ui-serial-kafka-mongo.errors.no-page', { value: def.page ?? '' });
    const root = RED.settings.httpNodeRoot || '/';
    const path = page
      .getBase()
      .getBaseURL()
      .slice(root.endsWith('/') ? root.length - 1 : root.length);
    // To the browser it is one of the dashboard's own template widgets, which need no script from another place.
    const config = {
      ...def,
      type: 'ui-template',
      templateScope: 'widget:page',
      format: dashboard2Widget(path),
      group: '',
      ui: '',
      width: 0,
      height: 0,
      passthru: false,
      storeOutMessages: false,
      resendOnRefresh: false,
    };
    page.register(null, node, config, { onAction: true });
  }

  RED.nodes.registerType('ui-serial-kafka-mongo', PageNode);
};
