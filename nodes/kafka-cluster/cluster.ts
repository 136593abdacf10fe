import { KafkaJsAdmin } from './admin-client';
import { KafkaClient, type ClusterSettings, type DiagnosticLog } from './client';
import { KafkaJsConsumer } from './consumer-client';
import { KafkaJsProducer } from './producer-client';
import type {
  ClientState,
  ClusterAdmin,
  ClusterConsumer,
  ClusterProducer,
  ConsumerListener,
  ConsumerOptions,
  ConsumerState,
  KafkaCluster,
  ProducerOptions,
  StateSource,
} from './types';

/** A question gives up after this many attempts, about two seconds when the broker refuses at once. */
const ADMIN_RETRIES = 4;

/** The KafkaCluster that talks through kafkajs. It counts what is open, so that its owner can wait until nothing is. */
export class KafkaJsCluster implements KafkaCluster {
  readonly description: string;
  private open = 0;
  private onDrained: (() => void)[] = [];
  private admin: { client: KafkaJsAdmin; users: number } | undefined;

  constructor(
    private readonly settings: ClusterSettings,
    private readonly log: DiagnosticLog,
  ) {
    this.description = settings.brokers.join(', ');
  }

  createProducer(options: ProducerOptions): ClusterProducer {
    const producer = new KafkaJsProducer(
      {
        patient: (onConnectionLost) => this.createClient(Infinity, onConnectionLost),
        // Each broker once: any of them can answer for the cluster.
        impatient: () => this.createClient(this.settings.brokers.length - 1),
      },
      options,
      this.description,
    );
    this.countUntilClosed(producer);
    return producer;
  }

  createConsumer(options: ConsumerOptions, listener: ConsumerListener): ClusterConsumer {
    const consumer = new KafkaJsConsumer(
      () => this.createClient(Infinity),
      this.acquireAdmin(),
      options,
      listener,
    );
    this.countUntilClosed(consumer, () => this.releaseAdmin());
    return consumer;
  }

  acquireAdmin(): ClusterAdmin {
    if (!this.admin) {
      this.admin = { client: new KafkaJsAdmin(() => this.createClient(ADMIN_RETRIES)), users: 0 };
      this.open++;
    }
    this.admin.users++;
    return this.admin.client;
  }

  releaseAdmin(): void {
    if (!this.admin || --this.admin.users > 0) return;
    this.admin.client.close();
    this.admin = undefined;
    this.closedOne();
  }

  /** @returns when every client that was made here has been closed */
  async drained(): Promise<void> {
    if (this.open > 0) await new Promise<void>((resolve) => this.onDrained.push(resolve));
  }

  private createClient(retries: number, onConnectionLost?: () => void): KafkaClient {
    return new KafkaClient(this.settings, retries, this.log, onConnectionLost);
  }

  private countUntilClosed(client: Pick<StateSource, 'on' | 'off'>, onClosed?: () => void): void {
    this.open++;
    const onState = ({ state }: ClientState | ConsumerState): void => {
      if (state !== 'closed') return;
      client.off('state', onState);
      onClosed?.();
      this.closedOne();
    };
    client.on('state', onState);
  }

  private closedOne(): void {
    if (--this.open > 0) return;
    for (const resolve of this.onDrained.splice(0)) resolve();
  }
}
