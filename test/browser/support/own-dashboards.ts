import type { FlowNode } from '../../../stack/node-red/flows';

/**
 * The page in the classic dashboard (`/ui`) and in Dashboard 2.0, without Kafka and without a database.
 * @param catalog body of the function node that answers in topic-catalog's place
 * @param base the path of Dashboard 2.0, in which the page is `/lecturas`
 */
export function dashboardFlows(catalog: string, base = '/dashboard'): FlowNode[] {
  const at = (y: number) => ({ z: 'tab', x: 100, y });
  const nodes: FlowNode[] = [
    { id: 'tab', type: 'tab', label: 'page' },
    { id: 'uitab', type: 'ui_tab', name: 'Lecturas', order: 1 },
    { id: 'uigroup', type: 'ui_group', name: '', tab: 'uitab', order: 1, disp: false, width: '24' },
    {
      id: 'classic',
      type: 'ui_serial_kafka_mongo',
      group: 'uigroup',
      order: 1,
      ...at(40),
      wires: [['answer1']],
    },
    { id: 'answer1', type: 'function', func: catalog, outputs: 1, ...at(80), wires: [['classic']] },
    {
      id: 'base',
      type: 'ui-base',
      name: 'd2',
      path: base,
      includeClientData: true,
      acceptsClientConfig: ['ui-serial-kafka-mongo'],
      navigationStyle: 'default',
      titleBarStyle: 'default',
    },
    {
      id: 'theme',
      type: 'ui-theme',
      name: 't',
      colors: { surface: '#fff', primary: '#0a6a94', bgPage: '#fff', groupBg: '#fff', groupOutline: '#ccc' },
      sizes: {},
    },
    {
      id: 'page',
      type: 'ui-page',
      name: 'Lecturas',
      ui: 'base',
      path: '/lecturas',
      layout: 'grid',
      theme: 'theme',
      order: 1,
      visible: 'true',
      disabled: 'false',
    },
    { id: 'two', type: 'ui-serial-kafka-mongo', page: 'page', order: 1, ...at(120), wires: [['answer2']] },
    { id: 'answer2', type: 'function', func: catalog, outputs: 1, ...at(160), wires: [['two']] },
  ];
  return nodes;
}

/** A settings file of somebody's own; that the flows run is told as nodeRedProcess wants to hear it. */
export function ownSettings(settings: object): string {
  return `const { events } = require(require.resolve('@node-red/util', { paths: [process.env.NODE_RED_MODULE] }));
events.on('flows:started', () => console.log('stack: flows started'));
module.exports = { ...${JSON.stringify(settings)}, uiHost: process.env.NODE_RED_HOST, uiPort: Number(process.env.NODE_RED_PORT),
  flowFile: 'flows.json', httpAdminRoot: '/admin', credentialSecret: 'x', telemetry: { enabled: false, updateNotification: false } };`;
}
