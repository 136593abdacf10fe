import { UserError } from '../shared/user-error';
import type { SerialJsonInConfig } from './config';
import { localClock } from './local-time';
import { claimPort, releasePort } from './port-claims';
import { PortConnection } from './port-connection';
import { SerialReader, type Explain } from './serial-reader';
import type { ReadingMessage, RejectedMessage } from './types';

/** What the node's status shows. */
export type SourceState =
  | { state: 'opening' }
  /** `rejected`: the lines rejected since the start */
  | { state: 'connected'; rejected: number }
  | { state: 'lost' }
  /** the device cannot be opened; the next attempt is at `nextAttempt` (milliseconds since 1970) */
  | { state: 'waiting'; nextAttempt: number }
  /** another node reads the device; it is taken over if that one goes */
  | { state: 'taken' };

/** What a SerialSource tells. None of these may throw. */
export interface SourceListener {
  reading(message: ReadingMessage): void;
  rejected(message: RejectedMessage): void;
  state(state: SourceState): void;
  /** What went wrong with the device, once an outage: the attempts that follow are only a state. */
  problem(error: Error): void;
}

/** The readings of one serial device, from its bytes on, for as long as the device comes back. */
export class SerialSource {
  private readonly reader: SerialReader;
  private readonly port: PortConnection;
  private rejected = 0;
  private connected = false;
  private outage = false;

  /**
   * @param label how errors of other nodes name the one that reads this device
   * @throws UserError when there is no such time zone
   */
  constructor(
    private readonly config: SerialJsonInConfig,
    label: string,
    explain: Explain,
    private readonly listener: SourceListener,
  ) {
    const { path, format, maxLineLength, timeZone } = config;
    this.reader = new SerialReader(
      { port: path, maxLineLength, clock: localClock(timeZone), explain },
      {
        reading: (message) => listener.reading(message),
        rejected: (message) => {
          this.rejected += 1;
          listener.rejected(message);
          if (this.connected) this.showConnected();
        },
      },
    );
    this.port = new PortConnection(path, format, {
      beforeOpen: () => claimPort(path, this, label),
      opened: () => {
        this.connected = true;
        this.outage = false;
        this.showConnected();
      },
      bytes: (chunk) => this.reader.bytes(chunk),
      lost: (error) => {
        this.connected = false;
        this.reader.interrupted();
        this.failed(error, { state: 'lost' });
      },
      waiting: (error, nextAttempt) => {
        const taken = error instanceof UserError && error.key === 'serial-json-in.errors.path-taken';
        this.failed(error, taken ? { state: 'taken' } : { state: 'waiting', nextAttempt });
      },
    });
  }

  start(): void {
    this.listener.state({ state: 'opening' });
    this.port.start();
  }

  /** Resolves when the device is free for another program. */
  async close(): Promise<void> {
    await this.port.close();
    releasePort(this.config.path, this);
  }

  private failed(error: Error, state: SourceState): void {
    if (!this.outage) this.listener.problem(error);
    this.outage = true;
    this.listener.state(state);
  }

  private showConnected(): void {
    this.listener.state({ state: 'connected', rejected: this.rejected });
  }
}
