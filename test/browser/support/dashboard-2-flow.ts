import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { FlowNode } from '../../../stack/node-red/flows';
import { ROOT } from '../../../stack/paths';

const HOST = path.join(ROOT, 'nodes/topic-catalog/page/hosts/dashboard-2.vue');

/** The server's flow with Dashboard 2.0 in place of the classic dashboard, as the page's README says to build it. */
export function withDashboard2(flow: FlowNode[]): FlowNode[] {
  const classic = flow.find(({ type }) => type === 'ui_template');
  if (!classic) throw new Error('the flow has no ui_template');
  const base = {
    id: 'd2base',
    type: 'ui-base',
    name: 'Dashboard 2.0',
    path: '/dashboard',
    includeClientData: true,
    acceptsClientConfig: ['ui-notification', 'ui-control', 'ui-template'],
    headerContent: 'page',
    navigationStyle: 'default',
    titleBarStyle: 'default',
  };
  const theme = {
    id: 'd2theme',
    type: 'ui-theme',
    name: 'Theme',
    colors: {
      surface: '#ffffff',
      primary: '#0094CE',
      bgPage: '#eeeeee',
      groupBg: '#ffffff',
      groupOutline: '#cccccc',
    },
    sizes: {
      pagePadding: '0px',
      groupGap: '0px',
      groupBorderRadius: '4px',
      widgetGap: '0px',
      density: 'default',
    },
  };
  const page = {
    id: 'd2page',
    type: 'ui-page',
    name: 'Lecturas',
    ui: base.id,
    path: '/lecturas',
    icon: 'home',
    layout: 'grid',
    theme: theme.id,
    breakpoints: [{ name: 'Default', px: '0', cols: '3' }],
    order: 1,
    className: '',
    visible: 'true',
    disabled: 'false',
  };
  const template = {
    id: classic.id,
    type: 'ui-template',
    z: classic.z,
    group: '',
    page: page.id,
    ui: '',
    name: 'page',
    order: 1,
    width: 0,
    height: 0,
    format: readFileSync(HOST, 'utf8'),
    storeOutMessages: false,
    passthru: false,
    resendOnRefresh: false,
    templateScope: 'widget:page',
    className: '',
    x: classic.x,
    y: classic.y,
    wires: classic.wires,
  };
  return [...flow.filter(({ type }) => !type.startsWith('ui_')), base, theme, page, template] as FlowNode[];
}
