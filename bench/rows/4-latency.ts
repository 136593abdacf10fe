import path from 'node:path';
import { run } from '../../stack/process/run';
import { serialReadings, tab, type FlowNode, type Place } from '../../test/faults/support/flow';
import { configNodes, consumer, producer, sink } from '../../test/faults/support/our-flows';
import { plugIn, type TestDevice } from '../../test/support/pty';
import { until } from '../../test/support/until';
import type { Progress } from '../contenders/counter';
import { firstLine, writeLines, type Rate } from '../support/lines';
import { pythonWithKafka } from '../support/peers';
import type { Remote } from '../support/remote';
import type { Context, Row, Series } from '../support/row';
import { latenciesToPage } from '../support/seen-on-page';
import { interleaved } from '../support/services';
import { quantile } from '../support/statistics';
import { PIPELINE_NODES, pipelinePlace, throughPipeline } from '../support/whole-pipeline';

const STORED = 'line to stored';
const SEEN = 'line to page';
const SLOW = '1 reading each 3 s';
const AT_100 = '100 readings/s';
const HALF = 'half of the sustained maximum';
const ORIGINAL = "original's pattern, line to Kafka only";

const NODES = interleaved(PIPELINE_NODES);
/** Lines that go first, until everything is connected and compiled. */
const WARM_UP: Rate = { name: '', perSecond: 100, lines: 300 };
const DRAIN_MS = 60_000;
const SUSTAINED_MS = 10_000;

/** Milliseconds from a line's first byte on the serial device to its document in the database, and to the page. */
export const latencyRow: Row = {
  row: 4,
  title: 'latency, milliseconds',
  async run(context) {
    const { services, workshop, plan, say } = context;
    const contender = await workshop.nodeRed('latency', tab('all', []));
    const measureMs = plan.full ? SUSTAINED_MS : plan.measureMs;
    const { rate: most } = await throughPipeline(context, contender, 'single', 'row4_most', measureMs);
    const wanted = rates(plan.full, most / 2);
    say(`  half of the sustained maximum: ${Math.round(most / 2)} readings/s`);

    const series: Series[] = [];
    const device = await plugIn(path.join(services.dir, 'board'));
    try {
      await contender.nodeRed.deploy(flow(await pipelinePlace(services, 'row4'), device.link), 'full');
      await contender.remote.call('reset');
      await firstLine(device, NODES, async () => (await stored(contender.remote)).count > 0);
      await toStored(contender.remote, device, WARM_UP);
      for (const rate of wanted) {
        series.push(...toSeries(`${STORED}, ${rate.name}`, await toStored(contender.remote, device, rate)));
        say(`  ${STORED}, ${rate.name}: ${rate.lines} readings`);
      }
    } finally {
      await contender.stop();
      await device.unplug();
    }
    const seen = await latenciesToPage(services.dir, NODES, wanted);
    wanted.forEach(({ name }, i) => series.push(...toSeries(`${SEEN}, ${name}`, seen[i] ?? [])));
    series.push(...toSeries(ORIGINAL, await original(context)));
    return {
      row: 4,
      title: this.title,
      series,
      goals: [{ of: `${ORIGINAL}, median`, to: `${STORED}, ${AT_100}, median`, atLeast: 20 }],
      bounds: [
        { of: `${STORED}, ${AT_100}, median`, atMost: 15 },
        { of: `${STORED}, ${AT_100}, p99`, atMost: 50 },
      ],
      notes: [
        'a pseudo-terminal in place of the board, everything on this machine, single mode, outbox on',
        `half of the sustained maximum: ${Math.round(most / 2)} readings/s`,
        `to the page: the product as npm start runs it, Chromium on the page of one of ${NODES.length} sensor nodes, until it shows the reading or a newer one; the page is told 20 times a second at most`,
      ],
    };
  },
};

function rates(full: boolean, half: number): Rate[] {
  const lively = [
    { name: AT_100, perSecond: 100, lines: full ? 3_000 : 500 },
    { name: HALF, perSecond: half, lines: Math.ceil(half * (full ? 10 : 3)) },
  ];
  return full ? [{ name: SLOW, perSecond: 1 / 3, lines: 20 }, ...lively] : lively;
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

/** @returns milliseconds, one a line */
async function toStored(remote: Remote, device: TestDevice, rate: Rate): Promise<number[]> {
  await remote.call('reset');
  await writeLines(device, NODES, rate);
  await until(
    `all ${rate.lines} lines to be stored`,
    async () => (await stored(remote)).count >= rate.lines,
    DRAIN_MS,
  );
  return remote.call<number[]>('latencies');
}

function stored(remote: Remote): Promise<Progress> {
  return remote.call<Progress>('done', { node: 'sink' });
}

function toSeries(name: string, latencies: readonly number[]): Series[] {
  const sorted = [...latencies].sort((a, b) => a - b);
  const one = (what: string, share: number): Series => ({
    name: `${name}, ${what}`,
    unit: 'ms',
    figures: [quantile(sorted, share)],
  });
  return [one('median', 0.5), one('p99', 0.99), one('worst', 1)];
}

/** @returns milliseconds, one a line */
async function original({ services, plan, say }: Context): Promise<number[]> {
  const script = path.join(__dirname, '..', 'contenders', 'original.py');
  const { brokers, topic } = await pipelinePlace(services, 'row4_original');
  const took: number[] = [];
  const python = await pythonWithKafka(say);
  await run(python, [script, brokers, topic, String(plan.full ? 50 : 15)], {
    onLine: (line) => {
      const milliseconds = Number(line);
      if (Number.isFinite(milliseconds)) took.push(milliseconds);
    },
  });
  return took;
}
