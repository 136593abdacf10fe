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
};

/** The errors that an example shows on purpose, in its catch node. */
export const EXPECTED_ERRORS: Record<string, RegExp> = { '04 mongo-sink.json': /has no "nodo"/ };

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
