import { AssignerProtocol, type Admin } from '../patched-kafkajs/index';
import type { GroupDescription, GroupMember } from '../types';

type Described = Awaited<ReturnType<Admin['describeGroups']>>['groups'][number];

/** @returns all consumer groups that the user may see, by their names */
export async function describeGroups(admin: Admin): Promise<GroupDescription[]> {
  const { groups: listed } = await admin.listGroups();
  const ids = listed.map(({ groupId }) => groupId).sort();
  if (ids.length === 0) return [];
  const { groups } = await admin.describeGroups(ids);
  return groups.map(({ groupId, state, members }) => ({ groupId, state, members: members.map(memberOf) }));
}

function memberOf({ clientId, clientHost, memberAssignment }: Described['members'][number]): GroupMember {
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
