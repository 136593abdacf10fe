import { KafkaJsAdmin } from './admin/admin-client';
import { DEFAULT_RETRIES, KafkaClient, type ClusterSettings, type DiagnosticLog } from './client';
import { KafkaJsConsumer } from './consumer/consumer-client';
import { KafkaError, isLasting, toKafkaError } from './errors';
import { Outages } from './outages';
import { KafkaJsProducer } from './producer/producer-client';
import type {
  AdminLease,
  ClientState,
  ClusterConsumer,
  ClusterProducer,
  ConsumerListener,
  ConsumerOptions,
  ConsumerState,
  KafkaCluster,
  OutageListener,
  ProducerOptions,
  StateSource,
} from './types';

/** The same refusal is told again after this time, if it still stands. */
const TELL_AGAIN_MS = 10 * 60_000;

/** What a broker that restarts may show once or twice is no outage when it has come this often. */
const PERSISTENT = 3;
const OUTAGES: ReadonlySet<string> = new Set(
  ['unreachable', 'announced-unreachable'].map((text) => new KafkaError('unreachable', {}, { text }).key),
);

export interface ClusterListener {
  /** Puts the text into an error that others are going to quote. */
  localize(error: Error): Error;
  /** Somebody has to change something before a client can connect, read or write. */
  refused(error: KafkaError): void;
}

const SILENT: ClusterListener = { localize: (error) => error, refused: () => undefined };

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
  private readonly outages = new Outages();
  private open = 0;
  private onDrained: (() => void)[] = [];
  private readonly told = new Map<string, number>();
  private admin: { client: KafkaJsAdmin; users: number } | undefined;

  constructor(
    private readonly settings: ClusterSettings,
    private readonly log: DiagnosticLog,
    private readonly listener: ClusterListener = SILENT,
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
    const lease = this.acquireAdmin();
    const consumer = new KafkaJsConsumer(
      () => this.createClient(Infinity),
      lease.admin,
      options,
      listener,
      this.description,
    );
    this.countUntilClosed(consumer, () => lease.release());
    return consumer;
  }

  acquireAdmin(): AdminLease {
    if (!this.admin) {
      const client = new KafkaJsAdmin(
        () => this.createClient((this.settings.retries ?? DEFAULT_RETRIES).ofQuestions),
        (error, params) =>
          this.listener.localize(
            toKafkaError(error, { ...params, brokers: this.description }, 'unreachable'),
          ),
      );
      this.admin = { client, users: 0 };
      this.open++;
    }
    const shared = this.admin;
    shared.users++;
    let held = true;
    return {
      admin: shared.client,
      release: () => {
        if (held && --shared.users === 0) this.closeAdmin(shared.client);
        held = false;
      },
    };
  }

  /** @returns when every client that was made here has been closed */
  async drained(): Promise<void> {
    if (this.open > 0) await new Promise<void>((resolve) => this.onDrained.push(resolve));
  }

  onOutage(listener: OutageListener): () => void {
    return this.outages.listen(listener);
  }

  private closeAdmin(client: KafkaJsAdmin): void {
    client.close();
    this.admin = undefined;
    this.closedOne();
  }

  private createClient(retries: number, onConnectionLost?: () => void): KafkaClient {
    return new KafkaClient(this.settings, retries, this.log, onConnectionLost);
  }

  private countUntilClosed(client: Pick<StateSource, 'on' | 'off'>, onClosed?: () => void): void {
    this.open++;
    const streak = new Streak();
    const onState = (current: ClientState | ConsumerState): void => {
      this.outages.note(client, current);
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
    if (!(error instanceof KafkaError) || OUTAGES.has(error.key)) return;
    if (!isLasting(error) && times < PERSISTENT) return;
    const last = this.told.get(error.key);
    if (last !== undefined && Date.now() - last < TELL_AGAIN_MS) return;
    this.told.set(error.key, Date.now());
    this.listener.refused(error);
  }

  private closedOne(): void {
    if (--this.open > 0) return;
    for (const resolve of this.onDrained.splice(0)) resolve();
  }
}
