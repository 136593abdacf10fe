import { UserError } from '../shared/user-error';
import { RejectedSummaries, type RejectedSummary } from './checks/rejected-summaries';
import type { SerialJsonInConfig } from './config';
import type { Explain } from './explain';
import { localClock } from './lines/local-time';
import { LineActivity, type Activity } from './port/line-activity';
import { claimPort, isTaken, releasePort } from './port/port-claims';
import { otherReader } from './port/other-readers';
import { PortConnection } from './port/port-connection';
import { SerialReader } from './port/serial-reader';
import { isTcp } from './port/tcp-line';
import { refuseStaleLink } from './port/stale-link';
import type { ReadingMessage, RejectedMessage } from './types';

/** What the node's status shows. */
export type SourceState =
  | { state: 'opening' }
  /** `rejected`: the lines rejected since the start; `lost`: those that the board has numbered and that never came */
  | { state: 'connected'; rejected: number; lost: number; activity: Activity }
  | { state: 'lost' }
  /** the device cannot be opened; the next attempt is at `nextAttempt` (milliseconds since 1970) */
  | { state: 'waiting'; nextAttempt: number }
  /** the device was given to another program (milliseconds since 1970), until it is taken back */
  | { state: 'released'; since: number }
  /** another node reads the device; it is taken over if that one goes */
  | { state: 'taken' };

/** What a SerialSource tells. None of these may throw. */
export interface SourceListener {
  reading(message: ReadingMessage): void;
  rejected(message: RejectedMessage): void;
  state(state: SourceState): void;
  /** What went wrong with the device, once an outage: the attempts that follow are only a state. */
  problem(error: Error): void;
  /** Lines were rejected: told of the first, then once in a while. */
  summary(summary: RejectedSummary, last: RejectedMessage): void;
}

/** How often it is looked at whether anything still arrives. */
const LOOK_MS = 1000;
/** How many of these looks go by from one search for other programs that read the device to the next. */
const LOOKS_A_SEARCH = 60;

/** The readings of one serial device, from its bytes on, for as long as the device comes back. */
export class SerialSource {
  private readonly reader: SerialReader;
  private port: PortConnection;
  /** what is done with the port, one after the other */
  private turn: Promise<void> = Promise.resolve();
  private released = false;
  private closed = false;
  private rejected = 0;
  private lost = 0;
  private readonly activity = new LineActivity();
  private readonly summaries = new RejectedSummaries();
  private looking: NodeJS.Timeout | undefined;
  private looks = 0;
  /** the process that was told of as reading the device too */
  private sharer: number | undefined;
  private shown = '';
  private connected = false;
  private outage = false;

  /**
   * @param label how errors of other nodes name the one that reads this device
   * @throws UserError when there is no such time zone
   */
  constructor(
    private readonly config: SerialJsonInConfig,
    private readonly label: string,
    explain: Explain,
    private readonly listener: SourceListener,
  ) {
    const { path, maxLineLength, timeZone, trace, rules } = config;
    this.reader = new SerialReader(
      { port: path, maxLineLength, rules, clock: localClock(timeZone), explain, trace },
      {
        reading: (message) => {
          this.lost += message.sequence?.lost ?? 0;
          this.activity.reading();
          listener.reading(message);
        },
        rejected: (message) => {
          this.rejected += 1;
          this.lost += message.sequence?.lost ?? 0;
          this.activity.rejected(message.error.reason);
          listener.rejected(message);
          const summary = this.summaries.rejected(Date.now());
          if (summary) listener.summary(summary, message);
        },
      },
    );
    this.port = this.newPort();
  }

  start(): void {
    if (this.released) return;
    this.listener.state({ state: 'opening' });
    this.port.start();
  }

  /** Resolves when the device is free for another program. */
  async close(): Promise<void> {
    this.closed = true;
    await this.inTurn(() => this.free());
  }

  /** Writes to the board. @throws UserError when the port is not open, or takes nothing any more */
  async write(bytes: Buffer): Promise<void> {
    await this.port.write(bytes);
  }

  /** Gives the device to another program, as one that flashes the board. Resolves when it can have it. */
  async release(): Promise<void> {
    await this.inTurn(async () => {
      if (this.released) return;
      this.released = true;
      await this.free();
      this.reader.interrupted();
      this.listener.state({ state: 'released', since: Date.now() });
    });
  }

  /** Takes the device back after a release. */
  async take(): Promise<void> {
    await this.inTurn(() => {
      if (!this.released || this.closed) return;
      this.released = false;
      this.outage = false;
      this.port = this.newPort();
      this.start();
    });
  }

  private async free(): Promise<void> {
    this.disconnected();
    await this.port.close();
    releasePort(this);
  }

  private inTurn(step: () => Promise<void> | void): Promise<void> {
    const done = this.turn.then(step);
    // Who asked for a step hears of its error; the next step is another matter.
    this.turn = done.catch(() => undefined);
    return done;
  }

  private newPort(): PortConnection {
    const { path, format, modemLines } = this.config;
    return new PortConnection(path, format, modemLines, {
      beforeOpen: async () => {
        claimPort(path, this, this.label);
        await refuseStaleLink(path);
      },
      opened: (flaw) => {
        this.connected = true;
        this.outage = false;
        this.activity.opened(Date.now());
        // On a network the rest of a line may be late.
        if (!isTcp(path)) this.reader.opened();
        this.looking = setInterval(() => this.look(), LOOK_MS).unref();
        if (flaw) this.listener.problem(flaw);
        this.showConnected();
      },
      bytes: (chunk) => {
        this.activity.bytes(chunk, this.reader.bytes(chunk), Date.now());
        this.showConnected();
      },
      lost: (error) => {
        this.disconnected();
        this.reader.interrupted();
        this.failed(error, { state: 'lost' });
      },
      waiting: (error, nextAttempt) => {
        this.failed(error, isTaken(error) ? { state: 'taken' } : { state: 'waiting', nextAttempt });
      },
    });
  }

  private failed(error: Error, state: SourceState): void {
    if (!this.outage) this.listener.problem(error);
    this.outage = true;
    this.listener.state(state);
  }

  private look(): void {
    this.showConnected();
    this.looks += 1;
    if (this.looks % LOOKS_A_SEARCH === 1) void this.findSharer();
  }

  /** Looks at all processes: seldom, and told once for each program. */
  private async findSharer(): Promise<void> {
    const { path } = this.config;
    const found = await otherReader(path);
    if (!this.connected) return;
    this.activity.shared(found && { program: found.name, pid: found.pid });
    if (found && found.pid !== this.sharer) {
      const params = { path, program: found.name, pid: found.pid };
      this.listener.problem(new UserError('serial-json-in.errors.shared', params));
    }
    this.sharer = found?.pid;
    this.showConnected();
  }

  private disconnected(): void {
    this.connected = false;
    this.shown = '';
    this.looks = 0;
    clearInterval(this.looking);
  }

  private showConnected(): void {
    if (!this.connected) return;
    const { rejected, lost } = this;
    const activity = this.activity.at(Date.now());
    // Looked at with every chunk of bytes: only what has changed is worth a text.
    const shown = `${rejected} ${lost} ${Object.values(activity).join(' ')}`;
    if (shown === this.shown) return;
    this.shown = shown;
    this.listener.state({ state: 'connected', rejected, lost, activity });
  }
}
