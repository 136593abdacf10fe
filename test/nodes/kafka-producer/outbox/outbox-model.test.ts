import assert from 'node:assert/strict';
import { cpSync, readdirSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import type { Outbox } from '../../../../nodes/kafka-producer/outbox/outbox';
import { contentOf } from '../../../../nodes/kafka-producer/record/entry';
import { UNASSIGNED } from '../../../../nodes/kafka-producer/record/partition';
import { until } from '../../../support/until';
import {
  failAfterWriting,
  failBeforeWriting,
  next,
  openOutbox,
  opened,
  put,
  record,
  removeFolders,
  temporaryFolder,
  type Reports,
} from '../record/records';

/** How many sequences of up to a hundred steps; more by hand. */
const RUNS = Number(process.env.MODEL_RUNS ?? 12);
/** So little that most records are on disk only. */
const MEMORY = { records: 20, bytes: 20_000 };

/** What an outbox has to do, without any of how: a list of values for each partition. */
class Model {
  /** stored and not acknowledged, by partition */
  readonly waiting = new Map<number, string[]>();
  /** acknowledged: may come back after a crash, but only those that were given back last */
  readonly acknowledged = new Map<number, string[]>();
  next = 0;

  of(map: Map<number, string[]>, partition: number): string[] {
    let list = map.get(partition);
    if (!list) map.set(partition, (list = []));
    return list;
  }
}

interface Real {
  outbox: Outbox;
  reports: Reports;
  directory: string;
}

type Command = fc.AsyncCommand<Model, Real>;

const always = (): boolean => true;

class Put implements Command {
  constructor(
    readonly partition: number,
    readonly count: number,
    readonly bytes: number,
  ) {}

  check = always;

  async run(model: Model, { outbox }: Real): Promise<void> {
    // Behind records whose partition is not known yet, a later one must not overtake them.
    const held = model.of(model.waiting, UNASSIGNED).length > 0;
    const target = held ? UNASSIGNED : this.partition;
    const stored = Array.from({ length: this.count }, () => {
      const value = String(model.next++).padEnd(this.bytes, '.');
      model.of(model.waiting, target).push(value);
      const one = record({ payload: value, key: String(this.partition), partition: '' });
      one.partition = this.partition;
      return put(outbox, one);
    });
    await Promise.all(stored);
  }

  toString(): string {
    return `put(${this.partition}, ${this.count} of ${this.bytes} bytes)`;
  }
}

/** A batch goes out and is acknowledged, or fails and is put back. */
class Send implements Command {
  constructor(
    readonly partition: number,
    readonly count: number,
    readonly fails: boolean,
  ) {}

  check = always;

  async run(model: Model, { outbox }: Real): Promise<void> {
    const buffer = [...outbox.buffers].find(({ partition }) => partition === this.partition);
    const expected = model.of(model.waiting, this.partition);
    if (!buffer) return assert.equal(expected.length, 0);
    const values = (await next(outbox, buffer, this.count)).map((one) => String(contentOf(one).value));
    assert.deepEqual(values, expected.slice(0, values.length));
    assert.equal(values.length > 0, expected.length > 0);
    if (this.fails) return buffer.putBack();
    outbox.retire(buffer, buffer.inFlight);
    model.of(model.acknowledged, this.partition).push(...expected.splice(0, values.length));
  }

  toString(): string {
    return `send(${this.partition}, ${this.count}${this.fails ? ', fails' : ''})`;
  }
}

/** The topic has become known. */
class Assign implements Command {
  check = always;

  async run(model: Model, { outbox }: Real): Promise<void> {
    const buffer = [...outbox.buffers].find(({ partition }) => partition === UNASSIGNED);
    if (!buffer) return;
    await outbox.assign(buffer, () => 0);
    model.of(model.waiting, 0).push(...model.of(model.waiting, UNASSIGNED).splice(0));
  }

  toString = (): string => 'assign';
}

/** The disk fails once: the record is refused, and must never be seen again. */
class FailedPut implements Command {
  constructor(
    readonly partition: number,
    readonly written: boolean,
  ) {}

  check = always;

  async run(_model: Model, { outbox, reports }: Real): Promise<void> {
    const before = reports.problems.length;
    const mended = this.written ? failAfterWriting() : failBeforeWriting();
    try {
      await assert.rejects(put(outbox, record({ payload: 'refused', partition: this.partition })));
    } finally {
      mended();
    }
    await until('the outbox to open again', () => reports.problems.length > before && opened(reports));
  }

  toString(): string {
    return `put(${this.partition}) on a disk that fails ${this.written ? 'after' : 'before'} writing`;
  }
}

class Restart implements Command {
  constructor(readonly crash: boolean) {}

  check = always;

  async run(model: Model, real: Real): Promise<void> {
    const old = real.outbox;
    if (this.crash) {
      // The files as they are while the outbox runs: what a killed process leaves behind.
      const copy = temporaryFolder();
      copyInOneState(real.directory, copy);
      real.directory = copy;
    }
    await old.close();
    const { outbox, reports } = openOutbox({ directory: real.directory, memory: MEMORY });
    real.outbox = outbox;
    real.reports = reports;
    await until('the outbox to open', () => opened(reports));
    if (this.crash) this.forgiveRepeats(model, outbox);
    assert.deepEqual(reports.damaged, []);
  }

  /** Acknowledged ones whose deletion had not reached the disk are there again, before those that wait. */
  private forgiveRepeats(model: Model, outbox: Outbox): void {
    for (const buffer of outbox.buffers) {
      const first = buffer.head && String(contentOf(buffer.head.record).value);
      if (first === undefined) continue;
      const waiting = model.of(model.waiting, buffer.partition);
      if (waiting[0] === first) continue;
      const acknowledged = model.of(model.acknowledged, buffer.partition);
      const at = acknowledged.lastIndexOf(first);
      assert.ok(at >= 0, `${first} was never stored in ${buffer.partition}`);
      waiting.unshift(...acknowledged.splice(at));
    }
  }

  toString(): string {
    return this.crash ? 'crash' : 'restart';
  }
}

describe('kafka-producer: outbox against a model', () => {
  after(removeFolders);

  it('never loses, invents or swaps a record, whatever happens in whatever order', async function () {
    this.timeout(RUNS * 20_000);
    const partition = fc.constantFrom(0, 1, UNASSIGNED);
    const commands = [
      fc
        .tuple(
          fc.constantFrom(1, UNASSIGNED),
          fc.integer({ min: 1, max: 3000 }),
          fc.constantFrom(1, 100, 5000),
        )
        .map(([p, count, bytes]) => new Put(p, Math.ceil(count / Math.sqrt(bytes)), bytes)),
      fc
        .tuple(partition, fc.integer({ min: 1, max: 150 }), fc.boolean())
        .map(([p, n, fails]) => new Send(p, n, fails)),
      fc.constant(new Assign()),
      fc.tuple(fc.constantFrom(0, 1), fc.boolean()).map(([p, written]) => new FailedPut(p, written)),
      fc.boolean().map((crash) => new Restart(crash)),
    ];
    await fc.assert(
      fc.asyncProperty(fc.commands(commands, { size: '+1' }), async (sequence) => {
        const directory = temporaryFolder();
        const { outbox, reports } = openOutbox({ directory, memory: MEMORY });
        await until('the outbox to open', () => opened(reports));
        const real: Real = { directory, outbox, reports };
        try {
          await fc.asyncModelRun(
            () => ({ model: new Model(), real }),
            [...sequence, new Restart(false), ...everything()],
          );
        } finally {
          await real.outbox.close();
        }
      }),
      { numRuns: RUNS, ...seed() },
    );
  });
});

/** All that waits has to come out in the end. */
function everything(): Command[] {
  return [0, 1, UNASSIGNED].map((p) => new SendAll(p));
}

class SendAll implements Command {
  constructor(readonly partition: number) {}

  check = always;

  async run(model: Model, real: Real): Promise<void> {
    while (model.of(model.waiting, this.partition).length > 0) {
      await new Send(this.partition, 1000, false).run(model, real);
    }
    await new Send(this.partition, 1, false).run(model, real);
  }

  toString(): string {
    return `send all of ${this.partition}`;
  }
}

/** LevelDB may be tidying up meanwhile: the copy counts only if no file has come, gone or grown. */
function copyInOneState(from: string, to: string): void {
  for (let before = listFiles(from); ; before = listFiles(from)) {
    rmSync(to, { recursive: true, force: true });
    try {
      cpSync(from, to, { recursive: true });
    } catch {
      // A file went away while it was copied.
      continue;
    }
    if (listFiles(from) === before) return;
  }
}

function listFiles(directory: string): string {
  return readdirSync(directory)
    .map((file) => `${file} ${statSync(path.join(directory, file), { throwIfNoEntry: false })?.size}`)
    .join();
}

/** A failure prints its seed; MODEL_SEED repeats it. */
function seed(): { seed?: number } {
  const { MODEL_SEED } = process.env;
  return MODEL_SEED === undefined ? {} : { seed: Number(MODEL_SEED) };
}
