import type { FlowNode } from '../../../stack/node-red/flows';
import type { DebugMessage } from '../../support/admin-api';
import { nodeOf } from '../../support/flow-settings';
import type { Home } from './home';

/** Uses an example as its comment says, and waits for what a person then sees. */
type ExampleRun = (home: Home, flow: readonly FlowNode[]) => Promise<void>;

interface ShownMessage {
  action?: string;
  payload?: unknown;
  stored?: { inserted: number; alreadyThere: number };
  error?: { reason?: string };
}

const LINE = '{"nodo":"comuna_15","humedad":60,"temperatura":26,"sensacion":26.92732,"radiacion":1997.07}';

/** What is in the log beside: the line that example 01 shows as rejected, and what the guard has refused in a test of it. */
export const EXPECTED_WARNING =
  /\[serial-json-in:[^\]]*\] a line was rejected: .*\(Error\)|evil\.example.*: refused/;

/** By file name; the order is theirs: what one writes, a later one reads. */
export const EXAMPLE_RUNS: Record<string, ExampleRun> = {
  '01 serial-json-in.json': async (home, flow) => {
    await portOpen(home, flow);
    home.board.write(`Error\r\n${LINE}\r\n`);
    await shown(home, flow, 'rejected lines', () => true);
    await shown(home, flow, 'readings', isReading);
  },
  '02 kafka-producer.json': async (home, flow) => {
    await home.api.press(nodeOf(flow, 'inject', 'reading'));
    await shown(home, flow, 'acknowledged', isReading);
    await home.api.press(nodeOf(flow, 'inject', 'text'));
    await shown(home, flow, 'acknowledged', ({ payload }) => typeof payload === 'string');
  },
  '03 kafka-consumer.json': async (home, flow) => {
    await shown(home, flow, 'records', isReading);
    await shown(home, flow, 'dead letters', () => true);
  },
  '04 mongo-sink.json': async (home, flow) => {
    await home.api.press(nodeOf(flow, 'inject', 'reading'));
    await shown(home, flow, 'stored', ({ stored }) => stored);
    await home.api.press(nodeOf(flow, 'inject', 'without nodo'));
    await shown(home, flow, 'refused', ({ error }) => error);
  },
  '05 topic-catalog.json': askCatalog,
  '06 whole pipeline.json': async (home, flow) => {
    await portOpen(home, flow);
    home.board.write(`${LINE}\r\n`);
    await shown(home, flow, 'stored', isReading);
    await askCatalog(home, flow);
  },
  // What its widgets show is seen in test/browser; here it is enough that it runs, and asks for the nodes by itself.
  '07 stock widgets.json': async (home, flow) => {
    await home.api.status(
      'the list of nodes',
      nodeOf(flow, 'topic-catalog'),
      ({ fill, text }) => fill === 'green' && (text ?? '').includes('1'),
    );
  },
  '08 replay.json': async (home, flow) => {
    await reading(home, flow);
    const again = nodeOf(flow, 'inject', 'from the beginning');
    await home.api.press(again);
    // Some of these were only read by the examples before.
    await shown(home, flow, 'stored', ({ stored }) => stored);
    await home.api.press(again);
    await shown(home, flow, 'stored', ({ stored }) => stored?.inserted === 0 && stored.alreadyThere > 0);
  },
  '09 errors and dead letters.json': async (home, flow) => {
    await reading(home, flow);
    await home.api.press(nodeOf(flow, 'inject', 'wrong reading'));
    await shown(home, flow, 'dead letters', ({ error }) => error?.reason === 'rejected');
    await home.api.press(nodeOf(flow, 'inject', 'good reading'));
    await shown(home, flow, 'good', isReading);
  },
  '10 page in the classic dashboard.json': catalogConnected,
  '11 page in Dashboard 2.0.json': catalogConnected,
  '12 mongo-find.json': async (home, flow) => {
    await home.api.press(nodeOf(flow, 'inject', 'last ten'));
    await shown(home, flow, 'found', ({ payload }) =>
      (payload as unknown[]).every((one) => isReading({ payload: one })),
    );
    await home.api.press(nodeOf(flow, 'inject', 'means'));
    await shown(home, flow, 'found', ({ payload }) =>
      (payload as { _id?: unknown; readings?: unknown }[]).some(
        ({ readings }) => typeof readings === 'number',
      ),
    );
    await home.api.press(nodeOf(flow, 'inject', 'all, one by one'));
    await shown(home, flow, 'CSV', ({ payload }) => String(payload).includes('comuna_15'));
  },
  // The registry is a stand-in: a real one is asked in test/registry.
  '13 schema registry.json': async (home, flow) => {
    const { schema } = nodeOf(flow, 'kafka-producer');
    home.registry.replies.set(`/subjects/${home.settings.topic}-value/versions`, {
      status: 200,
      body: '{"id": 77}',
    });
    home.registry.setSchema(77, schema);
    await home.api.press(nodeOf(flow, 'inject', 'reading'));
    await shown(home, flow, 'records', isReading);
    await home.api.press(nodeOf(flow, 'inject', 'does not fit'));
    await home.api.debugMessage('the error', nodeOf(flow, 'debug', 'error'), (text: string) =>
      text.includes('humedad'),
    );
  },
};

/** What the page shows is seen in test/browser. */
async function catalogConnected(home: Home, flow: readonly FlowNode[]): Promise<void> {
  await home.api.status('the catalog', nodeOf(flow, 'topic-catalog'), ({ fill }) => fill === 'green');
}

/** The errors that an example shows on purpose, in its catch node. */
export const EXPECTED_ERRORS: Record<string, RegExp> = {
  '04 mongo-sink.json': /has no "nodo"/,
  '13 schema registry.json': /humedad/,
};

async function askCatalog(home: Home, flow: readonly FlowNode[]): Promise<void> {
  for (const [button, action, part] of [
    ['topics', 'topics', home.settings.topic],
    ['nodes', 'nodes', 'comuna_15'],
    ['last 10', 'series', 'comuna_15'],
  ] as const) {
    await home.api.press(nodeOf(flow, 'inject', button));
    await shown(
      home,
      flow,
      'answers',
      (message) => message.action === action && JSON.stringify(message.payload).includes(part),
    );
  }
}

/** The consumer has its partitions. */
async function reading(home: Home, flow: readonly FlowNode[]): Promise<void> {
  await home.api.status(
    'the consumer to be connected',
    nodeOf(flow, 'kafka-consumer'),
    ({ fill }) => fill === 'green',
  );
}

/** Node-RED has opened it, and so what the board sends from now on is read. */
async function portOpen(home: Home, flow: readonly FlowNode[]): Promise<void> {
  await home.api.status(
    'the serial port to be open',
    nodeOf(flow, 'serial-json-in'),
    ({ fill }) => fill === 'green',
  );
}

function shown(
  home: Home,
  flow: readonly FlowNode[],
  debugName: string,
  condition: (message: ShownMessage) => unknown,
): Promise<DebugMessage['value']> {
  return home.api.debugMessage(`a message in "${debugName}"`, nodeOf(flow, 'debug', debugName), condition);
}

function isReading({ payload }: ShownMessage): boolean {
  return (payload as { nodo?: unknown } | undefined)?.nodo === 'comuna_15';
}
