import { toError } from '../../shared/user-error';
import type { Liveness } from './liveness';
import type { ClusterAdmin } from '../types';

const INTERVAL_MS = 1_000;
/** Without a sign for this long, somebody should be told whether the cluster can be reached at all. */
const SILENT_MS = 4_000;
/** Without a sign for this long, though the cluster can be reached, the connections are given up. */
const DEAD_MS = 10_000;
/** kafkajs comes back by itself within this time once the cluster can be reached again. */
const COME_BACK_MS = 5_000;

/** No answers any more from a cluster that can be reached: the connections have gone silent. */
export class SilentConnectionError extends Error {
  constructor(silentMs: number) {
    super(`no sign from the consumer's connections for ${Math.round(silentMs / 1000)} s`);
    this.name = new.target.name;
  }
}

export interface SilenceListener {
  /** The cluster cannot be reached by another connection either; it is asked again at `nextAttempt`. */
  unreachable(error: Error, nextAttempt: number): void;
  /** Others reach the cluster, this consumer does not. */
  dead(error: SilentConnectionError): void;
}

/**
 * Asks the cluster over another connection when a consumer gives no sign of life, and so tells an outage, which kafkajs
 * waits out by itself, from connections that have gone silent, which it would wait for for ever.
 */
export class ConnectionWatchdog {
  private timer: NodeJS.Timeout | undefined;
  private asking = false;
  private reachableSince: number | undefined;

  /** @param joinMs how long a joining may take, since the slowest member and the session of a dead one are waited for */
  constructor(
    private readonly liveness: Liveness,
    private readonly admin: Pick<ClusterAdmin, 'topicNames'>,
    private readonly joinMs: number,
    private readonly listener: SilenceListener,
  ) {}

  start(): void {
    this.timer = setInterval(() => void this.look(), INTERVAL_MS);
  }

  stop(): void {
    clearInterval(this.timer);
    this.timer = undefined;
  }

  private async look(): Promise<void> {
    if (this.liveness.silentFor(Date.now()) < SILENT_MS) {
      this.reachableSince = undefined;
      return;
    }
    if (this.asking) return;
    this.asking = true;
    try {
      await this.admin.topicNames();
      this.judge();
    } catch (error) {
      this.reachableSince = undefined;
      if (this.timer) this.listener.unreachable(toError(error), Date.now() + INTERVAL_MS);
    } finally {
      this.asking = false;
    }
  }

  /** The cluster has just been reached. */
  private judge(): void {
    const now = Date.now();
    this.reachableSince ??= now;
    const silent = this.liveness.silentFor(now);
    const limit = DEAD_MS + (this.liveness.joining ? this.joinMs : 0);
    if (silent > limit && now - this.reachableSince >= COME_BACK_MS) {
      this.listener.dead(new SilentConnectionError(silent));
    }
  }
}
