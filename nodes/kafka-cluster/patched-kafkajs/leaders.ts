import type { Cluster } from 'kafkajs/src/cluster';
import { toError } from '../../shared/user-error';

/** How a producer fares with the broker that leads a partition. */
export interface Leader {
  /** when the last attempt to connect to it, or to write to it, has ended (milliseconds since 1970) */
  readonly triedAt: number;
  /** why it has not answered since its last answer */
  readonly failure: Error | undefined;
}

/**
 * How a producer of kafkajs fares with each broker. kafkajs tries on for ever with one that it can't reach, or that is
 * silent, and tells nobody; what it sends to others is none the worse for that.
 */
export class Leaders {
  private readonly trials = new Map<string, Leader>();

  constructor(private readonly cluster: Cluster) {
    const findBroker = cluster.findBroker.bind(cluster);
    cluster.findBroker = async (options) => {
      try {
        const broker = await findBroker(options);
        this.connected(options.nodeId);
        return broker;
      } catch (error) {
        this.tried(options.nodeId, error);
        throw error;
      }
    };
  }

  /** An attempt to write to a broker has ended. @param error what kafkajs says; none where it has taken the records */
  tried(nodeId: string | number | null, error?: unknown): void {
    // What a broker says of records is an answer as well.
    const answered = error === undefined || typeof (error as { type?: unknown }).type === 'string';
    const failure = answered ? undefined : toError(error);
    this.trials.set(String(nodeId), { triedAt: Date.now(), failure });
  }

  /** @returns undefined where kafkajs does not know it, or has not tried it */
  of(topic: string, partition: number): Leader | undefined {
    const found = this.metadataOf(topic).find(({ partitionId }) => partitionId === partition);
    return this.trials.get(String(found?.leader));
  }

  /** It does not mean an answer: one that is silent takes connections too. */
  private connected(nodeId: string): void {
    const failure = this.trials.get(String(nodeId))?.failure;
    this.trials.set(String(nodeId), { triedAt: Date.now(), failure });
  }

  private metadataOf(topic: string): { partitionId: number; leader: number }[] {
    try {
      return this.cluster.findTopicPartitionMetadata(topic);
    } catch {
      // It has none yet.
      return [];
    }
  }
}
