/**
 * The three protocols that a reading passes, put together: the outbox and its sending, Kafka with a consumer group's
 * commits, and the sink. It is small enough to try everything that may happen in any order, and it knows the rules by name,
 * so that each can be switched off to see what it is there for.
 */

/** What keeps the guarantee; docs/delivery.md tells of each. */
export const RULES = {
  doneWhenOnDisk: 'a message is done only when its record is on disk',
  gone: 'a record leaves the outbox only when the broker has acknowledged it',
  oneInFlight: 'one batch at a time is under way to a partition',
  confirmWhenStored: 'a record is confirmed only when it is stored',
  commitToGap: 'an offset is committed only up to the first record that is not confirmed',
  sameId: 'a reading is stored under the same id however often it comes',
} as const;
export type Rule = keyof typeof RULES;

/** What may happen. `pick` chooses among what there is at that moment, whatever its size. */
export type Action =
  | { kind: 'accept'; key: number }
  | { kind: 'flush' | 'edge-crash' | 'server-crash' }
  | { kind: 'send' | 'fetch' | 'commit' | 'rebalance'; partition: number }
  | { kind: 'deliver'; partition: number; pick: number; outcome: Outcome }
  | { kind: 'store'; partition: number; pick: number; outcome: Outcome }
  | { kind: 'confirm'; partition: number; pick: number };
/** Of a request: it arrives and is answered, is lost on its way, or only its answer is. */
export type Outcome = 'answered' | 'lost' | 'answer-lost';

export const PARTITIONS = 2;
const BATCH = 2;

interface Reading {
  id: number;
  key: number;
}
interface Batch {
  name: string;
  readings: Reading[];
}
/** Fetched, and not confirmed yet. */
interface Open extends Reading {
  offset: number;
  stored: boolean;
}

const each = <T>(make: (partition: number) => T): T[] =>
  Array.from({ length: PARTITIONS }, (_, partition) => make(partition));

export class DeliveryModel {
  /** readings whose message was done without an error */
  readonly accepted: Reading[] = [];
  /** the database: what was inserted, in that order */
  readonly stored: Reading[] = [];
  // What a crash of the edge leaves, and what it takes.
  private readonly outbox = each<Reading[]>(() => []);
  private inMemory: Reading[] = [];
  private underWay = each<Batch[]>(() => []);
  private session = 0;
  private batches = 0;
  // Kafka.
  private readonly log = each<Reading[]>(() => []);
  private readonly written = new Set<string>();
  private readonly committed = each(() => 0);
  // What a crash of the server takes.
  private position = each(() => 0);
  private open = each<Open[]>(() => []);
  private confirmedTo = each(() => 0);

  constructor(private readonly off?: Rule) {}

  do(action: Action): void {
    switch (action.kind) {
      case 'accept':
        return this.accept(action.key);
      case 'flush':
        return this.flush();
      case 'send':
        return this.send(action.partition);
      case 'deliver':
        return this.deliver(action.partition, action.pick, action.outcome);
      case 'edge-crash':
        this.inMemory = [];
        this.underWay = each(() => []);
        // Another producer id: the broker can't tell that it has seen a batch.
        this.session++;
        return;
      case 'fetch':
        return this.fetch(action.partition);
      case 'store':
        return this.store(action.partition, action.pick, action.outcome);
      case 'confirm':
        return this.confirm(action.partition, action.pick);
      case 'commit':
        return this.commit(action.partition);
      case 'rebalance':
        return this.begin(action.partition);
      case 'server-crash':
        for (let partition = 0; partition < PARTITIONS; partition++) this.begin(partition);
    }
  }

  /** Nothing is broken any more, for as long as it takes. */
  heal(): void {
    this.flush();
    for (let partition = 0; partition < PARTITIONS; partition++) {
      for (let left = this.outbox[partition]!.length + this.underWay[partition]!.length; left > 0; left--) {
        this.send(partition);
        this.deliver(partition, 0, 'answered');
      }
      for (let left = this.log[partition]!.length; left > 0; left--) {
        this.fetch(partition);
        for (let open = this.open[partition]!.length; open > 0; open--) this.store(partition, 0, 'answered');
        for (let open = this.open[partition]!.length; open > 0; open--) this.confirm(partition, 0);
        this.commit(partition);
      }
    }
  }

  /** @returns what is wrong with the guarantee at this moment; nothing is the answer that is wanted */
  violations(): string[] {
    const wrong: string[] = [];
    const ids = this.stored.map(({ id }) => id);
    if (new Set(ids).size < ids.length) wrong.push('stored twice');
    const newest = new Map<number, number>();
    for (const { id, key } of this.stored) {
      if (id < (newest.get(key) ?? -1)) wrong.push('out of order');
      newest.set(key, Math.max(id, newest.get(key) ?? -1));
    }
    for (const [partition, log] of this.log.entries()) {
      const passed = log.slice(0, this.committed[partition]);
      if (passed.some(({ id }) => !ids.includes(id))) wrong.push('committed and not stored');
    }
    return wrong;
  }

  /** @returns what was accepted and is not stored: only healing says whether it is lost */
  missing(): Reading[] {
    return this.accepted.filter(({ id }) => !this.stored.some((stored) => stored.id === id));
  }

  private holds(rule: Rule): boolean {
    return this.off !== rule;
  }

  private accept(key: number): void {
    const reading = { id: this.accepted.length, key };
    this.accepted.push(reading);
    this.inMemory.push(reading);
    if (this.holds('doneWhenOnDisk')) this.flush();
  }

  private flush(): void {
    for (const reading of this.inMemory.splice(0)) this.outbox[reading.key % PARTITIONS]!.push(reading);
  }

  private send(partition: number): void {
    const [outbox, underWay] = [this.outbox[partition]!, this.underWay[partition]!];
    if (this.holds('oneInFlight') && underWay.length > 0) return;
    const taken = this.holds('gone') ? underWay.flatMap(({ readings }) => readings).length : 0;
    const readings = outbox.slice(taken, taken + BATCH);
    if (readings.length === 0) return;
    if (!this.holds('gone')) outbox.splice(0, readings.length);
    underWay.push({ name: `${this.session}/${this.batches++}`, readings });
  }

  private deliver(partition: number, pick: number, outcome: Outcome): void {
    const underWay = this.underWay[partition]!;
    const batch = underWay[pick % Math.max(1, underWay.length)];
    if (!batch || outcome === 'lost') return;
    // Kafka takes the same batch of one producer id once.
    if (!this.written.has(batch.name)) this.log[partition]!.push(...batch.readings);
    this.written.add(batch.name);
    if (outcome === 'answer-lost') return;
    underWay.splice(underWay.indexOf(batch), 1);
    if (!this.holds('gone')) return;
    const outbox = this.outbox[partition]!;
    for (const { id } of batch.readings) {
      const index = outbox.findIndex((reading) => reading.id === id);
      if (index >= 0) outbox.splice(index, 1);
    }
  }

  private fetch(partition: number): void {
    const position = this.position[partition]!;
    const readings = this.log[partition]!.slice(position, position + BATCH);
    this.open[partition]!.push(
      ...readings.map((reading, index) => ({ ...reading, offset: position + index, stored: false })),
    );
    this.position[partition] = position + readings.length;
  }

  /** What a flow hands to the sink is in order for each key; those of other keys may be delayed on their way. */
  private store(partition: number, pick: number, outcome: Outcome): void {
    if (outcome === 'lost') return;
    const waiting = this.open[partition]!.filter(({ stored }) => !stored);
    const keys = [...new Set(waiting.map(({ key }) => key))];
    const key = keys[pick % Math.max(1, keys.length)];
    for (const reading of waiting.filter((each) => each.key === key).slice(0, BATCH)) {
      const known = this.stored.some(({ id }) => id === reading.id);
      if (!known || !this.holds('sameId')) this.stored.push({ id: reading.id, key: reading.key });
      if (outcome === 'answered') reading.stored = true;
    }
  }

  /** Confirmations come in any order: a flow may split, join and delay. */
  private confirm(partition: number, pick: number): void {
    const open = this.open[partition]!;
    const ready = open.filter(({ stored }) => stored || !this.holds('confirmWhenStored'));
    const reading = ready[pick % Math.max(1, ready.length)];
    if (!reading) return;
    open.splice(open.indexOf(reading), 1);
    this.confirmedTo[partition] = Math.max(this.confirmedTo[partition]!, reading.offset + 1);
  }

  private commit(partition: number): void {
    const [first] = this.open[partition]!;
    const safe = first
      ? Math.min(...this.open[partition]!.map(({ offset }) => offset))
      : this.position[partition]!;
    this.committed[partition] = this.holds('commitToGap') ? safe : this.confirmedTo[partition]!;
  }

  /** A partition is read by somebody anew. */
  private begin(partition: number): void {
    this.open[partition] = [];
    this.position[partition] = this.committed[partition]!;
    this.confirmedTo[partition] = this.committed[partition]!;
  }
}
