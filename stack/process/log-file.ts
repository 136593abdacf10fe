import { createWriteStream, mkdirSync, openSync, renameSync, statSync, type WriteStream } from 'node:fs';
import path from 'node:path';

/** Bytes after which a log file is set aside as `<file>.1` and begun anew. */
const MAX_BYTES = 5 * 1024 * 1024;

/** So long a file that could not be written to is left alone: a full disk does not get room by being asked for it. */
const AGAIN_MS = 1_000;

/**
 * A text file that lines are added to, bounded to about twice 5 MB on disk. A log is no reason to end for what it tells of:
 * lines that can't be written are lost, and later ones are written again once they can be.
 */
export class LogFile {
  private stream: WriteStream | undefined;
  private bytes = 0;
  /** as performance.now() counts */
  private failedAt = -Infinity;
  private isFailing = false;

  constructor(private readonly file: string) {
    mkdirSync(path.dirname(file), { recursive: true });
    this.bytes = sizeOf(file);
    this.stream = this.open();
  }

  write(line: string): void {
    if (this.bytes > MAX_BYTES) this.setAside();
    this.stream ??= this.openAgain();
    this.bytes += Buffer.byteLength(line) + 1;
    this.stream?.write(`${line}\n`, (error) => {
      if (!error) this.isFailing = false;
    });
  }

  close(): void {
    this.stream?.end();
  }

  private setAside(): void {
    this.stream?.end();
    this.stream = undefined;
    this.bytes = 0;
    try {
      renameSync(this.file, `${this.file}.1`);
    } catch (error) {
      // Somebody has removed it: there is nothing to set aside, and the next line begins it anew.
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') this.failed(error as Error);
    }
  }

  private openAgain(): WriteStream | undefined {
    if (performance.now() - this.failedAt < AGAIN_MS) return undefined;
    try {
      mkdirSync(path.dirname(this.file), { recursive: true });
    } catch (error) {
      this.failed(error as Error);
      return undefined;
    }
    return this.open();
  }

  private open(): WriteStream | undefined {
    let stream: WriteStream;
    try {
      // At once: it may be full, and set aside, before a stream has opened it by itself.
      stream = createWriteStream(this.file, { fd: openSync(this.file, 'a') });
    } catch (error) {
      this.failed(error as Error);
      return undefined;
    }
    stream.on('error', (error) => {
      if (this.stream === stream) this.stream = undefined;
      this.failed(error);
    });
    return stream;
  }

  /** Said once, until something can be written again. */
  private failed({ message }: Error): void {
    this.failedAt = performance.now();
    if (!this.isFailing) process.emitWarning(`cannot write ${this.file}: ${message}`);
    this.isFailing = true;
  }
}

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}
