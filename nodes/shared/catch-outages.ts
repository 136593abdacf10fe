import type { NodeLifecycle } from './node-lifecycle';

/** What tells of outages; KafkaCluster is one. */
interface OutageSource {
  onOutage(listener: { begins(error: Error): void; ends(seconds: number): void }): () => void;
}

/**
 * Gives the Catch nodes one message for each outage that begins, once there are Catch nodes. That it is over shows in the
 * status and the log.
 * @returns ends it
 */
export function catchOutages(life: NodeLifecycle, source: OutageSource): () => void {
  let stop: (() => void) | undefined;
  life.onFlowsStarted((_event, first) => {
    if (first) stop = source.onOutage({ begins: (error) => life.report(error), ends: () => undefined });
  });
  return () => stop?.();
}
