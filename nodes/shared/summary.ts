/** Count, sum, least and greatest of numbers. */
export class Stat {
  constructor(
    public n = 0,
    public sum = 0,
    public min = Infinity,
    public max = -Infinity,
  ) {}

  add(value: number): void {
    this.n++;
    this.sum += value;
    if (value < this.min) this.min = value;
    if (value > this.max) this.max = value;
  }

  merge(other: Stat): void {
    this.n += other.n;
    this.sum += other.sum;
    if (other.min < this.min) this.min = other.min;
    if (other.max > this.max) this.max = other.max;
  }
}

/**
 * How a summary stands in the database: the number of readings, then for each variable of the document's list its n,
 * sum, min and max. Four nulls: no reading had this variable. n = 0: there was one, but never with a number.
 */
export type StoredCell = (number | null)[];

/** What a stretch of a node's readings comes to: their number, and the numbers of each variable. */
export class Summary {
  readings = 0;
  readonly variables = new Map<string, Stat>();

  /** The statistics of a variable, begun where it was not met before. */
  stat(name: string): Stat {
    let stat = this.variables.get(name);
    if (!stat) this.variables.set(name, (stat = new Stat()));
    return stat;
  }

  /** Takes a reading. @param values its variables; null where there is no number */
  add(values: Iterable<readonly [name: string, value: number | null]>): void {
    this.readings++;
    for (const [name, value] of values) {
      const stat = this.stat(name);
      if (value !== null) stat.add(value);
    }
  }

  merge(other: Summary): void {
    this.readings += other.readings;
    for (const [name, stat] of other.variables) this.stat(name).merge(stat);
  }

  /** @param names the document's list; variables that it lacks are left out */
  toCell(names: readonly string[]): StoredCell {
    const cell: StoredCell = [this.readings];
    for (const name of names) {
      const stat = this.variables.get(name);
      if (!stat) cell.push(null, null, null, null);
      else if (stat.n === 0) cell.push(0, 0, null, null);
      else cell.push(stat.n, stat.sum, stat.min, stat.max);
    }
    return cell;
  }

  /** @param names the document's list; it may have grown since the cell was written */
  static ofCell(cell: StoredCell, names: readonly string[]): Summary {
    const summary = new Summary();
    summary.readings = cell[0] ?? 0;
    for (const [i, name] of names.entries()) {
      const at = 1 + 4 * i;
      const n = cell[at];
      if (n === null || n === undefined) continue;
      const stat =
        n === 0
          ? new Stat()
          : new Stat(n, cell[at + 1] ?? 0, cell[at + 2] ?? Infinity, cell[at + 3] ?? -Infinity);
      summary.variables.set(name, stat);
    }
    return summary;
  }
}
