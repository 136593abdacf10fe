import { EventEmitter, once } from 'node:events';
import {
  MongoClient,
  type Db,
  type TopologyDescription,
  type TopologyDescriptionChangedEvent,
} from 'mongodb';
import { keepTrying } from '../shared/keep-trying';
import { UserError, toError } from '../shared/user-error';
import { connectionError } from './connection-error';
import { failWritesOfLostConnections } from './lost-writes';
import type { ConnectionSettings } from './settings';
import { askForSrvRecords } from './srv-records';
import type { DatabaseLease, DatabaseState, MongoDatabase } from './types';
import { UnansweredCommands, type UnansweredCommand } from './unanswered';

failWritesOfLostConnections();

/** The kinds of server (driver's names) of which one is needed: those that accept writes. */
const WRITABLE: ReadonlySet<string> = new Set(['Standalone', 'RSPrimary', 'Mongos', 'LoadBalancer']);

/**
 * The one client of a config node: connects with its first user, comes back by itself, closes after the last user.
 *
 * The driver reconnects by itself only after it has been connected once: a MongoClient whose first connect failed says
 * "Topology is closed" from then on. So the first connection is an explicit loop, with a fresh client for each attempt.
 */
export class MongoConnection implements MongoDatabase {
  readonly description: string;
  private current: DatabaseState = { state: 'closed' };
  private session: Session | undefined;
  private sessionEnd: Promise<void> = Promise.resolve();
  private readonly leases = new Set<Lease>();
  private readonly events = new EventEmitter().setMaxListeners(0);

  /** @param onEndError told when the client can't be closed after its last user; there is nothing to be done about it */
  constructor(
    private readonly settings: ConnectionSettings,
    private readonly onEndError: (error: UserError) => void,
  ) {
    this.description = settings.description;
  }

  get state(): DatabaseState {
    return this.current;
  }

  acquire(
    onState?: (state: DatabaseState) => void,
    onUnanswered?: (unanswered: UnansweredCommand | undefined) => void,
  ): DatabaseLease {
    const lease = new Lease(this, onState, onUnanswered);
    this.leases.add(lease);
    this.session ??= new Session(
      this.settings,
      (state) => this.setState(state),
      (unanswered) => {
        for (const { onUnanswered: tell } of this.leases) tell?.(unanswered);
      },
    );
    return lease;
  }

  /** Waits until every user has signed out and the client is closed. To be awaited when the config node closes. */
  async close(): Promise<void> {
    while (this.leases.size > 0) await once(this.events, 'drained');
    await this.sessionEnd;
  }

  /** @internal for Lease */
  async db(signal: AbortSignal): Promise<Db> {
    for (;;) {
      signal.throwIfAborted();
      if (this.current.state === 'connected' && this.session?.client) {
        return this.session.client.db(this.settings.database);
      }
      await once(this.events, 'connected', { signal });
    }
  }

  /** @internal for Lease */
  release(lease: Lease): void {
    if (!this.leases.delete(lease) || this.leases.size > 0) return;
    // After a deploy that removed only the last user nobody waits for the end: its error is told here.
    this.sessionEnd =
      this.session?.end().catch((error: unknown) => this.tellEndError(error)) ?? Promise.resolve();
    this.session = undefined;
    this.setState({ state: 'closed' });
    this.events.emit('drained');
  }

  private tellEndError(thrown: unknown): void {
    const error = toError(thrown);
    const params = { database: this.description, reason: error.message };
    this.onEndError(new UserError('mongo-database.errors.end', params, { cause: error }));
  }

  private setState(state: DatabaseState): void {
    this.current = state;
    for (const lease of this.leases) lease.onState?.(state);
    if (state.state === 'connected') this.events.emit('connected');
  }
}

class Lease implements DatabaseLease {
  private readonly released = new AbortController();
  /** of those who wait: AbortSignal.any refers to them weakly, and one of a time limit may be collected before that comes */
  private readonly awaited = new Set<{ signal: AbortSignal }>();

  constructor(
    private readonly owner: MongoConnection,
    readonly onState: ((state: DatabaseState) => void) | undefined,
    readonly onUnanswered: ((unanswered: UnansweredCommand | undefined) => void) | undefined,
  ) {}

  async db(signal?: AbortSignal): Promise<Db> {
    if (!signal) return this.owner.db(this.released.signal);
    const waiting = { signal };
    this.awaited.add(waiting);
    try {
      return await this.owner.db(AbortSignal.any([signal, this.released.signal]));
    } finally {
      this.awaited.delete(waiting);
    }
  }

  release(): void {
    this.released.abort();
    this.owner.release(this);
  }
}

/** The connection's life between its first user and its last. */
class Session {
  client: MongoClient | undefined;
  private readonly ended = new AbortController();
  private unanswered: UnansweredCommands | undefined;
  private running: Promise<void>;

  constructor(
    private readonly settings: ConnectionSettings,
    private readonly onState: (state: DatabaseState) => void,
    private readonly onUnanswered: (unanswered: UnansweredCommand | undefined) => void,
  ) {
    this.running = this.keepConnected(() => this.connect());
  }

  /** Closes the client; resolves when it is closed. */
  async end(): Promise<void> {
    this.ended.abort();
    await this.running;
    this.unanswered?.stop();
    await this.client?.close();
  }

  /** Attempts until connected, or until the session has ended; never rejects. */
  private async keepConnected(attempt: () => Promise<void>): Promise<void> {
    const { signal } = this.ended;
    this.tell({ state: 'connecting' });
    const trying = keepTrying(attempt, {
      signal,
      onError: (error, delay) =>
        this.tell({
          state: 'retrying',
          nextAttempt: Date.now() + delay,
          error: connectionError(error, this.settings),
        }),
    });
    await trying.then(
      () => this.tell({ state: 'connected' }),
      (error: unknown) => {
        if (!signal.aborted) throw error;
      },
    );
  }

  private async connect(): Promise<void> {
    const { uri, options, srv } = this.settings;
    if (srv) await askForSrvRecords(srv, this.ended.signal);
    const client = new MongoClient(uri, { ...options, monitorCommands: true });
    try {
      await client.connect();
    } catch (error) {
      await client.close();
      throw error;
    }
    this.client = client;
    this.unanswered = new UnansweredCommands(client, this.onUnanswered);
    client.on('topologyDescriptionChanged', (event) => this.onTopologyChange(event));
  }

  /** Once connected the driver reconnects by itself; what is left to do is to say so, and to ask until it answers. */
  private onTopologyChange({ previousDescription, newDescription }: TopologyDescriptionChangedEvent): void {
    if (this.ended.signal.aborted || !canWrite(previousDescription) || canWrite(newDescription)) return;
    this.running = this.running.then(() => this.keepConnected(() => this.ping()));
  }

  private async ping(): Promise<void> {
    await this.client?.db(this.settings.database).command({ ping: 1 });
  }

  private tell(state: DatabaseState): void {
    if (!this.ended.signal.aborted) this.onState(state);
  }
}

function canWrite(topology: TopologyDescription): boolean {
  return [...topology.servers.values()].some((server) => WRITABLE.has(server.type));
}
