import { toError } from '../../shared/user-error';
import type { Broker } from 'kafkajs/src/cluster';

/** What kafkajs has of a cluster's brokers. */
export interface BrokerPool {
  readonly brokers: Readonly<Record<string, unknown>>;
  findBroker: (options: { nodeId: string }) => Promise<Broker>;
  /** Asks brokers, in whatever order, until one answers. */
  withBroker: <T>(
    this: BrokerPool,
    ask: (found: { nodeId: string; broker: Broker }) => Promise<T>,
  ) => Promise<T | null>;
}

/**
 * Lets a question that any broker can answer go to the next one when one can't be reached. kafkajs does so only when one
 * answers with an error: with one broker of three behind a firewall, every third question failed.
 */
export function askAnyBroker(prototype: BrokerPool): void {
  const { withBroker } = prototype;
  prototype.withBroker = async function (this: BrokerPool, ask) {
    const nodeIds = Object.keys(this.brokers);
    if (nodeIds.length === 0) return withBroker.call(this, ask) as ReturnType<typeof ask>;
    const first = Math.floor(Math.random() * nodeIds.length);
    let unreachable: Error | undefined;
    for (const nodeId of [...nodeIds.slice(first), ...nodeIds.slice(0, first)]) {
      let broker: Broker;
      try {
        broker = await this.findBroker({ nodeId });
      } catch (error) {
        unreachable = toError(error);
        continue;
      }
      try {
        return await ask({ nodeId, broker });
      } catch {
        // Another one may know the answer; kafkajs says of all of them only that there was none.
      }
    }
    if (unreachable !== undefined) throw unreachable;
    return null;
  };
}
