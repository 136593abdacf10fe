/** https://kafka.apache.org/documentation: at most 249 characters of these, since names are folders on the broker. */
const TOPIC_NAME = /^(?!\.{1,2}$)[a-zA-Z0-9._-]{1,249}$/;

/** @returns whether Kafka allows this name for a topic */
export function isTopicName(name: string): boolean {
  return TOPIC_NAME.test(name);
}
