import { setTimeout as sleep } from 'node:timers/promises';
import { toError } from '../../shared/user-error';
import { protocolErrorType } from '../errors';
import type { Connections } from '../patched-kafkajs/index';

/** Kafka's number for the coordinator of a group, and not of a transaction. */
const OF_GROUPS = 0;
const NOT_AVAILABLE = 'GROUP_COORDINATOR_NOT_AVAILABLE';
const PAUSE_MS = 200;

/**
 * kafkajs asks too, but says of any refusal only that it has found none.
 * @param tries while the cluster has no coordinator for the group at the moment
 * @returns the number of the broker that a group is kept by
 * @throws Kafka's error, where the brokers do not tell; else that of the last broker that could not be reached
 */
export async function coordinatorOf(
  cluster: Pick<Connections, 'getNodeIds' | 'findBroker'>,
  groupId: string,
  tries: number,
): Promise<number> {
  for (let left = tries - 1; ; left--) {
    try {
      return await askAny(cluster, groupId);
    } catch (error) {
      if (left <= 0 || protocolErrorType(error) !== NOT_AVAILABLE) throw error;
    }
    await sleep(PAUSE_MS);
  }
}

async function askAny(
  cluster: Pick<Connections, 'getNodeIds' | 'findBroker'>,
  groupId: string,
): Promise<number> {
  let unreachable = new Error('the cluster has named no brokers');
  for (const nodeId of cluster.getNodeIds()) {
    try {
      const broker = await cluster.findBroker({ nodeId });
      const { coordinator } = await broker.findGroupCoordinator({ groupId, coordinatorType: OF_GROUPS });
      return coordinator.nodeId;
    } catch (error) {
      if (protocolErrorType(error) !== undefined) throw error;
      unreachable = toError(error);
    }
  }
  throw unreachable;
}
