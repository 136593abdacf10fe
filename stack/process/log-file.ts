import { createWriteStream, existsSync, mkdirSync, renameSync, statSync, type WriteStream } from 'node:fs';
import path from 'node:path';

/** Bytes after which a log file is set aside as `<file>.1` and begun anew. */
const MAX_BYTES = 5 * 1024 * 1024;

/** A text file that lines are added to, bounded to about twice 5 MB on disk. */
export class LogFile {
  private stream: WriteStream;
  private bytes: number;

  constructor(private readonly file: string) {
    mkdirSync(path.dirname(file), { recursive: true });
    this.bytes = existsSync(file) ? statSync(file).size : 0;
    this.stream = this.open();
  }

  write(line: string): void {
    if (this.bytes > MAX_BYTES) {
      this.stream.end();
      renameSync(this.file, `${this.file}.1`);
      this.bytes = 0;
      this.stream = this.open();
    }
    this.bytes += Buffer.byteLength(line) + 1;
    this.stream.write(`${line}\n`);
  }

  close(): void {
    this.stream.end();
  }

  private open(): WriteStream {
    const stream = createWriteStream(this.file, { flags: 'a' });
    stream.on('error', (error) => process.emitWarning(`cannot write ${this.file}: ${error.message}`));
    return stream;
  }
}
