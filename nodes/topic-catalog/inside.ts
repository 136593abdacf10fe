import type { GroupDescription, TopicDescription } from '../kafka-cluster/types';
import { asking, CatalogError } from './catalog-error';
import type { ErrorInfo, InsideAnswer, InsideGroup, InsidePage, InsidePartition } from './contract';
import { Memo } from './memo';
import type { InsideRequest } from './requests';
import type { TopicsSource } from './topics';

const AGE_MS = 1_000;
const COST_FACTOR = 5;
/** It is for people who want to see how it works: a large cluster is shown page by page. */
const MAX_TOPICS = 50;
const MAX_GROUPS = 50;
const MAX_MEMBERS = 100;
const KEPT_ANSWERS = 20;
/** Of a group that has committed nothing in a partition, and of an offset that nobody tells. */
const NONE = '-1';

/** Answers what is inside of Kafka: partitions with their leaders and replicas, groups with members and committed offsets. */
export class Inside {
  private readonly answers = new Memo<InsideAnswer>(AGE_MS, COST_FACTOR, KEPT_ANSWERS);

  constructor(private readonly source: TopicsSource) {}

  /** @throws CatalogError when Kafka does not answer; where only the groups can't be told, the answer says so */
  answer(wanted: Omit<InsideRequest, 'action'>): Promise<InsideAnswer> {
    const { search, topicOffset, groupOffset } = wanted;
    return this.answers.get(JSON.stringify([search, topicOffset, groupOffset]), () => this.find(wanted));
  }

  private async find({
    search,
    topicOffset,
    groupOffset,
  }: Omit<InsideRequest, 'action'>): Promise<InsideAnswer> {
    const { admin } = this.source;
    const matches = (name: string): boolean => name.toLowerCase().includes(search.toLowerCase());
    const all = (await this.kafka(() => admin.topicNames())).filter((name) => !name.startsWith('__'));
    const [names, topicPage] = pageOf(all.filter(matches).sort(), topicOffset, MAX_TOPICS);
    const topics = await this.kafka(() => admin.describeTopics(names));
    const problems: ErrorInfo[] = [];
    let groups: InsideGroup[] = [];
    let groupPage: InsidePage = { offset: 0, shown: 0, matching: 0 };
    try {
      const found = (await this.kafka(() => admin.groups())).filter(({ groupId }) => matches(groupId));
      const [shown, page] = pageOf(found.sort(byId), groupOffset, MAX_GROUPS);
      // One after the other: each is asked for at its own coordinator.
      for (const group of shown) groups.push(await this.group(group, topics));
      groupPage = page;
    } catch (error) {
      if (!(error instanceof CatalogError) || error.source !== 'kafka') throw error;
      groups = [];
      problems.push({ source: error.source, message: this.source.localize(error) });
    }
    const partitions = topics.flatMap(partitionsOf);
    return { at: Date.now(), topicPage, groupPage, partitions, groups, problems };
  }

  private async group(
    { groupId, state, members }: GroupDescription,
    topics: readonly TopicDescription[],
  ): Promise<InsideGroup> {
    const names = topics.map(({ name }) => name);
    const offsets = await this.kafka(() => this.source.admin.committedOffsetsOf(groupId, names));
    const committed = topics.flatMap(({ name, partitions }) => {
      const found = offsets.get(name);
      if (!found || [...found.values()].every((offset) => offset === NONE)) return [];
      return partitions.map(({ partition, firstOffset, nextOffset }) => {
        const offset = found.get(partition) ?? NONE;
        const lag = distance(offset === NONE ? firstOffset : offset, nextOffset);
        return { topic: name, partition, offset: offset === NONE ? null : offset, lag };
      });
    });
    return { groupId, state, members: members.slice(0, MAX_MEMBERS), memberCount: members.length, committed };
  }

  private kafka<T>(question: () => Promise<T>): Promise<T> {
    return asking('kafka', this.source.description, question);
  }
}

/** @returns a page of a list; the last one where it would begin behind the end, as when topics were deleted meanwhile */
function pageOf<T>(list: readonly T[], wanted: number, size: number): [T[], InsidePage] {
  const offset = wanted < list.length ? wanted : Math.max(0, Math.floor((list.length - 1) / size) * size);
  const shown = list.slice(offset, offset + size);
  return [shown, { offset, shown: shown.length, matching: list.length }];
}

function byId(a: GroupDescription, b: GroupDescription): number {
  return a.groupId < b.groupId ? -1 : 1;
}

function partitionsOf({ name, partitions }: TopicDescription): InsidePartition[] {
  return partitions.map(({ partition, leader, replicas, inSyncReplicas, firstOffset, nextOffset }) => ({
    topic: name,
    partition,
    leader,
    replicas,
    inSync: inSyncReplicas,
    firstOffset,
    nextOffset,
  }));
}

function distance(from: string, to: string): number | null {
  return from === NONE || to === NONE ? null : Number(BigInt(to) - BigInt(from));
}
