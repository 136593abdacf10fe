import { EventEmitter } from 'node:events';
import type { Kafka } from 'kafkajs';
import type { ClientState, ClusterConsumer, ConsumerListener, ConsumerOptions } from './types';

/** Placeholder until the real one stands here. */
export class KafkaJsConsumer extends EventEmitter implements ClusterConsumer {
  state: ClientState = { state: 'connecting' };
  constructor(
    protected readonly kafka: Kafka,
    protected readonly options: ConsumerOptions,
    protected readonly listener: ConsumerListener,
  ) {
    super();
  }
  start(): void {
    throw new Error('not built yet');
  }
  commit(): Promise<void> {
    return Promise.reject(new Error('not built yet'));
  }
  pause(): void {
    throw new Error('not built yet');
  }
  resume(): void {
    throw new Error('not built yet');
  }
  refetch(): Promise<void> {
    return Promise.reject(new Error('not built yet'));
  }
  seek(): Promise<void> {
    return Promise.reject(new Error('not built yet'));
  }
  close(): Promise<void> {
    this.state = { state: 'closed' };
    this.emit('state', this.state);
    return Promise.resolve();
  }
}
