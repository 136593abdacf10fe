/** A topic that could not be looked up or created at a Kafka of the user's own. */
export interface UnseenTopic {
  topic: string;
  partitions: number;
  /** "host:port,host:port" */
  brokers: string;
  /** where the editor stands */
  editor: string;
  reason: string;
}

/** @returns what to do about it, in lines for a person. `npm start` itself knows neither certificates nor passwords. */
export function topicAdvice({ topic, partitions, brokers, editor, reason }: UnseenTopic): string {
  return [
    `topic ${topic} could not be looked up or created at ${brokers} (${reason}). The flows wait for it:`,
    `  - if that Kafka asks for TLS or a user: open ${editor}, enter both in the config node kafka-cluster and deploy;`,
    '    kafka-producer then creates the topic, where the user may;',
    '  - if nobody but you may create topics there:',
    `    kafka-topics.sh --bootstrap-server ${brokers} --create --topic ${topic} --partitions ${partitions}`,
    '    (with --command-config FILE, which has the settings for TLS and the user)',
  ].join('\n');
}
