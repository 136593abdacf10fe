/** Characters: names are folders on the broker (https://kafka.apache.org/documentation). */
export const MAX_TOPIC_NAME = 249;
const TOPIC_NAME = new RegExp(`^(?!\\.{1,2}$)[a-zA-Z0-9._-]{1,${MAX_TOPIC_NAME}}$`);

/** @returns whether Kafka allows this name for a topic */
export function isTopicName(name: string): boolean {
  return TOPIC_NAME.test(name);
}
