import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { Outbox } from '../../../nodes/kafka-producer/outbox';
import type { OutboxEvents, OutboxOptions } from '../../../nodes/kafka-producer/outbox-options';
import { OutboxDisk, type DiskOperation } from '../../../nodes/kafka-producer/outbox-disk';
import { toRecord, type ProducerRecord, type RecordFields } from '../../../nodes/kafka-producer/record';
import type { Lane } from '../../../nodes/kafka-producer/lane';
import { BatchFiller } from '../../../nodes/kafka-producer/batch-size';

/** A record of a message with these fields, as the node would make it; on partition 0 of "t" if nothing else is said. */
export function record(fields: Partial<RecordFields> = {}, timestamp = Date.now()): ProducerRecord {
  const all = {
    payload: 'x',
    topic: 't',
    key: '',
    partition: 0,
    headers: '',
    readingId: undefined,
    messageId: 'm',
  };
  return toRecord({ ...all, ...fields }, timestamp, true);
}

/** What an outbox has reported. */
export interface Reports {
  dropped: [number, string][];
  damaged: (number | undefined)[];
  rescued: string[];
  problems: (Error | undefined)[];
}

/** An outbox in a temporary folder of its own, if none is given. */
export function openOutbox(options: Partial<OutboxOptions> = {}): { outbox: Outbox; reports: Reports } {
  const reports: Reports = { dropped: [], damaged: [], rescued: [], problems: [] };
  const events: OutboxEvents = {
    dropped: (count, reason) => reports.dropped.push([count, reason]),
    damaged: (count) => reports.damaged.push(count),
    rescued: ({ kind }) => reports.rescued.push(kind),
    problem: (error) => reports.problems.push(error),
  };
  const all: OutboxOptions = {
    directory: '',
    sync: false,
    maxBytes: 2 ** 30,
    maxAgeMs: Infinity,
    whenFull: 'refuse',
    ...options,
  };
  return { outbox: new Outbox(all, events), reports };
}

const folders: string[] = [];

/** A temporary folder, removed by removeFolders. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'outbox-'));
  folders.push(folder);
  return path.join(folder, 'outbox');
}

export function removeFolders(): void {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
}

export function put(outbox: Outbox, one: ProducerRecord): Promise<void> {
  return new Promise((resolve, reject) => {
    outbox.put(one, (error) => (error ? reject(error) : resolve()));
  });
}

/** Reads and retires everything, lane by lane, as a sender would. @returns the values by partition */
export async function drain(outbox: Outbox): Promise<Map<number, string[]>> {
  const values = new Map<number, string[]>();
  for (const lane of outbox.lanes) {
    const list = values.get(lane.partition) ?? [];
    for (let batch = await next(outbox, lane); batch.length > 0; batch = await next(outbox, lane)) {
      list.push(...batch.map((one) => String(one.value)));
      outbox.retire(lane, lane.inFlight);
    }
    values.set(lane.partition, list);
  }
  return values;
}

/** Takes the next records of a lane into flight. */
export async function next(outbox: Outbox, lane: Lane, count = 100): Promise<ProducerRecord[]> {
  if (!(await outbox.fill(lane))) return [];
  return lane.take(new BatchFiller(Infinity, count)).map((entry) => entry.record);
}

/** Waits until an outbox has opened its files. */
export function opened(reports: Reports): boolean {
  return reports.problems.length > 0 && reports.problems.at(-1) === undefined;
}

/** Makes every write fail until the returned function is called. */
function failWriting(write: (disk: OutboxDisk, operations: DiskOperation[]) => Promise<void>): () => void {
  const original = Object.getOwnPropertyDescriptor(OutboxDisk.prototype, 'write');
  assert.ok(original);
  OutboxDisk.prototype.write = async function (this: OutboxDisk, operations) {
    await write(this, operations);
    throw new Error('a failure made by the test');
  };
  return () => Object.defineProperty(OutboxDisk.prototype, 'write', original);
}

/** Nothing is written. */
export function failBeforeWriting(): () => void {
  return failWriting(() => Promise.resolve());
}

/** The worst kind: all is written, and only then an error. */
export function failAfterWriting(): () => void {
  const original = Object.getOwnPropertyDescriptor(OutboxDisk.prototype, 'write')
    ?.value as OutboxDisk['write'];
  return failWriting((disk, operations) => original.call(disk, operations, false));
}
