import type { IncomingMessage, Server } from 'node:http';
import { applyLogin, type LoginSettings } from './login/apply';
import type { Middleware } from './login/gate';
import { OWN_PAGES_POLICY } from './headers';
import { KnownNames } from './names';
import type { Report } from './reports';
import type { Health } from './observe/health';
import { Metrics } from './observe/metrics';
import { observe, type Observed } from './observe/observe';
import { guardServer, isGuarded, type ServerGuardOptions } from './server-guard';
import { beforeEditor, beforeSockets, type NodeRedSettings } from './settings';
import { guardEditorChannel } from './sockets/editor-channel';
import { guardSockets } from './sockets/guard-sockets';
import { admitClassic, admitDashboard2, type Widgets } from './sockets/packets';
import type { Refusal } from './who-may-ask';

export { jsonLog } from './json-log';

/** What protect() can be told. */
export interface ProtectOptions extends LoginSettings {
  /** names under which browsers reach this server, beside its addresses and localhost: `panel.example.com` */
  names?: readonly string[];
  /**
   * the content security policy of all pages that set none: 'own' where they load everything from this server, or a text;
   * without it they may load from everywhere, and are framed by nobody
   */
  contentSecurityPolicy?: string | undefined;
  /** answers /health/live, /health/ready and /metrics, to programs of this machine and to who has the password */
  observe?: boolean;
}

/** What Node-RED hands over when it loads this package's plugin. */
export interface Runtime {
  server: Server | undefined;
  classic: Widgets;
  dashboard2: Widgets;
  report: Report;
  health: Health;
}

/** Set by settings.js, which Node-RED reads first. */
let wanted: Omit<ServerGuardOptions, 'refused'> | undefined;
let observed: Observed | undefined;
let runtime: Runtime | undefined;

/**
 * Makes a Node-RED hear only its own pages, of no use to other websites that somebody in this network has open; hear of
 * its dashboards only what their pages send; and ask for its passwords so that guessing them stops nothing. To be called
 * in settings.js, once the settings are there: `require('node-red-contrib-serial-kafka-mongo').protect(module.exports)`.
 * @param settings changed in place
 * @returns the same settings
 * @throws Error where an option cannot be used
 */
export function protect(settings: NodeRedSettings, options: ProtectOptions = {}): NodeRedSettings {
  const { contentSecurityPolicy: policy } = options;
  wanted = {
    names: new KnownNames(options.names),
    policy: policy === 'own' ? OWN_PAGES_POLICY : policy,
    upgrade: (request, socket) => {
      if (!isForEditor(request, settings)) return;
      const address = request.socket.remoteAddress ?? '-';
      guardEditorChannel(socket, {
        asksWho: settings.adminAuth !== undefined && settings.adminAuth !== null,
        refused: () => runtime?.report('editor', '-', address),
      });
    },
  };
  beforeSockets(
    settings,
    'ui',
    guardSockets({
      admit: admitClassic,
      widgets: () => runtime?.classic,
      refused: (event, { address }) => runtime?.report('classic', event, address),
    }),
  );
  beforeSockets(
    settings,
    'dashboard',
    guardSockets({
      admit: admitDashboard2,
      widgets: () => runtime?.dashboard2,
      refused: (event, { address }) => runtime?.report('dashboard-2', event, address),
    }),
  );
  const gate = applyLogin(settings, options);
  if (options.observe) wanted.own = (request, response) => observe(request, response, observed, gate);
  beforeEditor(settings, guardLate);
  return settings;
}

/** Takes what the guards need of a Node-RED, and guards its server, where settings.js asked for that. */
export function useRuntime(given: Runtime): void {
  runtime = given;
  // Before any node is made: nothing is counted otherwise.
  if (wanted?.own) observed = { health: given.health, metrics: new Metrics() };
  if (wanted && given.server) guardServer(given.server, { ...wanted, refused: reportRefusal });
}

/** Where the editor's channel is: Node-RED works it out of the settings in the same way, and may complete these before. */
function isForEditor({ url = '' }: IncomingMessage, { httpAdminRoot, httpRoot }: NodeRedSettings): boolean {
  const root = [httpAdminRoot, httpRoot].find(
    (path): path is string => typeof path === 'string' && path !== '',
  );
  const place = `/${root ?? ''}/comms`.replace(/\/+/g, '/');
  const [path = ''] = url.replaceAll('\\', '/').split(/[?#]/, 1);
  // A whole address may stand in the place of a path; whatever is before the path in it, Node-RED takes only that.
  return path.startsWith('/') ? path === place : path.endsWith(place);
}

function reportRefusal(refusal: Refusal, { socket }: IncomingMessage): void {
  const what = refusal.because === 'host' ? refusal.host : refusal.origin;
  runtime?.report(refusal.because, what, socket.remoteAddress ?? '-');
}

/** Where this package's plugin was not loaded: the editor's first request, whoever sends it, has the server guarded. */
const guardLate: Middleware = (request, response, next) => {
  const { server } = request.socket as { server?: Server };
  if (!wanted || !server || isGuarded(server)) {
    next();
    return;
  }
  guardServer(server, { ...wanted, refused: reportRefusal });
  response.writeHead(503, { 'retry-after': '0', connection: 'close' });
  response.end();
};
