import { statSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { keepTrying } from '../../shared/keep-trying';
import { toError } from '../../shared/user-error';

import type { LineFormat, ModemLines, OpenLine } from './open-line';
import { lostError } from './port-error';
import { openSerial } from './serial-line';
import { isTcp, openTcp, readTcpAddress } from './tcp-line';
import { shorten, UserError } from '../../shared/user-error';

/** What a PortConnection tells. None of these may throw. */
export interface PortListener {
  /** Asked before each attempt to open; what it throws counts as a failed attempt. */
  beforeOpen(): void | Promise<void>;
  /** @param flaw what could not be done as it was asked for */
  opened(flaw?: Error): void;
  bytes(chunk: Buffer): void;
  /** The device went away; the connection goes on to `waiting` or `opened` by itself. */
  lost(error: Error): void;
  /** An attempt to open failed; the next one is at `nextAttempt`, in milliseconds since 1970. */
  waiting(error: Error, nextAttempt: number): void;
}

/** A device that is plugged in again is found within the upper bound. */
const REOPEN = { initialDelay: 250, maxDelay: 3000 };
const WATCH_INTERVAL_MS = 1000;
/** What waits to be written to a board that takes nothing, in bytes. */
const MOST_UNWRITTEN = 64 * 1024;

/** Keeps one serial port open: opens it as soon as the device is there, and again whenever it comes back. */
export class PortConnection {
  private readonly stop = new AbortController();
  private finished: Promise<void> | undefined;
  private line: OpenLine | undefined;

  /** @param path a device's, or `tcp://host:port` */
  constructor(
    private readonly path: string,
    private readonly format: LineFormat,
    private readonly modemLines: ModemLines,
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

  /**
   * Writes to the board. Resolves when the system has taken all of it.
   * @throws UserError when the port is not open, or takes nothing any more
   */
  async write(bytes: Buffer): Promise<void> {
    const { path, line } = this;
    if (!line || line.stream.destroyed) throw new UserError('serial-json-in.errors.not-open', { path });
    if (line.stream.writableLength + bytes.length > MOST_UNWRITTEN) {
      throw new UserError('serial-json-in.errors.write-full', { path, max: MOST_UNWRITTEN });
    }
    await new Promise<void>((resolve, reject) => {
      line.stream.write(bytes, (cause) => {
        if (!cause) return resolve();
        const reason = shorten(cause.message);
        reject(new UserError('serial-json-in.errors.write-failed', { path, reason }, { cause }));
      });
    });
  }

  private async run(): Promise<void> {
    const { signal } = this.stop;
    try {
      for (;;) {
        const line = await this.openAtLast();
        const error = await this.readUntilLost(line);
        signal.throwIfAborted();
        this.listener.lost(error);
        // A device that opens and fails at once is not to be opened a thousand times a second.
        await sleep(REOPEN.initialDelay, undefined, { signal });
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }

  private openAtLast(): Promise<OpenLine> {
    return keepTrying(
      async () => {
        await this.listener.beforeOpen();
        return this.open();
      },
      {
        signal: this.stop.signal,
        bounds: REOPEN,
        onError: (error, delay) => this.listener.waiting(error, Date.now() + delay),
      },
    );
  }

  private open(): Promise<OpenLine> {
    const { path, format, modemLines } = this;
    if (isTcp(path)) return openTcp(path, readTcpAddress(path), this.stop.signal);
    return openSerial(path, format, modemLines);
  }

  /** Resolves once the line is closed, with the reason. */
  private async readUntilLost(line: OpenLine): Promise<Error> {
    const { signal } = this.stop;
    const { stream } = line;
    const end = () => line.end();
    signal.addEventListener('abort', end, { once: true });
    const stopWatching = isTcp(this.path) ? () => undefined : watchDevice(this.path, end);
    if (signal.aborted) {
      end();
    } else {
      this.line = line;
      this.listener.opened(line.flaw);
      stream.on('data', (chunk: Buffer) => {
        if (!signal.aborted) this.listener.bytes(chunk);
      });
    }
    const cause = await line.ended;
    this.line = undefined;
    stopWatching();
    signal.removeEventListener('abort', end);
    return lostError(this.path, cause);
  }
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
