import { request } from 'node:http';

/** What somebody was told who asked a server something. */
export interface Told {
  /** 101 where a WebSocket was opened */
  status: number;
  body: string;
}

export interface Question {
  method?: string;
  /** as it stands in the request, in place of that of the URL */
  path?: string;
  headers?: Record<string, string>;
  body?: string;
}

const WEBSOCKET = {
  connection: 'Upgrade',
  upgrade: 'websocket',
  'sec-websocket-version': '13',
  'sec-websocket-key': 'AAAAAAAAAAAAAAAAAAAAAA==',
};

/** Asks as any program can: with the headers of any page, and under any name of the server. */
export function ask(url: string, { method = 'GET', headers = {}, body, path }: Question = {}): Promise<Told> {
  return new Promise((resolve, reject) => {
    const asked = request(url, {
      method,
      headers,
      agent: false,
      timeout: 30_000,
      ...(path === undefined ? {} : { path }),
    });
    asked.on('response', (response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => (text += chunk.toString()));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body: text }));
      response.on('error', reject);
    });
    asked.on('upgrade', (response, socket) => {
      socket.destroy();
      resolve({ status: response.statusCode ?? 0, body: '' });
    });
    asked.on('timeout', () => asked.destroy(new Error(`${method} ${url} was not answered`)));
    asked.on('error', reject);
    asked.end(body);
  });
}

/** Asks for a WebSocket. */
export function askForSocket(url: string, headers: Record<string, string> = {}): Promise<Told> {
  return ask(url, { headers: { ...WEBSOCKET, ...headers } });
}

/**
 * A flow that runs a program at once, as the fields of a form: the body parser of Node-RED's admin API makes an object of
 * them.
 * @param file written by the program
 */
export function flowAsForm(file: string): Record<string, string> {
  return {
    label: 'evil',
    'nodes[0][id]': 'evilinject1',
    'nodes[0][type]': 'inject',
    'nodes[0][once]': 'true',
    'nodes[0][onceDelay]': '0.1',
    'nodes[0][props][0][p]': 'payload',
    'nodes[0][payload]': 'x',
    'nodes[0][payloadType]': 'str',
    'nodes[0][x]': '10',
    'nodes[0][y]': '10',
    'nodes[0][wires][0][0]': 'evilexec1',
    'nodes[1][id]': 'evilexec1',
    'nodes[1][type]': 'exec',
    'nodes[1][command]': `echo taken > ${file}`,
    'nodes[1][addpay]': '',
    'nodes[1][x]': '10',
    'nodes[1][y]': '20',
    'nodes[1][wires][0][0]': '',
    'nodes[1][wires][1][0]': '',
    'nodes[1][wires][2][0]': '',
  };
}
