import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import path from 'node:path';
import { ManagedProcess } from '../process/managed-process';

export interface NodeRedOptions {
  /** Prepared by prepareUserDir and installFlows. */
  userDir: string;
  host: string;
  port: number;
  /** Names under which browsers reach it, beside its addresses and localhost. */
  hostNames?: readonly string[];
  /** User and bcrypt hash that the editor and the dashboard ask for; absent: they ask for nothing. */
  admin?: { user: string; passwordHash: string };
  /** User and bcrypt hash of whoever may open the dashboard and not the editor. */
  viewer?: { user: string; passwordHash: string } | undefined;
  /** Files with its certificate and its key, in PEM; absent: it speaks plain HTTP. */
  tls?: { cert: string; key: string } | undefined;
  /** A secret that stands for the password in a link, `?sign-in=...`. */
  signIn?: string | undefined;
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
    // The flows may use what their owner has set.
    inherits: 'all',
    env: {
      ...options.env,
      NODE_RED_PORT: String(options.port),
      NODE_RED_HOST: options.host,
      NODE_RED_HOST_NAMES: options.hostNames?.join(','),
      NODE_RED_USER_DIR: options.userDir,
      NODE_RED_MODULE: path.dirname(module),
      ADMIN_USER: options.admin?.user,
      ADMIN_PASSWORD_HASH: options.admin?.passwordHash,
      VIEWER_USER: options.viewer?.user,
      VIEWER_PASSWORD_HASH: options.viewer?.passwordHash,
      SIGN_IN: options.signIn,
      TLS_CERT: options.tls?.cert,
      TLS_KEY: options.tls?.key,
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

/**
 * @param tls whether it is spoken to by TLS
 * @returns an address as it stands in a URL
 */
export function urlOf(host: string, port: number, tls = false): string {
  // A server that listens everywhere is reached, from this machine, on the loopback address.
  const reached = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
  return `${tls ? 'https' : 'http'}://${reached.includes(':') ? `[${reached}]` : reached}:${port}`;
}

function editorAnswers({ host, port, tls }: NodeRedOptions): Promise<boolean> {
  const url = `${urlOf(host, port, tls !== undefined)}${EDITOR_PATH}/`;
  // Its certificate is for those who come from elsewhere: it need not name the address that is asked here.
  const options = { timeout: 2_000, rejectUnauthorized: false, agent: false as const };
  return new Promise((resolve, reject) => {
    const asked = (tls === undefined ? requestHttp : requestHttps)(url, options, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    asked.on('timeout', () => asked.destroy(new Error(`${url} did not answer`)));
    asked.on('error', reject);
    asked.end();
  });
}
