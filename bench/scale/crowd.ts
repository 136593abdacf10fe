import { setTimeout as sleep } from 'node:timers/promises';
import type { FlowNode, Place } from '../../test/faults/support/flow';
import { until } from '../../test/support/until';
import type { GeneratorOrder } from '../contenders/name-generator';
import type { Progress } from '../contenders/counter';
import { sinkFlow } from '../support/our-flow';
import type { Contender } from '../support/workshop';

/** Readings that are written and not stored, at most: what is written follows what is stored. */
const WINDOW = 40_000;
const LOOK_MS = 20;
const DRAIN_MS = 300_000;
const FIRST_SIGN_MS = 60_000;

/** So many sensor nodes, their topic and their database, and what all instances store of them. */
export class Crowd {
  private readonly sinkId: string;

  constructor(
    readonly names: number,
    private readonly place: Place,
    private readonly partitions: number,
    private readonly servers: readonly Contender[],
    private readonly generator: Contender,
  ) {
    this.sinkId = `sink-${place.topic}`;
  }

  /**
   * Writes readings no further ahead than they are stored, and waits for the last of them.
   * @param within is asked to measure, as soon as they come; resolves with the end of the writing. Else all names are
   *   written once.
   * @returns readings a second from the first to the last one
   */
  async run(within?: () => Promise<void>): Promise<number> {
    const { names, place, partitions, generator } = this;
    const { brokers, topic } = place;
    const order: GeneratorOrder = { brokers, topic, partitions, names, once: within === undefined };
    const before = (await this.progress()).count;
    await generator.remote.call('start', order);
    let isOver = false;
    const follow = async (): Promise<void> => {
      for (;;) {
        const stored = (await this.progress()).count - before;
        if (isOver || (order.once && stored >= names)) return;
        await generator.remote.call('allow', stored + WINDOW);
        await sleep(LOOK_MS);
      }
    };
    const following = follow();
    await until(`readings of ${topic}`, async () => (await this.progress()).count > before, FIRST_SIGN_MS);
    const first = await this.progress();
    await within?.();
    isOver = within !== undefined;
    await following;
    const sent = await generator.remote.call<number>('stop');
    await until(`all ${sent} readings`, async () => (await this.progress()).count - before >= sent, DRAIN_MS);
    const last = await this.progress();
    return ((last.count - first.count) / (last.at - first.at)) * 1_000;
  }

  async progress(): Promise<Progress> {
    const all = await Promise.all(
      this.servers.map(({ remote }) => remote.call<Progress>('done', { node: this.sinkId })),
    );
    return {
      count: all.reduce((sum, { count }) => sum + count, 0),
      at: Math.max(...all.map(({ at }) => at)),
    };
  }
}

/** kafka-consumer -> mongo-sink of one topic, whose ids no other topic's flow has. */
export function flowOf(place: Place): FlowNode[] {
  const nodes = sinkFlow(place, { mode: 'batch' });
  const ids = new Set(nodes.map(({ id }) => id));
  const renamed = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(renamed);
    return typeof value === 'string' && ids.has(value) ? `${value}-${place.topic}` : value;
  };
  return nodes.map(
    (node) =>
      Object.fromEntries(
        Object.entries(node).map(([name, value]) => [name, name === 'type' ? value : renamed(value)]),
      ) as FlowNode,
  );
}
