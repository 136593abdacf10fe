import { toError } from '../../shared/user-error';
import type { Broker, Cluster } from 'kafkajs/src/cluster';
import type Connection from 'kafkajs/src/network/connection';
import { isUnreachable } from './partition-errors';
import { isLate } from './silent-connections';

/** What kafkajs has of a cluster's brokers. */
export interface BrokerPool {
  readonly brokers: Readonly<Record<string, PooledBroker>>;
  getNodeIds: (this: BrokerPool) => string[];
  findBroker: (options: { nodeId: string }) => Promise<Broker>;
  /** where it connects to while it knows no other; none when that was forgotten */
  readonly seedBroker: object | undefined;
  connect: (this: BrokerPool) => Promise<void>;
  /** Whom to ask for metadata. */
  findConnectedBroker: (this: BrokerPool) => Promise<Broker>;
  /** Asks brokers, in whatever order, until one answers. */
  withBroker: <T>(
    this: BrokerPool,
    ask: (found: { nodeId: string; broker: Broker }) => Promise<T>,
  ) => Promise<T | null>;
}

interface PooledBroker {
  isConnected(): boolean;
  readonly connectionPool: { readonly pool: readonly Connection[] };
}

/**
 * Lets a question that any broker can answer go to the next one when one can't be reached. kafkajs does so only when one
 * answers with an error: with one broker of three behind a firewall, every third question failed. Those that are connected
 * go first, and of these such that have answered what they were asked before: a machine that does not answer at all takes
 * more time than there is for a question.
 */
export function askAnyBroker(prototype: BrokerPool): void {
  const { findConnectedBroker, withBroker } = prototype;
  prototype.getNodeIds = function (this: BrokerPool) {
    const nodeIds = Object.keys(this.brokers);
    const first = Math.floor(Math.random() * nodeIds.length);
    const turned = [...nodeIds.slice(first), ...nodeIds.slice(0, first)];
    const isThere = (nodeId: string): boolean => this.brokers[nodeId]?.isConnected() === true;
    const there = turned.filter(isThere);
    const isSlow = (nodeId: string): boolean =>
      this.brokers[nodeId]?.connectionPool.pool.some(isLate) === true;
    return [
      ...there.filter((nodeId) => !isSlow(nodeId)),
      ...there.filter(isSlow),
      ...turned.filter((nodeId) => !isThere(nodeId)),
    ];
  };
  prototype.findConnectedBroker = function (this: BrokerPool) {
    const [nodeId] = this.getNodeIds();
    return nodeId !== undefined && this.brokers[nodeId]?.isConnected()
      ? this.findBroker({ nodeId })
      : findConnectedBroker.call(this);
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

/**
 * Lets a client connect once more where the only broker that it knows was forgotten while it connected to it, since an
 * earlier connection had ended. kafkajs fails then for good.
 */
export function connectOnceMore(prototype: BrokerPool): void {
  const { connect } = prototype;
  prototype.connect = async function (this: BrokerPool) {
    for (;;) {
      try {
        await connect.call(this);
        return;
      } catch (error) {
        if (!(error instanceof TypeError) || this.seedBroker !== undefined) throw error;
      }
    }
  };
}

/**
 * Lets what kafkajs asks the controller go to another broker where that one can't be reached. Without ZooKeeper a broker
 * names any other as the controller, and takes what is for the controller itself.
 */
export function askInPlaceOfController(prototype: Pick<Cluster, 'findControllerBroker'>): void {
  const { findControllerBroker } = prototype;
  prototype.findControllerBroker = async function (this: Cluster) {
    try {
      return await findControllerBroker.call(this);
    } catch (error) {
      if (!isUnreachable(error)) throw error;
      return anyBroker(this);
    }
  };
}

/** @returns a broker that can be reached; one that is connected, where there is any */
export async function anyBroker(cluster: Cluster): Promise<Broker> {
  let unreachable: unknown;
  for (const nodeId of cluster.getNodeIds()) {
    try {
      return await cluster.findBroker({ nodeId });
    } catch (error) {
      unreachable = error;
    }
  }
  throw toError(unreachable ?? 'no broker is known');
}
