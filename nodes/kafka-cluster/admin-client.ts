import type { Kafka } from 'kafkajs';
import type { ClusterAdmin, TopicDescription } from './types';

/** Placeholder until the real one stands here. */
export class KafkaJsAdmin implements ClusterAdmin {
  constructor(private readonly kafka: Kafka) {}
  topicNames(): Promise<string[]> {
    return this.kafka.admin().listTopics();
  }
  describeTopics(): Promise<TopicDescription[]> {
    return Promise.reject(new Error('not built yet'));
  }
  committedOffsets(): Promise<Map<number, string>> {
    return Promise.reject(new Error('not built yet'));
  }
  /** Disconnects. */
  close(): Promise<void> {
    return Promise.resolve();
  }
}
