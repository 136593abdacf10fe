import type { TopicPartition } from '../types';
import { placeKey } from './consumer-start';

const INTERVAL_MS = 1_000;
/** While leaders move, a partition may have none for a moment. */
const TELL_AFTER_MS = 3_000;

/** What is known of a topic's partitions; a leader of -1 is none. */
type LeadersOf = (topic: string) => readonly { partitionId: number; leader: number }[];

/** Tells which of the assigned partitions nobody leads, as far as a client has heard: nothing can be read of them. */
export class LeaderWatch {
  private partitions: readonly TopicPartition[] = [];
  /** since when a partition has no leader, in milliseconds since 1970, by placeKey */
  private since = new Map<string, number>();
  private told: readonly TopicPartition[] = [];
  private timer: NodeJS.Timeout | undefined;

  /**
   * @param tell called with those that have no leader, after each change; `led` are those told of before that have one
   * again, and not those that are somebody else's now
   * @param lookAgain called each time that some have none: kafkajs by itself would hear of a new leader much later
   */
  constructor(
    private readonly leadersOf: LeadersOf,
    private readonly tell: (partitions: TopicPartition[], led: TopicPartition[]) => void,
    private readonly lookAgain: () => void = () => undefined,
  ) {}

  start(): void {
    this.timer = setInterval(() => this.look(Date.now()), INTERVAL_MS);
  }

  stop(): void {
    clearInterval(this.timer);
  }

  assigned(partitions: readonly TopicPartition[]): void {
    this.partitions = partitions;
  }

  /** @param now milliseconds since 1970 */
  look(now: number): void {
    const leaderless = this.leaderless();
    if (leaderless.length > 0) this.lookAgain();
    this.since = new Map(
      leaderless.map((place) => [placeKey(place), this.since.get(placeKey(place)) ?? now]),
    );
    const lasting = leaderless.filter((place) => now - this.since.get(placeKey(place))! >= TELL_AFTER_MS);
    const { told } = this;
    if (lasting.map(placeKey).join() === told.map(placeKey).join()) return;
    this.told = lasting;
    this.tell(
      lasting,
      told.filter((place) => this.isLed(place)),
    );
  }

  private isLed({ topic, partition }: TopicPartition): boolean {
    const isAssigned = this.partitions.some(
      (place) => place.topic === topic && place.partition === partition,
    );
    const place = this.leadersOf(topic).find(({ partitionId }) => partitionId === partition);
    return isAssigned && place !== undefined && place.leader >= 0;
  }

  private leaderless(): TopicPartition[] {
    const byTopic = new Map<string, Set<number>>();
    return this.partitions.filter(({ topic, partition }) => {
      let numbers = byTopic.get(topic);
      if (!numbers) {
        const without = this.leadersOf(topic).filter(({ leader }) => leader < 0);
        byTopic.set(topic, (numbers = new Set(without.map(({ partitionId }) => partitionId))));
      }
      return numbers.has(partition);
    });
  }
}
