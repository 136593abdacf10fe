import { EventEmitter } from 'node:events';
import type { KafkaClient } from './client';
import type { ClientState, ClusterProducer, ProducerOptions } from './types';

/** Placeholder until the real one stands here. */
export class KafkaJsProducer extends EventEmitter implements ClusterProducer {
  state: ClientState = { state: 'connecting' };
  constructor(
    protected readonly createClient: () => KafkaClient,
    protected readonly createProbe: () => KafkaClient,
    protected readonly options: ProducerOptions,
  ) {
    super();
  }
  partitionFor(): Promise<number> {
    return Promise.reject(new Error('not built yet'));
  }
  send(): Promise<{ baseOffset: string }> {
    return Promise.reject(new Error('not built yet'));
  }
  maxBatchBytes(): Promise<number> {
    return Promise.reject(new Error('not built yet'));
  }
  close(): Promise<void> {
    this.state = { state: 'closed' };
    this.emit('state', this.state);
    return Promise.resolve();
  }
}
