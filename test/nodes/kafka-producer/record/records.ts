import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { Outbox } from '../../../../nodes/kafka-producer/outbox/outbox';
import type { OutboxListener, OutboxOptions } from '../../../../nodes/kafka-producer/outbox/options';
import { OutboxDisk, type DiskOperation } from '../../../../nodes/kafka-producer/outbox/disk';
import { contentOf, type ProducerRecord } from '../../../../nodes/kafka-producer/record/entry';
import { toRecord, type RecordFields } from '../../../../nodes/kafka-producer/record/record';
import type { PartitionBuffer } from '../../../../nodes/kafka-producer/store/partition-buffer';
import { BatchFiller } from '../../../../nodes/kafka-producer/record/batch-size';

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
  const events: OutboxListener = {
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

/** Reads and retires everything, partition by partition, as a sender would. @returns the values by partition */
export async function drain(outbox: Outbox): Promise<Map<number, string[]>> {
  const values = new Map<number, string[]>();
  for (const buffer of outbox.buffers) {
    const list = values.get(buffer.partition) ?? [];
    for (let batch = await next(outbox, buffer); batch.length > 0; batch = await next(outbox, buffer)) {
      list.push(...batch.map((one) => String(contentOf(one).value)));
      outbox.retire(buffer, buffer.inFlight);
    }
    values.set(buffer.partition, list);
  }
  return values;
}

/** Takes the next records of a buffer into flight. */
export async function next(outbox: Outbox, buffer: PartitionBuffer, count = 100): Promise<ProducerRecord[]> {
  if (!(await outbox.fill(buffer))) return [];
  return buffer.take(new BatchFiller(Infinity, count)).map((entry) => entry.record);
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

/** Makes every reading fail until the returned function is called. */
export function failReading(): () => void {
  const original = Object.getOwnPropertyDescriptor(OutboxDisk.prototype, 'read');
  assert.ok(original);
  OutboxDisk.prototype.read = () => Promise.reject(new Error('a failure made by the test'));
  return () => Object.defineProperty(OutboxDisk.prototype, 'read', original);
}
