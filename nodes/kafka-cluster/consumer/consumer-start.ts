import type { Broker } from 'kafkajs';
import { OffsetsRefused } from '../patched-kafkajs';
import type { ClusterAdmin, PartitionOffset, RefusedPartition, TopicPartition } from '../types';

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

/** Where partitions begin, and what the brokers do not tell. */
export interface StartPositions {
  /** by placeKey: those of which everything is known that it takes */
  positions: Map<string, StartPosition>;
  /** by placeKey: why the brokers tell no committed offset, or no bounds; not of those that nobody leads */
  untold: Map<string, Error>;
  /** topics with partitions whose committed offset is not told, and why */
  unread: Map<string, Error>;
  /** topics that are there, and whether any offset of the group was told */
  read: Map<string, boolean>;
}

/**
 * Where the reading of each partition of these topics begins: at the committed offset, or at the earliest record where
 * nothing is committed or the committed offset is no longer in the partition. What is not told is no "nothing".
 */
export async function startPositions(
  admin: ClusterAdmin,
  groupId: string,
  topics: readonly string[],
): Promise<StartPositions> {
  const refused: RefusedPartition[] = [];
  const [offsets, bounds] = await Promise.all([
    admin.committedOffsetsOf(groupId, [...topics], (place) => refused.push(place)),
    boundsOf(admin, topics),
  ]);
  const untold = new Map(refused.map((place) => [placeKey(place), place.error]));
  const unread = new Map(refused.map(({ topic, error }) => [topic, error]));
  const read = new Map([...offsets].map(([topic, told]) => [topic, [...told.values()].some(isOffset)]));
  const positions = new Map<string, StartPosition>();
  for (const [topic, partitions] of bounds) {
    for (const [partition, { first, next, error }] of partitions) {
      const place = { topic, partition };
      const key = placeKey(place);
      const offset = offsets.get(topic)?.get(partition);
      if (error && !untold.has(key)) untold.set(key, error);
      if (!isKnown({ first, next }) || offset === undefined) continue;
      const committed = isOffset(offset);
      const there = committed && isWithin(offset, first, next);
      positions.set(key, {
        ...place,
        committed,
        end: next,
        offset: there ? offset : first,
        ...(committed && !there ? { missed: offset } : {}),
      });
    }
  }
  return { positions, untold, unread, read };
}

/** The first offset of a partition and the one that comes after its last; "-1" while nobody can be asked. */
export interface Bounds {
  first: string;
  next: string;
  /** why they are not told, where that is known */
  error?: Error | undefined;
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
      new Map(
        partitions.map((p) => [p.partition, { first: p.firstOffset, next: p.nextOffset, error: p.error }]),
      ),
    ]),
  );
}

/** @returns whether somebody could be asked for the bounds of a partition */
export function isKnown({ first, next }: Bounds): boolean {
  return BigInt(first) >= 0n && BigInt(next) >= 0n;
}

/** "-1" is none. */
function isOffset(offset: string): boolean {
  return BigInt(offset) >= 0n;
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
  /** partitions whose end nobody could tell: no broker leads them, or the one that does refuses to */
  unled: TopicPartition[];
  /** topics of which it can't be told whether the group has an offset: none of them is committed */
  undecided: string[];
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
  const unread = new Set<string>();
  const committed = await admin.committedOffsetsOf(groupId, [...topics], ({ topic }) => unread.add(topic));
  const blank = topics.filter((topic) => ![...(committed.get(topic)?.values() ?? [])].some(isOffset));
  // What was not told may be committed: its end in that place would skip all that is between.
  const undecided = blank.filter((topic) => unread.has(topic) && !isNew(topic));
  const untouched = blank.filter((topic) => !unread.has(topic));
  if (untouched.length === 0) return { uncommitted: [], unled: [], undecided, skipped: [] };
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
    return { uncommitted: [], unled, undecided, skipped };
  } catch (error) {
    const refused = error instanceof OffsetsRefused ? new Set(error.refusals.map(placeKey)) : undefined;
    if (!refused && !GROUP_IS_ACTIVE.has((error as { type?: string }).type ?? '')) throw error;
    const uncommitted = offsets
      .flatMap(({ topic, partitions }) => partitions.map((each) => ({ topic, ...each })))
      .filter((place) => refused?.has(placeKey(place)) ?? true);
    return { uncommitted, unled, undecided, skipped };
  }
}
