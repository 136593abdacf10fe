/**
 * What our nodes count, for whoever watches this process from outside. Nobody does by default: then a count costs one
 * comparison. Names follow Prometheus: a unit at the end, `_total` for what only grows.
 */

/** What only grows since the node was started. */
export type CountName =
  | 'serial_readings_total'
  | 'serial_rejected_lines_total'
  | 'produced_records_total'
  | 'refused_records_total'
  | 'consumed_records_total'
  | 'set_aside_records_total'
  | 'stored_readings_total'
  | 'already_stored_readings_total'
  | 'rejected_readings_total'
  | 'store_retries_total';

/** What goes up and down. */
export type GaugeName =
  | 'outbox_records'
  | 'outbox_bytes'
  | 'outbox_oldest_age_seconds'
  | 'outbox_refused_records'
  | 'consumer_lag_records'
  | 'consumer_unconfirmed_records'
  | 'consumer_overdue_records'
  | 'consumer_assigned_partitions'
  | 'store_waiting_readings';

/** Of a bounded number of values each: a reason's name, a topic that the node reads, a partition. */
export type Labels = Readonly<Record<string, string>>;

export interface Measure<Name = CountName | GaugeName> {
  name: Name;
  value: number;
  labels?: Labels;
}

/** Somebody who watches. */
export interface Meter {
  /** a reading was stored so many seconds after it was read from its line */
  stored(seconds: number): void;
}

let meter: Meter | undefined;

/** From now on is counted; to be called before the nodes are made. */
export function watchWith(watcher: Meter | undefined): void {
  meter = watcher;
}

/** @returns whether anybody watches: what is only for them need not be worked out */
export function isWatched(): boolean {
  return meter !== undefined;
}

/** @param seconds from the reading of the line to its being stored */
export function measureStored(seconds: number): void {
  meter?.stored(seconds);
}

const nodes = new Set<NodeMeasures>();

/** What one node counts, while it runs. */
export class NodeMeasures {
  private readonly counts = new Map<string, Measure<CountName>>();
  private readGauges: () => Measure<GaugeName>[] = () => [];

  constructor(
    readonly type: string,
    readonly id: string,
  ) {
    if (meter) nodes.add(this);
  }

  count(name: CountName, amount = 1, label?: { reason: string }): void {
    if (!meter || amount === 0) return;
    const key = label ? `${name} ${label.reason}` : name;
    const known = this.counts.get(key);
    if (known) known.value += amount;
    else this.counts.set(key, { name, value: amount, ...(label ? { labels: label } : {}) });
  }

  /** @param read gives what stands now, each time somebody looks */
  gauges(read: () => Measure<GaugeName>[]): void {
    this.readGauges = read;
  }

  all(): { counts: Measure<CountName>[]; gauges: Measure<GaugeName>[] } {
    return { counts: [...this.counts.values()], gauges: this.readGauges() };
  }

  end(): void {
    nodes.delete(this);
  }
}

/** @returns the nodes of this process that are watched */
export function measuredNodes(): readonly NodeMeasures[] {
  return [...nodes];
}
