import type {
  GroupDescription,
  KafkaProblemError,
  RefusedPartition,
  SilentBroker,
  TopicDescription,
} from '../kafka-cluster/types';
import { asking, CatalogError } from './catalog-error';
import type { InsideAnswer, InsideGroup, InsidePage, InsidePartition } from './contract';
import { Memo } from './memo';
import type { InsideRequest } from './requests';
import type { TopicsSource } from './topics';
import { silentBrokers, untoldGroups, untoldOf, untoldProblems, type Untold } from './untold';

const AGE_MS = 1_000;
const COST_FACTOR = 5;
/** It is for people who want to see how it works: a large cluster is shown page by page. */
const MAX_TOPICS = 50;
const MAX_GROUPS = 50;
const MAX_MEMBERS = 100;
const KEPT_ANSWERS = 20;
/**
 * Groups that nobody could be asked about: each may take seconds, and the next would not be answered either. Those that
 * are left are shown without offsets.
 */
const MAX_OUTAGES = 2;
/** Of a group that has committed nothing in a partition, and of an offset that nobody tells. */
const NONE = '-1';

interface GroupAnswer {
  group: InsideGroup;
  /** partitions whose committed offsets Kafka does not tell */
  places: readonly RefusedPartition[];
  /** why Kafka does not tell of the group, where that is so */
  untold: Untold | undefined;
  /** nobody could be asked about it */
  isOutage: boolean;
}

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
    const localize = (error: CatalogError): string => this.source.localize(error);
    const problems = untoldProblems(topics.flatMap(untoldOf), localize);
    let groups: InsideGroup[] = [];
    let groupPage: InsidePage = { offset: 0, shown: 0, matching: 0 };
    try {
      const silent: SilentBroker[] = [];
      const told = await this.kafka(() => admin.groups((broker) => silent.push(broker)));
      const found = told.filter(({ groupId }) => matches(groupId));
      const [shown, page] = pageOf(found.sort(byId), groupOffset, MAX_GROUPS);
      const answers = await this.groups(shown, topics);
      groups = answers.map(({ group }) => group);
      groupPage = page;
      const places = answers.flatMap(({ places }) => places);
      const untold = answers.flatMap(({ untold }) => untold ?? []);
      problems.push(...untoldProblems(places, localize), ...untoldGroups(untold, localize));
      problems.push(...silentBrokers(silent, localize));
    } catch (error) {
      if (!(error instanceof CatalogError) || error.source !== 'kafka') throw error;
      problems.push({ source: error.source, message: this.source.localize(error) });
    }
    const partitions = topics.flatMap(partitionsOf);
    return { at: Date.now(), topicPage, groupPage, partitions, groups, problems };
  }

  /** One after the other: each is asked for at its own coordinator. */
  private async groups(
    descriptions: readonly GroupDescription[],
    topics: readonly TopicDescription[],
  ): Promise<GroupAnswer[]> {
    const answers: GroupAnswer[] = [];
    const outages: GroupAnswer[] = [];
    for (const description of descriptions) {
      const answer = await this.group(description, topics, outages[MAX_OUTAGES - 1]?.untold?.reason);
      answers.push(answer);
      if (answer.isOutage) outages.push(answer);
    }
    return answers;
  }

  /**
   * One that Kafka does not tell of is shown without what it does not tell, with Kafka's reason.
   * @param outage why it is not asked about
   */
  private async group(
    { groupId, state, members, error }: GroupDescription,
    topics: readonly TopicDescription[],
    outage: string | undefined,
  ): Promise<GroupAnswer> {
    const names = topics.map(({ name }) => name);
    const places: RefusedPartition[] = [];
    let offsets = new Map<string, Map<number, string>>();
    let reason = error?.message ?? outage;
    let isOutage = false;
    try {
      if (reason === undefined)
        offsets = await this.kafka(() =>
          this.source.admin.committedOffsetsOf(groupId, names, (place) => places.push(place)),
        );
    } catch (problem) {
      if (!(problem instanceof CatalogError) || problem.source !== 'kafka') throw problem;
      reason = String(problem.params.reason);
      isOutage = isUnreachable(problem);
    }
    const committed = topics.flatMap(({ name, partitions }) => {
      const found = offsets.get(name);
      if (!found || [...found.values()].every((offset) => offset === NONE)) return [];
      return partitions.flatMap(({ partition, firstOffset, nextOffset }) => {
        const offset = found.get(partition);
        if (offset === undefined) return [];
        const lag = distance(offset === NONE ? firstOffset : offset, nextOffset);
        return [{ topic: name, partition, offset: offset === NONE ? null : offset, lag }];
      });
    });
    const shown = members.slice(0, MAX_MEMBERS);
    return {
      group: { groupId, state, members: shown, memberCount: members.length, committed },
      places,
      untold: reason === undefined ? undefined : { name: groupId, reason },
      isOutage,
    };
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

function isUnreachable({ cause }: CatalogError): boolean {
  return (cause as Partial<KafkaProblemError> | undefined)?.problem === 'unreachable';
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
