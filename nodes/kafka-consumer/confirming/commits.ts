import type { ClusterConsumer } from '../../kafka-cluster/types';
import { UserError, toError } from '../../shared/user-error';
import type { DeliveryQueue } from '../delivery/delivery-queue';

const INTERVAL_MS = 500;
/** Refused this often in a row, commits are reported. A single refusal is an everyday thing: the group rebalances. */
const REPORTED_REFUSALS = 20;

/** Commits what is confirmed, every half second and whenever it is asked to. */
export class Commits {
  private timer: NodeJS.Timeout | undefined;
  private refusals = 0;

  constructor(
    private readonly groupId: string,
    private readonly queue: DeliveryQueue,
    private readonly client: Pick<ClusterConsumer, 'commit'>,
    private readonly report: (error: Error) => void,
  ) {}

  start(): void {
    this.timer = setInterval(() => void this.now(), INTERVAL_MS);
  }

  stop(): void {
    clearInterval(this.timer);
  }

  /** Commits at once. Never rejects: what can't be committed is committed with the next attempt, or fetched again. */
  async now(): Promise<void> {
    const pending = this.queue.uncommitted();
    if (pending.length === 0) return;
    try {
      const refused = await this.client.commit(pending.map(({ offset }) => offset));
      for (const { queue, offset } of pending)
        if (!refused.some(({ topic, partition }) => topic === offset.topic && partition === offset.partition))
          queue.committed(offset.offset);
      const [first] = refused;
      if (first) throw first.error;
      this.refusals = 0;
    } catch (cause) {
      if (++this.refusals !== REPORTED_REFUSALS) return;
      const params = { groupId: this.groupId, reason: toError(cause).message };
      this.report(new UserError('kafka-consumer.errors.commit', params, { cause }));
    }
  }
}
