import path from 'node:path';
import { ManagedProcess } from '../process/managed-process';

export interface NodeRedOptions {
  /** Prepared by prepareUserDir and installFlows. */
  userDir: string;
  host: string;
  port: number;
  /** User and bcrypt hash that the editor and the dashboard ask for; absent: they ask for nothing. */
  admin?: { user: string; passwordHash: string };
  /** For the flows. */
  env?: Record<string, string>;
  /** Folder for its log. */
  logs?: string;
  stopTimeout?: number;
  /** Another settings file than SETTINGS_FILE. */
  settings?: string;
  /** Other programs than those of this checkout. */
  programs?: NodeRedPrograms;
}

export interface NodeRedPrograms {
  /** the program of Node.js */
  node: string;
  /** red.js of Node-RED */
  nodeRed: string;
}

/** Where the editor stands below Node-RED's address; settings.cjs says the same. */
export const EDITOR_PATH = '/admin';

export const SETTINGS_FILE = path.join(__dirname, 'settings.cjs');

const STARTED = 'stack: flows started';
const NOT_STARTED = 'stack: flows not started: ';

/** @returns Node-RED's process; it is ready when the editor answers and its flows run, or it says that they can't. */
export function nodeRedProcess(options: NodeRedOptions): ManagedProcess {
  const { node: command, nodeRed: module } = options.programs ?? {
    node: process.execPath,
    nodeRed: require.resolve('node-red/red.js'),
  };
  const settings = options.settings ?? SETTINGS_FILE;
  let flowsTold = false;
  const node = new ManagedProcess({
    name: 'Node-RED',
    command,
    args: [module, '--settings', settings, '--userDir', options.userDir],
    cwd: options.userDir,
    env: {
      ...options.env,
      NODE_RED_PORT: String(options.port),
      NODE_RED_HOST: options.host,
      NODE_RED_USER_DIR: options.userDir,
      NODE_RED_MODULE: path.dirname(module),
      ADMIN_USER: options.admin?.user,
      ADMIN_PASSWORD_HASH: options.admin?.passwordHash,
    },
    ready: async () => flowsTold && (await editorAnswers(options)),
    ...(options.stopTimeout === undefined ? {} : { stopTimeout: options.stopTimeout }),
    ...(options.logs === undefined ? {} : { logFile: path.join(options.logs, 'node-red.log') }),
  });
  node.on('start', () => (flowsTold = false));
  node.on('line', (line) => (flowsTold ||= line.startsWith(STARTED) || line.startsWith(NOT_STARTED)));
  return node;
}

/** @returns why Node-RED could not start its flows, from a line of its output; undefined for any other line. */
export function flowsProblem(line: string): string | undefined {
  return line.startsWith(NOT_STARTED) ? line.slice(NOT_STARTED.length) : undefined;
}

/** @returns an address as it stands in a URL. */
export function urlOf(host: string, port: number): string {
  // A server that listens everywhere is reached, from this machine, on the loopback address.
  const reached = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
  return `http://${reached.includes(':') ? `[${reached}]` : reached}:${port}`;
}

async function editorAnswers({ host, port }: NodeRedOptions): Promise<boolean> {
  const response = await fetch(`${urlOf(host, port)}${EDITOR_PATH}/`, { signal: AbortSignal.timeout(2_000) });
  await response.arrayBuffer();
  return response.ok;
}
