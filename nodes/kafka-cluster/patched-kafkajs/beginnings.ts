import type { Cluster } from 'kafkajs/src/cluster';
import type OffsetManager from 'kafkajs/src/consumer/offsetManager';
import type { PartitionOffset, TopicPartition } from '../types';

/*
 * kafkajs asks by itself for committed offsets, and for the ends of what has none, and begins there. One partition of
 * which a broker does not tell kept all others from being read, and where a partition begins was decided in two places.
 */

/** @returns where these begin, as far as it is known by now; never rejects */
export type TellBeginnings = (partitions: readonly TopicPartition[]) => Promise<readonly PartitionOffset[]>;

const tellers = new WeakMap<Cluster, TellBeginnings>();

/** Has somebody else say where the partitions of a consumer's connections begin. What it does not tell is not fetched. */
export function onBeginnings(cluster: Cluster, tell: TellBeginnings): void {
  tellers.set(cluster, tell);
}

/** Lets a consumer begin where it is told to, and not ask itself. */
export function beginWhereTold({ prototype }: typeof OffsetManager): void {
  const { resolveOffsets } = prototype;
  prototype.resolveOffsets = async function (this: OffsetManager) {
    const tell = tellers.get(this.cluster);
    if (!tell) return resolveOffsets.call(this);
    const open = this.topics.flatMap((topic) =>
      (this.memberAssignment[topic] ?? [])
        .filter((partition) => this.committedOffsets()[topic]?.[partition] === undefined)
        .map((partition) => ({ topic, partition })),
    );
    if (open.length === 0) return;
    for (const { topic, partition, offset } of await tell(open)) {
      const offsets = this.committedOffsets()[topic];
      if (offsets) offsets[partition] = offset;
    }
  };
}
