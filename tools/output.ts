/** Where the lines of a running program go: to the terminal at once, or later, when it is their turn. */
export class Output {
  private held: Buffer[] | undefined;

  /** @param held true: keep everything until `release` is called */
  constructor(held = false) {
    if (held) this.held = [];
  }

  write(chunk: Buffer): void {
    if (this.held) this.held.push(chunk);
    else process.stdout.write(chunk);
  }

  /** Shows what was kept; from now on everything is shown at once. */
  release(): void {
    const held = this.held ?? [];
    this.held = undefined;
    for (const chunk of held) process.stdout.write(chunk);
  }
}
