import type { FlowNode } from '../../stack/node-red/flows';
import { until } from './until';

/** What stands under a node in the editor. */
export interface NodeStatus {
  fill?: string;
  shape?: string;
  text?: string;
}

/** A message in the editor's debug sidebar. */
export interface DebugMessage {
  /** the debug node that shows it */
  id: string;
  /** the message or the property of it, as the sidebar gets it: cut where it is long */
  value: unknown;
}

/** A set of nodes of an installed package: those that one file registers. */
export interface NodeSet {
  module: string;
  types: string[];
  enabled: boolean;
  err?: string;
}

/** What happens on Node-RED's event channel that the editor listens to. */
interface ChannelEvent {
  topic: string;
  data?: unknown;
}

/** Node-RED as its editor talks to it: the admin API, and the channel with statuses and debug messages. */
export class AdminApi {
  /** by node id; the newest of each */
  readonly statuses = new Map<string, NodeStatus>();
  /** oldest first */
  readonly debugMessages: DebugMessage[] = [];

  private constructor(
    private readonly url: string,
    private readonly channel: WebSocket,
  ) {
    channel.addEventListener('message', ({ data }) => this.take(JSON.parse(String(data)) as ChannelEvent[]));
  }

  /** @param url where the editor stands, without a slash at its end */
  static async connect(url: string): Promise<AdminApi> {
    const channel = new WebSocket(`${url.replace(/^http/, 'ws')}/comms`);
    const api = new AdminApi(url, channel);
    await new Promise((resolve, reject) => {
      channel.addEventListener('open', resolve);
      channel.addEventListener('error', () => reject(new Error(`${url}/comms cannot be opened`)));
    });
    for (const topic of ['status/#', 'debug']) channel.send(JSON.stringify({ subscribe: topic }));
    return api;
  }

  /** The sets of nodes that this Node-RED has, loaded or not. */
  nodeSets(): Promise<NodeSet[]> {
    return this.get('/nodes', { accept: 'application/json' });
  }

  /** @throws with the answer when it is anything but a success */
  async get<T>(path: string, headers: Record<string, string> = {}): Promise<T> {
    const text = await this.request(path, { headers });
    return JSON.parse(text) as T;
  }

  /** @returns the answer as it comes. @throws with the answer when it is anything but a success */
  async request(path: string, init: RequestInit = {}): Promise<string> {
    const response = await fetch(`${this.url}${path}`, init);
    const text = await response.text();
    if (!response.ok)
      throw new Error(`${init.method ?? 'GET'} ${path} answered ${response.status}: ${text.slice(0, 2_000)}`);
    return text;
  }

  /** Replaces all flows, as "Deploy" does. What was seen of the flows before is forgotten. */
  async deploy(flow: readonly FlowNode[]): Promise<void> {
    this.statuses.clear();
    this.debugMessages.length = 0;
    await this.request('/flows', {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'node-red-deployment-type': 'full' },
      body: JSON.stringify(flow),
    });
  }

  /** Presses the button of an inject node, once it is there: a deploy is answered before the new flows run. */
  async press(inject: FlowNode): Promise<void> {
    await until(`the button ${String(inject.name)} to work`, async () => {
      await this.request(`/inject/${inject.id}`, { method: 'POST' });
      return true;
    });
  }

  /** @returns the first message that a debug node shows and that satisfies the condition, those of the past included */
  debugMessage(
    what: string,
    node: FlowNode,
    condition: (value: never) => unknown,
    timeoutMs = 60_000,
  ): Promise<unknown> {
    return until(
      what,
      () => this.debugMessages.find(({ id, value }) => id === node.id && condition(value as never))?.value,
      timeoutMs,
    );
  }

  /** Waits until the status of a node is as it should be. @returns it */
  status(
    what: string,
    node: FlowNode,
    condition: (status: NodeStatus) => boolean,
    timeoutMs = 60_000,
  ): Promise<NodeStatus> {
    return until(
      what,
      () => {
        const status = this.statuses.get(node.id);
        return status && condition(status) ? status : undefined;
      },
      timeoutMs,
    );
  }

  close(): void {
    this.channel.close();
  }

  private take(events: ChannelEvent[]): void {
    for (const { topic, data } of events) {
      if (topic.startsWith('status/')) this.statuses.set(topic.slice('status/'.length), data as NodeStatus);
      if (topic === 'debug') this.debugMessages.push(debugMessageOf(data as RawDebug));
    }
  }
}

interface RawDebug {
  id: string;
  msg?: string;
  /** "Object", "string[23]", "error", ...: objects come as JSON */
  format?: string;
}

function debugMessageOf({ id, msg, format = '' }: RawDebug): DebugMessage {
  const isJson = msg !== undefined && /^(object|array|error)/i.test(format);
  return { id, value: isJson ? (JSON.parse(msg) as unknown) : msg };
}
