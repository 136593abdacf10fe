import { statSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { SerialPort } from 'serialport';
import { keepTrying } from '../shared/keep-trying';
import { toError } from '../shared/user-error';

import { lostError, openError } from './port-error';

/** How the characters are sent: 9600 8-N-1 for the boards of this project. */
export interface LineFormat {
  baudRate: number;
  dataBits: 5 | 6 | 7 | 8;
  parity: 'none' | 'even' | 'odd' | 'mark' | 'space';
  stopBits: 1 | 1.5 | 2;
}

/** What a PortConnection tells. None of these may throw. */
export interface PortListener {
  /** Asked before each attempt to open; what it throws counts as a failed attempt. */
  beforeOpen(): void;
  opened(): void;
  bytes(chunk: Buffer): void;
  /** The device went away; the connection goes on to `waiting` or `opened` by itself. */
  lost(error: Error): void;
  /** An attempt to open failed; the next one is at `nextAttempt`, in milliseconds since 1970. */
  waiting(error: Error, nextAttempt: number): void;
}

/** A device that is plugged in again is found within the upper bound. */
const REOPEN = { initialDelay: 250, maxDelay: 3000 };
const WATCH_INTERVAL_MS = 1000;

/** Keeps one serial port open: opens it as soon as the device is there, and again whenever it comes back. */
export class PortConnection {
  private readonly stop = new AbortController();
  private finished: Promise<void> | undefined;

  constructor(
    private readonly path: string,
    private readonly format: LineFormat,
    private readonly listener: PortListener,
  ) {}

  /** Begins to open the port. To be called once. */
  start(): void {
    this.finished = this.run();
  }

  /** Releases the port. Resolves when another program can have it. */
  async close(): Promise<void> {
    this.stop.abort();
    await this.finished;
  }

  private async run(): Promise<void> {
    const { signal } = this.stop;
    try {
      for (;;) {
        const port = await this.openAtLast();
        const error = await this.readUntilLost(port);
        signal.throwIfAborted();
        this.listener.lost(error);
        // A device that opens and fails at once is not to be opened a thousand times a second.
        await sleep(REOPEN.initialDelay, undefined, { signal });
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }

  private openAtLast(): Promise<SerialPort> {
    return keepTrying(
      async () => {
        this.listener.beforeOpen();
        return open(this.path, this.format);
      },
      {
        signal: this.stop.signal,
        bounds: REOPEN,
        onFailure: (error, delay) => this.listener.waiting(error, Date.now() + delay),
      },
    );
  }

  /** Resolves once the port is closed, with the reason. */
  private async readUntilLost(port: SerialPort): Promise<Error> {
    const { signal } = this.stop;
    let close = () => port.close();
    const closed = new Promise<Error>((resolve) => {
      const finish = (cause?: Error | null) => resolve(lostError(this.path, cause ?? undefined));
      port.on('close', finish);
      port.on('error', finish);
      close = () => port.close(finish);
    });
    signal.addEventListener('abort', close, { once: true });
    const stopWatching = watchDevice(this.path, close);
    if (signal.aborted) {
      close();
    } else {
      this.listener.opened();
      port.on('data', (chunk: Buffer) => {
        if (!signal.aborted) this.listener.bytes(chunk);
      });
    }
    const error = await closed;
    stopWatching();
    signal.removeEventListener('abort', close);
    return error;
  }
}

function open(path: string, format: LineFormat): Promise<SerialPort> {
  return new Promise((resolve, reject) => {
    const port = new SerialPort({ path, ...format, autoOpen: false });
    port.open((error) => (error ? reject(openError(path, error)) : resolve(port)));
  });
}

/**
 * Calls `gone` when the path leads to no device any more, or to another one. A port that hangs up while it is being read
 * (its cable is pulled in the middle of a line) reads nothing, for ever and as fast as it can, and serialport tells
 * nobody; the path is what shows it. Windows has no path to look at, and its driver reports the error.
 * @returns what ends the watch
 */
function watchDevice(path: string, gone: () => void): () => void {
  if (process.platform === 'win32') return () => undefined;
  const device = identityOf(path);
  const timer = setInterval(() => {
    if (identityOf(path) !== device) gone();
  }, WATCH_INTERVAL_MS);
  return () => clearInterval(timer);
}

/** Tells devices apart: an unplugged one's numbers stay taken as long as it is held open. */
function identityOf(path: string): string {
  try {
    const stats = statSync(path, { throwIfNoEntry: false });
    return stats ? `${stats.dev}/${stats.ino}/${stats.rdev}` : 'missing';
  } catch (error) {
    return `unreadable: ${toError(error).message}`;
  }
}
