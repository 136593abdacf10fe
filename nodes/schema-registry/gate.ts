/** Lets so many run at the same time; the others wait, first come, first served. */
export class Gate {
  private running = 0;
  private readonly waiting: (() => void)[] = [];

  constructor(private readonly most: number) {}

  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.running >= this.most) await new Promise<void>((resolve) => this.waiting.push(resolve));
    else this.running++;
    try {
      return await work();
    } finally {
      // The place goes on to the next.
      const next = this.waiting.shift();
      if (next) next();
      else this.running--;
    }
  }
}
