/**
 * The settings that have had another name, by their node: what version 1 of the properties called them, and today's name,
 * which says the unit. A flow keeps the old names until the node's dialog has been saved once.
 */
const RENAMED: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'kafka-cluster': { connectionTimeout: 'connectionTimeoutMs', requestTimeout: 'requestTimeoutMs' },
  'kafka-producer': {
    topicRetention: 'topicRetentionDays',
    outboxMaxAge: 'outboxMaxAgeSeconds',
    drainRate: 'drainRecordsPerSecond',
  },
  'kafka-consumer': { sessionTimeout: 'sessionTimeoutMs', confirmTimeout: 'confirmTimeoutSeconds' },
  'mongo-sink': { retention: 'retentionDays' },
};

/** @returns pairs of the name that a setting of this node had, and the one that it has */
export function renamedSettings(type: string): [before: string, now: string][] {
  return Object.entries(RENAMED[type] ?? {});
}

/**
 * @param saved a node's properties as any version saved them
 * @returns them by today's names; what stands there by today's name already stays
 */
export function withTodaysNames<T extends object>(type: string, saved: T): T {
  const properties = new Map<string, unknown>(Object.entries(saved));
  for (const [before, now] of renamedSettings(type)) {
    const value = properties.get(now) ?? properties.get(before);
    if (value !== undefined) properties.set(now, value);
    properties.delete(before);
  }
  return Object.fromEntries(properties) as T;
}
