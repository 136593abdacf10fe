import { t } from '../texts/texts.mjs';

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

/** @returns what to do about it, in lines for a person. `npm start` itself knows no certificates. */
export function topicAdvice(unseen: UnseenTopic): string {
  return t('start.topic', { ...unseen });
}
