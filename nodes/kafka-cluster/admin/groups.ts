import { toError } from '../../shared/user-error';
import { protocolErrorType } from '../errors';
import {
  AssignerProtocol,
  errorOf,
  wholeAnswer,
  type Connections,
  type DescribedGroup,
} from '../patched-kafkajs/index';
import type { GroupDescription, GroupMember, SilentBroker } from '../types';
import { askBroker, type Terms } from './ask-broker';

type Asked = Pick<Connections, 'getNodeIds' | 'findBroker'>;

/**
 * Each broker is asked for the groups that it coordinates: nobody else lists them.
 * @param silent told of each broker that does not tell of its groups: they are left out
 * @returns all consumer groups that the user may see, by their names; one that is not described says why
 * @throws when nobody answers
 */
export async function describeGroups(
  cluster: Asked,
  terms: Terms,
  silent: (broker: SilentBroker) => void,
): Promise<GroupDescription[]> {
  const nodeIds = cluster.getNodeIds();
  const silentOnes: SilentBroker[] = [];
  const answers = await Promise.all(
    nodeIds.map((nodeId) =>
      groupsAt(cluster, nodeId, terms, (error) => silentOnes.push({ broker: Number(nodeId), error })),
    ),
  );
  const [one] = silentOnes;
  if (one && silentOnes.length === nodeIds.length) throw one.error;
  const found = new Map<string, GroupDescription>();
  for (const group of answers.flat()) {
    // While a group moves to another coordinator, two may list it.
    const known = found.get(group.groupId);
    if (!known || known.error) found.set(group.groupId, group);
  }
  const groups = [...found.values()].sort((a, b) => (a.groupId < b.groupId ? -1 : 1));
  const [first] = groups;
  if (first?.error && groups.every(({ error }) => error && protocolErrorType(error) === undefined))
    throw first.error;
  for (const broker of silentOnes) silent(broker);
  return groups;
}

async function groupsAt(
  cluster: Asked,
  nodeId: string,
  terms: Terms,
  silent: (error: Error) => void,
): Promise<GroupDescription[]> {
  let groupIds: string[] = [];
  try {
    return await askBroker(cluster, nodeId, terms, async (broker) => {
      const listed = await broker.listGroups();
      groupIds = listed.groups.map(({ groupId }) => groupId);
      if (groupIds.length === 0) return [];
      const { groups } = await wholeAnswer(broker.describeGroups({ groupIds }));
      return groups.map(descriptionOf);
    });
  } catch (error) {
    if (groupIds.length === 0) silent(toError(error));
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
