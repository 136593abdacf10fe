import { KafkaJsAdmin } from './admin-client';
import { KafkaClient, type ClusterSettings, type DiagnosticLog } from './client';
import { KafkaJsConsumer } from './consumer-client';
import { KafkaError, isLasting, toKafkaError } from './errors';
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

/** The same refusal is told again after this time, if it still stands. */
const TELL_AGAIN_MS = 10 * 60_000;

/** What a broker that restarts may show once or twice is no outage when it has come this often. */
const PERSISTENT = 3;
const OUTAGE = new KafkaError('unreachable').key;

export interface ClusterHooks {
  /** Puts the text into an error that others are going to quote. */
  localize(error: Error): Error;
  /** Somebody has to change something before a client can connect, read or write. */
  refused(error: KafkaError): void;
}

const SILENT: ClusterHooks = { localize: (error) => error, refused: () => undefined };

/** Counts how often in a row the same error comes. */
class Streak {
  private key = '';
  private length = 0;

  add(error: Error): number {
    const key = error instanceof KafkaError ? error.key : error.message;
    this.length = key === this.key ? this.length + 1 : 1;
    this.key = key;
    return this.length;
  }

  end(): void {
    this.length = 0;
  }
}

/** The KafkaCluster that talks through kafkajs. It counts what is open, so that its owner can wait until nothing is. */
export class KafkaJsCluster implements KafkaCluster {
  readonly description: string;
  private open = 0;
  private onDrained: (() => void)[] = [];
  private readonly told = new Map<string, number>();
  private admin: { client: KafkaJsAdmin; users: number } | undefined;

  constructor(
    private readonly settings: ClusterSettings,
    private readonly log: DiagnosticLog,
    private readonly hooks: ClusterHooks = SILENT,
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
      this.description,
    );
    this.countUntilClosed(consumer, () => this.releaseAdmin());
    return consumer;
  }

  acquireAdmin(): ClusterAdmin {
    if (!this.admin) {
      const client = new KafkaJsAdmin(
        () => this.createClient(ADMIN_RETRIES),
        (error, params) =>
          this.hooks.localize(toKafkaError(error, { ...params, brokers: this.description }, 'unreachable')),
      );
      this.admin = { client, users: 0 };
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
    const streak = new Streak();
    const onState = (current: ClientState | ConsumerState): void => {
      if (current.state === 'retrying') this.tell(current.error, streak.add(current.error));
      if (current.state === 'connected') streak.end();
      if (current.state !== 'closed') return;
      client.off('state', onState);
      onClosed?.();
      this.closedOne();
    };
    client.on('state', onState);
  }

  /**
   * An outage is for the status alone: it passes.
   * @param times how often in a row this client has met with it
   */
  private tell(error: Error, times: number): void {
    if (!(error instanceof KafkaError) || error.key === OUTAGE) return;
    if (!isLasting(error) && times < PERSISTENT) return;
    const last = this.told.get(error.key);
    if (last !== undefined && Date.now() - last < TELL_AGAIN_MS) return;
    this.told.set(error.key, Date.now());
    this.hooks.refused(error);
  }

  private closedOne(): void {
    if (--this.open > 0) return;
    for (const resolve of this.onDrained.splice(0)) resolve();
  }
}
