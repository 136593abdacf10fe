import type { Broker } from 'kafkajs';
import { OffsetsRefused } from '../patched-kafkajs';
import type { ClusterAdmin, PartitionOffset, TopicPartition } from '../types';

/** What Kafka answers when somebody commits from outside while the group has members. */
const GROUP_IS_ACTIVE = new Set(['UNKNOWN_MEMBER_ID', 'ILLEGAL_GENERATION', 'REBALANCE_IN_PROGRESS']);
/** A commit for a group without members names no member and no generation. */
const NO_MEMBER = { memberId: '', groupGenerationId: -1 };

/** A partition's place to begin, and why it is there. */
export interface StartPosition extends PartitionOffset {
  /** the committed offset, when that is no longer in the partition */
  missed?: string;
  /** whether the group has committed anything */
  committed: boolean;
  /** the offset that comes after the partition's last record */
  end: string;
}

/** @returns a partition as the key of a map */
export function placeKey({ topic, partition }: TopicPartition): string {
  return `${partition} ${topic}`;
}

/**
 * Where the reading of each partition of these topics begins: at the committed offset, or at the earliest record where
 * nothing is committed or the committed offset is no longer in the partition.
 * @returns the positions by placeKey; partitions that nobody leads are left out
 */
export async function startPositions(
  admin: ClusterAdmin,
  groupId: string,
  topics: readonly string[],
): Promise<Map<string, StartPosition>> {
  const [offsets, bounds] = await Promise.all([
    admin.committedOffsetsOf(groupId, [...topics]),
    boundsOf(admin, topics),
  ]);
  const positions = new Map<string, StartPosition>();
  for (const [topic, partitions] of bounds) {
    for (const [partition, { first, next }] of partitions) {
      if (!isKnown({ first, next })) continue;
      const offset = offsets.get(topic)?.get(partition) ?? '-1';
      const place = { topic, partition };
      const committed = BigInt(offset) >= 0n;
      const there = committed && isWithin(offset, first, next);
      positions.set(placeKey(place), {
        ...place,
        committed,
        end: next,
        offset: there ? offset : first,
        ...(committed && !there ? { missed: offset } : {}),
      });
    }
  }
  return positions;
}

/** The first offset of a partition and the one that comes after its last; "-1" while nobody can be asked. */
export interface Bounds {
  first: string;
  next: string;
}

/** @returns the bounds of all partitions, by topic and partition */
export async function boundsOf(
  admin: ClusterAdmin,
  topics: readonly string[],
): Promise<Map<string, Map<number, Bounds>>> {
  const described = await admin.describeTopics([...topics]);
  return new Map(
    described.map(({ name, partitions }) => [
      name,
      new Map(partitions.map((p) => [p.partition, { first: p.firstOffset, next: p.nextOffset }])),
    ]),
  );
}

/** @returns whether somebody could be asked for the bounds of a partition */
export function isKnown({ first, next }: Bounds): boolean {
  return BigInt(first) >= 0n && BigInt(next) >= 0n;
}

function countRecords(partitions: readonly Bounds[]): number {
  return partitions
    .filter(isKnown)
    .reduce((sum, { first, next }) => sum + Number(BigInt(next) - BigInt(first)), 0);
}

export function isWithin(offset: string, first: string, next: string): boolean {
  return BigInt(offset) >= BigInt(first) && BigInt(offset) <= BigInt(next);
}

/** Records of a topic that a group does not read, since it begins at the end. */
interface SkippedRecords {
  topic: string;
  count: number;
}

/** What commitLatest could not do, and what has to be told of what it did. */
export interface LatestLeft {
  /**
   * where partitions begin that are not committed, since the group has members already, which read other topics, or since
   * the user may not read them
   */
  uncommitted: PartitionOffset[];
  /** partitions whose end nobody could tell, since no broker leads them */
  unled: TopicPartition[];
  /** topics that begin at their end, and how many records there are before it */
  skipped: SkippedRecords[];
}

/**
 * Makes "latest" hold from now on: commits the end of each topic for which the group has no offset at all, before the
 * group's first fetch. Left to the client library it would be decided anew at each start until the first commit, and
 * skip what had been fetched but not confirmed.
 * @param isNew tells the topics that were not there when the reading began: all of their records are later, so they
 *   begin at their first
 * @returns what is left to whoever has become a member
 */
export async function commitLatest(
  admin: ClusterAdmin,
  coordinator: () => Promise<Broker>,
  groupId: string,
  topics: readonly string[],
  isNew: (topic: string) => boolean,
): Promise<LatestLeft> {
  const committed = await admin.committedOffsetsOf(groupId, [...topics]);
  const untouched = topics.filter((topic) =>
    [...(committed.get(topic)?.values() ?? [])].every((offset) => BigInt(offset) < 0n),
  );
  if (untouched.length === 0) return { uncommitted: [], unled: [], skipped: [] };
  const bounds = await boundsOf(admin, untouched);
  const places = untouched.flatMap((topic) =>
    [...(bounds.get(topic) ?? [])].map(([partition, ends]) => ({ topic, partition, ends })),
  );
  const unled = places.filter(({ topic, ends }) => !isKnown(ends) && !isNew(topic));
  const offsets = untouched.map((topic) => ({
    topic,
    partitions: places
      .filter((place) => place.topic === topic && isKnown(place.ends))
      .map(({ partition, ends: { first, next } }) => ({ partition, offset: isNew(topic) ? first : next })),
  }));
  const skipped = untouched
    .filter((topic) => !isNew(topic))
    .map((topic) => ({ topic, count: countRecords([...(bounds.get(topic)?.values() ?? [])]) }))
    .filter(({ count }) => count > 0);
  try {
    const broker = await coordinator();
    const topics = offsets.filter(({ partitions }) => partitions.length > 0);
    if (topics.length > 0) await broker.offsetCommit({ groupId, ...NO_MEMBER, topics });
    return { uncommitted: [], unled, skipped };
  } catch (error) {
    const refused = error instanceof OffsetsRefused ? new Set(error.refusals.map(placeKey)) : undefined;
    if (!refused && !GROUP_IS_ACTIVE.has((error as { type?: string }).type ?? '')) throw error;
    const uncommitted = offsets
      .flatMap(({ topic, partitions }) => partitions.map((each) => ({ topic, ...each })))
      .filter((place) => refused?.has(placeKey(place)) ?? true);
    return { uncommitted, unled, skipped };
  }
}
