import type { Node, NodeAPI, NodeDef } from 'node-red';
import type { PipelineMessage } from '../../nodes/shared/messages';
import { serveCommands } from './commands';
import { Counter } from './counter';
import { readingSource, type MemoryReading } from './readings';

/** How to feed. */
export interface FeedOrder {
  topic: string;
  nodes: string[];
  /** how many may be on their way at the same time; absent: any number */
  window?: number;
  /** id of the node whose done() takes a reading off its way; absent: nobody says so */
  until?: string;
  /** how many in all; absent: until it is told to stop */
  limit?: number;
  /** the payload as JSON text, with no reading id: for nodes that take text only */
  text?: boolean;
}

/** Messages sent before the rest of Node-RED gets its turn. */
const PER_TURN = 200;

/** A hook's event: the message a node is done with. */
interface CompleteEvent {
  node: { id: string };
  msg: { payload?: unknown };
  error?: unknown;
}

/** The parts of Node-RED's API that its types leave out. */
interface WithHooks {
  hooks: {
    add(name: string, hook: (event: CompleteEvent) => void): void;
    remove(name: string): void;
  };
}

/** Counts by node id, kept over deployments. */
const done = new Map<string, Counter>();
const latencies: number[] = [];
let failed = 0;
let feeder: Feeder | undefined;
let send: ((message: PipelineMessage) => void) | undefined;

function counterOf(id: string): Counter {
  let counter = done.get(id);
  if (!counter) {
    counter = new Counter();
    done.set(id, counter);
  }
  return counter;
}

/** A reading may carry the time at which its line was written. */
function noteLatency(payload: unknown): void {
  const { t } = (payload ?? {}) as { t?: unknown };
  if (typeof t === 'number') latencies.push(performance.timeOrigin + performance.now() - t);
}

function onComplete({ node, msg, error }: CompleteEvent): void {
  const { payload } = msg;
  if (error) failed++;
  counterOf(node.id).add(Array.isArray(payload) ? payload.length : 1);
  if (node.id === 'sink') {
    if (Array.isArray(payload)) payload.forEach(noteLatency);
    else noteLatency(payload);
  }
  feeder?.wake();
}

/** Sends readings as fast as they are done with. */
class Feeder {
  fed = 0;
  private stopped = false;
  private due = false;
  private readonly next: () => MemoryReading;
  private readonly already: number;

  constructor(private readonly order: FeedOrder) {
    this.next = readingSource(order.nodes);
    this.already = this.released;
    this.wake();
  }

  wake(): void {
    const { window = Infinity, limit = Infinity } = this.order;
    if (this.due || this.stopped || this.open >= window || this.fed >= limit) return;
    this.due = true;
    setImmediate(() => this.send());
  }

  stop(): void {
    this.stopped = true;
  }

  private get released(): number {
    return this.order.until === undefined ? 0 : counterOf(this.order.until).progress.count;
  }

  private get open(): number {
    return this.order.until === undefined ? 0 : this.fed - (this.released - this.already);
  }

  private send(): void {
    this.due = false;
    if (this.stopped || !send) return;
    const { topic, window = Infinity, limit = Infinity, text } = this.order;
    for (let left = Math.min(PER_TURN, window - this.open, limit - this.fed); left > 0; left--) {
      const { payload, key, readingId } = this.next();
      this.fed++;
      send(text ? { topic, key, payload: JSON.stringify(payload) } : { topic, key, payload, readingId });
    }
    this.wake();
  }
}

serveCommands({
  start: (order: FeedOrder) => {
    feeder?.stop();
    feeder = new Feeder(order);
  },
  stop: () => {
    feeder?.stop();
    return feeder?.fed ?? 0;
  },
  done: ({ node }: { node: string }) => counterOf(node).progress,
  reset: () => {
    for (const counter of done.values()) counter.reset();
    latencies.length = 0;
    failed = 0;
  },
  failed: () => failed,
  latencies: () => latencies.splice(0),
});

export default function register(RED: NodeAPI): void {
  const { hooks } = RED as unknown as WithHooks;
  hooks.remove('onComplete.bench');
  hooks.add('onComplete.bench', onComplete);

  function FeedNode(this: Node, definition: NodeDef): void {
    RED.nodes.createNode(this, definition);
    // Only now do the nodes behind it exist; a deploy answers earlier.
    RED.events.once('flows:started', () => {
      send = (message) => this.send(message);
      feeder?.wake();
    });
    this.on('close', () => {
      send = undefined;
    });
  }
  RED.nodes.registerType('bench-feed', FeedNode);

  function CountNode(this: Node, definition: NodeDef): void {
    RED.nodes.createNode(this, definition);
    this.on('input', (_message, _send, finish) => finish());
  }
  RED.nodes.registerType('bench-count', CountNode);
}
