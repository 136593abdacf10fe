import { readdirSync, readFileSync } from 'node:fs';

/** Often enough for a program that lives for a tenth of a second. */
const LOOK_MS = 10;

/** Looks at what every user of the machine can see of its programs: the arguments of each (Linux). */
export class CommandLines {
  private readonly seen = new Set<string>();
  private readonly timer = setInterval(() => this.look(), LOOK_MS).unref();

  /** @returns all that were seen since this was made, each once */
  stop(): string[] {
    clearInterval(this.timer);
    this.look();
    return [...this.seen];
  }

  private look(): void {
    for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
      try {
        this.seen.add(readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' '));
      } catch (error) {
        // It has ended meanwhile.
        if (!['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
      }
    }
  }
}
