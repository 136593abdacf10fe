import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { run } from '../../stack/process/run';
import { serialReadings, tab, type FlowNode, type Place } from '../../test/faults/support/flow';
import { configNodes, consumer, producer, sink } from '../../test/faults/support/our-flows';
import { plugIn, type TestDevice } from '../../test/support/pty';
import { until } from '../../test/support/until';
import type { Progress } from '../contenders/counter';
import { pythonWithKafka } from '../support/peers';
import type { Remote } from '../support/remote';
import type { Context, Row, Series } from '../support/row';
import { quantile } from '../support/statistics';

const AT_100 = 'line to stored, 100 readings/s';
const ORIGINAL = "original's pattern, line to Kafka only";

/** Lines that go first, until everything is connected and compiled. */
const WARM_UP_LINES = 300;
const SLOW_SECONDS = 3;
const DRAIN_MS = 60_000;

interface Rate {
  name: string;
  perSecond: number;
  lines: number;
}

/** Milliseconds from a line's first byte on the serial device to its document in the database. */
export const latencyRow: Row = {
  row: 4,
  title: 'latency, milliseconds',
  async run(context) {
    const { services, workshop, plan } = context;
    const place: Place = {
      brokers: services.kafka.bootstrap,
      databaseUri: services.database.uri,
      databaseName: 'row4',
      topic: 'row4',
      groupId: 'row4',
    };
    await services.kafka.createTopic(place.topic, 3);
    const device = await plugIn(path.join(services.dir, 'board'));
    try {
      const { remote } = await workshop.nodeRed('latency', flow(place, device.link));
      await write(remote, device, { name: '', perSecond: 100, lines: WARM_UP_LINES });
      const series: Series[] = [];
      for (const rate of rates(plan.full)) {
        const latencies = await write(remote, device, rate);
        series.push(...toSeries(rate, latencies));
        context.say(`  ${rate.name}: ${latencies.length} readings`);
      }
      series.push(await original(context, place));
      return {
        row: 4,
        title: this.title,
        series,
        goals: [{ of: `${ORIGINAL}, median`, to: `${AT_100}, median`, atLeast: 20 }],
        bounds: [
          { of: `${AT_100}, median`, atMost: 15 },
          { of: `${AT_100}, p99`, atMost: 50 },
        ],
        notes: [
          'a pseudo-terminal in place of the board, everything on this machine, single mode, outbox on',
        ],
      };
    } finally {
      await device.unplug();
    }
  },
};

function rates(full: boolean): Rate[] {
  const lively = [
    { name: AT_100, perSecond: 100, lines: full ? 3_000 : 500 },
    { name: 'line to stored, 1,000 readings/s', perSecond: 1_000, lines: full ? 10_000 : 2_000 },
  ];
  if (!full) return lively;
  return [{ name: 'line to stored, 1 reading each 3 s', perSecond: 1 / SLOW_SECONDS, lines: 20 }, ...lively];
}

function flow(place: Place, serial: string): FlowNode[] {
  return [
    ...configNodes(place),
    ...tab('all', [
      serialReadings(serial, 'producer', 'refused'),
      { id: 'refused', type: 'bench-count' },
      producer(place, { wires: [[]] }),
      consumer(place, 'sink', { wires: [['sink'], []] }),
      sink({ wires: [[], []] }),
    ]),
  ];
}

/** Writes lines evenly spread over the time, each with the time of its writing. @returns the latencies, ascending */
async function write(remote: Remote, device: TestDevice, { perSecond, lines }: Rate): Promise<number[]> {
  await remote.call('reset');
  const start = performance.now();
  for (let n = 0; n < lines; n++) {
    const due = start + (n / perSecond) * 1000;
    const wait = due - performance.now();
    if (wait > 1) await sleep(wait);
    const t = performance.timeOrigin + performance.now();
    device.write(`${JSON.stringify({ nodo: 'comuna_15', humedad: 60, temperatura: 26, t })}\r\n`);
  }
  const stored = (): Promise<Progress> => remote.call<Progress>('done', { node: 'sink' });
  await until(`all ${lines} lines to be stored`, async () => (await stored()).count >= lines, DRAIN_MS);
  return (await remote.call<number[]>('latencies')).sort((a, b) => a - b);
}

function toSeries({ name }: Rate, latencies: readonly number[]): Series[] {
  const one = (what: string, share: number): Series => ({
    name: `${name}, ${what}`,
    unit: 'ms',
    figures: [quantile(latencies, share)],
  });
  return [one('median', 0.5), one('p99', 0.99), one('worst', 1)];
}

async function original({ plan, say }: Context, place: Place): Promise<Series> {
  const script = path.join(__dirname, '..', 'contenders', 'original.py');
  const took: number[] = [];
  const python = await pythonWithKafka(say);
  await run(python, [script, place.brokers, place.topic, String(plan.full ? 50 : 15)], (line) => {
    const milliseconds = Number(line);
    if (Number.isFinite(milliseconds)) took.push(milliseconds);
  });
  took.sort((a, b) => a - b);
  return { name: `${ORIGINAL}, median`, unit: 'ms', figures: [quantile(took, 0.5)] };
}
