/** Topics to read: which of them exist, and which names do not. */
export interface TopicSelection {
  topics: string[];
  missing: string[];
}

/** Kafka's own topics, which a pattern never means. */
const INTERNAL_PREFIX = '__';

/**
 * @param wanted names, and patterns that are matched against everything that exists
 * @param ignored topics that a pattern passes over; a name is always meant
 */
export function selectTopics(
  wanted: readonly (string | RegExp)[],
  existing: readonly string[],
  ignored: (topic: string) => boolean = () => false,
): TopicSelection {
  const names = wanted.filter((topic): topic is string => typeof topic === 'string');
  const patterns = wanted.filter((topic): topic is RegExp => topic instanceof RegExp);
  const matched = existing.filter(
    (topic) =>
      !topic.startsWith(INTERNAL_PREFIX) &&
      !ignored(topic) &&
      patterns.some((pattern) => pattern.test(topic)),
  );
  const there = new Set(existing);
  return {
    topics: [...new Set([...names.filter((name) => there.has(name)), ...matched])].sort(),
    missing: names.filter((name) => !there.has(name)),
  };
}

/** @returns whether two sorted lists of topics are the same */
export function sameTopics(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((topic, index) => topic === b[index]);
}
