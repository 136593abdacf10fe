import type { ClusterAdmin, GroupDescription, TopicDescription } from '../../nodes/kafka-cluster/types';
import { t } from '../../stack/texts/texts.mjs';

/** Kafka's own topics are named so. */
const INTERNAL = '__';
/** Of a group that has committed nothing in a partition, and of an end that nobody tells. */
const NONE = '-1';

/**
 * @param env which the language is taken from
 * @returns lines that say how a cluster's topics lie in partitions, who leads these, and where each group is
 */
export async function look(admin: ClusterAdmin, env = process.env): Promise<string[]> {
  const names = (await admin.topicNames()).filter((name) => !name.startsWith(INTERNAL)).sort();
  const topics = await admin.describeTopics(names);
  const lines = topics.flatMap((topic) => linesOfTopic(topic, env));
  const groups = await admin.groups(({ broker, error }) =>
    lines.push(t('inside.silent', { broker, reason: error.message }, env)),
  );
  for (const group of groups) {
    const { groupId, error } = group;
    if (error) {
      lines.push(t('inside.group', { group: groupId, members: error.message }, env));
      continue;
    }
    const committed = await admin.committedOffsetsOf(groupId, names, ({ topic, partition, error: reason }) =>
      lines.push(`${topic}, ${t('inside.partition', { partition }, env)}: ${reason.message}`),
    );
    lines.push(...linesOfGroup(group, topics, committed, env));
  }
  return lines;
}

function linesOfTopic({ name, partitions }: TopicDescription, env: NodeJS.ProcessEnv): string[] {
  const rows = partitions.map(({ partition, leader, replicas, inSyncReplicas, firstOffset, nextOffset }) => {
    const where = { replicas: replicas.join(', '), inSync: inSyncReplicas.join(', ') };
    return `  ${[
      t('inside.partition', { partition }, env),
      leader < 0 ? t('inside.nobody', {}, env) : t('inside.leader', { leader }, env),
      t('inside.replicas', where, env),
      t('inside.offsets', { first: shown(firstOffset), next: shown(nextOffset) }, env),
    ].join('   ')}`;
  });
  return [t('inside.topic', { name }, env), ...rows];
}

function linesOfGroup(
  { groupId, members }: GroupDescription,
  topics: readonly TopicDescription[],
  committed: ReadonlyMap<string, ReadonlyMap<number, string>>,
  env: NodeJS.ProcessEnv,
): string[] {
  const nothing = t('inside.nothing', {}, env);
  const count = members.length;
  const told = t(count === 1 ? 'inside.member' : 'inside.members', { count }, env);
  const lines = [t('inside.group', { group: groupId, members: told }, env)];
  for (const { clientId, assigned } of members) {
    const reads = assigned.map(({ topic, partitions }) => `${topic} ${partitions.join(', ')}`);
    lines.push(`  ${clientId} ${t('inside.reads', { what: reads.join('; ') || nothing }, env)}`);
  }
  for (const { name, partitions } of topics) {
    const offsets = committed.get(name);
    if (!offsets || [...offsets.values()].every((offset) => offset === NONE)) continue;
    for (const { partition, firstOffset, nextOffset } of partitions) {
      const offset = offsets.get(partition) ?? NONE;
      const isTold = offsets.has(partition);
      const lag = isTold ? difference(nextOffset, offset === NONE ? firstOffset : offset) : '?';
      const where = t('inside.committed', { offset: offset === NONE ? nothing : offset, lag }, env);
      lines.push(`  ${name}, ${t('inside.partition', { partition }, env)}: ${where}`);
    }
  }
  return lines;
}

function shown(offset: string): string {
  return offset === NONE ? '?' : offset;
}

function difference(end: string, begin: string): string {
  return end === NONE || begin === NONE ? '?' : String(BigInt(end) - BigInt(begin));
}
