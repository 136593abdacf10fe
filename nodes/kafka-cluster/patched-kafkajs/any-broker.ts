import { toError } from '../../shared/user-error';
import type { Broker } from 'kafkajs/src/cluster';

/** What kafkajs has of a cluster's brokers. */
export interface BrokerPool {
  readonly brokers: Readonly<Record<string, { isConnected(): boolean }>>;
  getNodeIds: (this: BrokerPool) => string[];
  findBroker: (options: { nodeId: string }) => Promise<Broker>;
  /** Asks brokers, in whatever order, until one answers. */
  withBroker: <T>(
    this: BrokerPool,
    ask: (found: { nodeId: string; broker: Broker }) => Promise<T>,
  ) => Promise<T | null>;
}

/**
 * Lets a question that any broker can answer go to the next one when one can't be reached. kafkajs does so only when one
 * answers with an error: with one broker of three behind a firewall, every third question failed. Those that are connected
 * go first: a machine that does not answer at all takes more time than there is for a question.
 */
export function askAnyBroker(prototype: BrokerPool): void {
  const { withBroker } = prototype;
  prototype.getNodeIds = function (this: BrokerPool) {
    const nodeIds = Object.keys(this.brokers);
    const first = Math.floor(Math.random() * nodeIds.length);
    const turned = [...nodeIds.slice(first), ...nodeIds.slice(0, first)];
    const isThere = (nodeId: string): boolean => this.brokers[nodeId]?.isConnected() === true;
    return [...turned.filter(isThere), ...turned.filter((nodeId) => !isThere(nodeId))];
  };
  prototype.withBroker = async function (this: BrokerPool, ask) {
    const nodeIds = this.getNodeIds();
    if (nodeIds.length === 0) return withBroker.call(this, ask) as ReturnType<typeof ask>;
    let unreachable: Error | undefined;
    for (const nodeId of nodeIds) {
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
