import { AssignerProtocol, type Cluster, type PartitionAssigner } from '../patched-kafkajs/index';

const { MemberAssignment, MemberMetadata } = AssignerProtocol;

/**
 * The names under which members of a group agree on how its partitions are shared: that of kafkajs, and that of the Java
 * clients and librdkafka. All of them mean the same to those who follow, so any of these may lead a group that has such
 * members; the first keeps a group together while its members are upgraded one by one.
 */
const NAMES = ['RoundRobinAssigner', 'roundrobin'];
/** Of what a member tells the leader: its topics and some bytes of its own. */
const VERSION = 0;

/** A member of a group, as far as its leader has to know it. */
export interface Member {
  id: string;
  /** what it subscribes to */
  topics: ReadonlySet<string>;
}

/** The numbers of the partitions of a topic, by topic and member. */
export type Assignments = Map<string, Record<string, number[]>>;

/**
 * Shares partitions: each goes to a member that subscribes to its topic, to the one that has the fewest so far. Topics
 * with few subscribers come first, since the others can make up for them.
 * @param partitions the number of partitions of each topic
 */
export function share(members: readonly Member[], partitions: ReadonlyMap<string, number>): Assignments {
  const sorted = [...members].sort((a, b) => compare(a.id, b.id));
  const loads = new Map(sorted.map(({ id }) => [id, 0]));
  const assignments: Assignments = new Map();
  const subscribed = [...partitions].map(([topic, count]) => ({
    topic,
    count,
    subscribers: sorted.filter(({ topics }) => topics.has(topic)),
  }));
  subscribed.sort((a, b) => a.subscribers.length - b.subscribers.length || compare(a.topic, b.topic));
  for (const { topic, count, subscribers } of subscribed) {
    for (let partition = 0; partition < count && subscribers.length > 0; partition++) {
      const { id } = subscribers.reduce((best, each) =>
        loads.get(each.id)! < loads.get(best.id)! ? each : best,
      );
      const assignment = assignments.get(id) ?? {};
      assignments.set(id, assignment);
      (assignment[topic] ??= []).push(partition);
      loads.set(id, loads.get(id)! + 1);
    }
  }
  return assignments;
}

/**
 * Assigners for kafkajs that give each member partitions of the topics that it subscribes to. kafkajs's own gives out
 * the topics of whoever leads the group, to all of its members.
 *
 * Each member tells the leader how many partitions its topics have: the leader need not know, nor be allowed to know,
 * topics that others read. It also makes the group share anew when partitions are added to a topic that its leader does
 * not read, since brokers begin a new round when a member tells something else than before.
 * @param countPartitions asks for the partitions of topics of members that do not tell; topics that are not there, or
 *   that this user may not see, are left out
 * @param onCluster is given the consumer's view of the cluster
 */
export function subscriptionAssigners(
  countPartitions: (topics: string[]) => Promise<Map<string, number>>,
  onCluster: (cluster: Cluster) => void,
): PartitionAssigner[] {
  return NAMES.map((name) => ({ cluster }) => {
    onCluster(cluster);
    const count = (topic: string): number => cluster.findTopicPartitionMetadata(topic).length;
    return {
      name,
      version: VERSION,
      protocol: ({ topics }) => ({
        name,
        metadata: MemberMetadata.encode({
          version: VERSION,
          topics,
          userData: Buffer.from(JSON.stringify({ partitions: topics.map(count) })),
        }),
      }),
      assign: async ({ members, topics: own }) => {
        const counts = new Map<string, number>();
        const read = members.map(({ memberId, memberMetadata }): Member => {
          const { topics = [], userData } = MemberMetadata.decode(memberMetadata) ?? {};
          const told = partitionsTold(userData);
          for (const [index, topic] of topics.entries())
            counts.set(topic, Math.max(counts.get(topic) ?? 0, told[index] ?? 0));
          return { id: memberId, topics: new Set(topics) };
        });
        // kafkajs has just asked for these anew.
        for (const topic of own) counts.set(topic, count(topic));
        const untold = [...counts.keys()].filter((topic) => counts.get(topic) === 0 && !own.includes(topic));
        if (untold.length > 0)
          for (const [topic, found] of await countPartitions(untold)) counts.set(topic, found);
        return [...share(read, counts)].map(([memberId, assignment]) => ({
          memberId,
          memberAssignment: MemberAssignment.encode({
            version: VERSION,
            assignment,
            userData: Buffer.alloc(0),
          }),
        }));
      },
    };
  });
}

/** @returns the number of partitions of each of a member's topics; nothing from a member that is not one of ours */
function partitionsTold(userData: Buffer | null | undefined): number[] {
  try {
    const told = JSON.parse(String(userData)) as { partitions?: unknown } | null;
    const numbers: unknown[] = Array.isArray(told?.partitions) ? told.partitions : [];
    return numbers.map((number) => (Number.isSafeInteger(number) ? Number(number) : 0));
  } catch {
    // Whatever other clients put there is theirs.
    return [];
  }
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
