import type { Middleware } from './login/gate';
import type { SocketMiddleware } from './sockets/guard-sockets';

/** The settings of Node-RED that the guard looks at or changes; all others stay as they are. */
export interface NodeRedSettings {
  adminAuth?: unknown;
  httpAdminMiddleware?: unknown;
  httpNodeAuth?: unknown;
  /** of the classic dashboard */
  ui?: DashboardSettings | undefined;
  /** of Dashboard 2.0, which takes those of the classic one where it has none */
  dashboard?: DashboardSettings | undefined;
  [setting: string]: unknown;
}

export interface DashboardSettings {
  ioMiddleware?: unknown;
  [setting: string]: unknown;
}

/** Puts a middleware before those that the editor has. */
export function beforeEditor(settings: NodeRedSettings, middleware: Middleware): void {
  settings.httpAdminMiddleware = [middleware, ...listOf(settings.httpAdminMiddleware)];
}

/**
 * Puts a middleware before those that the sockets of a dashboard have.
 * @param which `ui` is the classic one, `dashboard` is Dashboard 2.0
 */
export function beforeSockets(
  settings: NodeRedSettings,
  which: 'ui' | 'dashboard',
  middleware: SocketMiddleware,
): void {
  // Each gets settings of its own before one is changed, since the second takes those of the first where it has none.
  settings.dashboard ??= { ...settings.ui };
  // With the path that it has without settings: other packages' widgets look for it where there are some.
  settings.ui ??= { path: 'ui' };
  const { ioMiddleware } = settings[which] ?? {};
  settings[which] = { ...settings[which], ioMiddleware: [middleware, ...listOf(ioMiddleware)] };
}

function listOf(value: unknown): unknown[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}
