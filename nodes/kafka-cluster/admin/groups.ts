import { toError } from '../../shared/user-error';
import { protocolErrorType } from '../errors';
import {
  AssignerProtocol,
  errorOf,
  wholeAnswer,
  type Admin,
  type Connections,
  type DescribedGroup,
} from '../patched-kafkajs/index';
import type { GroupDescription, GroupMember } from '../types';
import { coordinatorOf } from './coordinators';

/** Groups whose coordinators are asked for at the same time. */
const CONCURRENCY = 8;

type Asked = Pick<Connections, 'getNodeIds' | 'findBroker'>;

/**
 * @returns all consumer groups that the user may see, by their names; one that is not described says why
 * @throws when nobody answers
 */
export async function describeGroups(
  admin: Pick<Admin, 'listGroups'>,
  cluster: Asked,
): Promise<GroupDescription[]> {
  const { groups: listed } = await admin.listGroups();
  const ids = listed.map(({ groupId }) => groupId).sort();
  const found = new Map<string, GroupDescription>();
  const byCoordinator = new Map<number, string[]>();
  await mapLimited(ids, async (groupId) => {
    try {
      const nodeId = await coordinatorOf(cluster, groupId);
      byCoordinator.set(nodeId, [...(byCoordinator.get(nodeId) ?? []), groupId]);
    } catch (error) {
      found.set(groupId, undescribed(groupId, error));
    }
  });
  await Promise.all(
    [...byCoordinator].map(async ([nodeId, groupIds]) => {
      for (const group of await ask(cluster, nodeId, groupIds)) found.set(group.groupId, group);
    }),
  );
  const groups = ids.flatMap((id) => found.get(id) ?? []);
  const [first] = groups;
  if (first?.error && groups.every(({ error }) => error && protocolErrorType(error) === undefined))
    throw first.error;
  return groups;
}

async function ask(cluster: Asked, nodeId: number, groupIds: string[]): Promise<GroupDescription[]> {
  try {
    const broker = await cluster.findBroker({ nodeId: String(nodeId) });
    const { groups } = await wholeAnswer(broker.describeGroups({ groupIds }));
    return groups.map(descriptionOf);
  } catch (error) {
    return groupIds.map((groupId) => undescribed(groupId, error));
  }
}

function descriptionOf({ errorCode, groupId, state, members }: DescribedGroup): GroupDescription {
  if (errorCode !== 0) return undescribed(groupId, errorOf(errorCode));
  return { groupId, state, members: members.map(memberOf) };
}

function undescribed(groupId: string, error: unknown): GroupDescription {
  return { groupId, state: '', members: [], error: toError(error) };
}

function memberOf({
  clientId,
  clientHost,
  memberAssignment,
}: DescribedGroup['members'][number]): GroupMember {
  return { clientId, host: clientHost.replace(/^\//, ''), assigned: assignedIn(memberAssignment) };
}

/** Clients of other kinds may keep something else there. */
function assignedIn(bytes: Buffer): GroupMember['assigned'] {
  if (bytes.length === 0) return [];
  try {
    const { assignment = {} } = AssignerProtocol.MemberAssignment.decode(bytes) ?? {};
    return Object.entries(assignment)
      .map(([topic, partitions]) => ({ topic, partitions: [...partitions].sort((a, b) => a - b) }))
      .sort((a, b) => (a.topic < b.topic ? -1 : 1));
  } catch (error) {
    if (error instanceof RangeError) return [];
    throw error;
  }
}

async function mapLimited<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const queue = items.values();
  const worker = async (): Promise<void> => {
    for (const item of queue) await work(item);
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, worker));
}
