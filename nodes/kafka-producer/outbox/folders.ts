import { existsSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { UserError, shorten, toError } from '../../shared/user-error';
import { OutboxDisk } from './disk';
import { folderOf, nodeOf } from './place';
import type { ProducerRecord } from '../record/entry';
import { decodeRecord } from './record-codec';

/** An outbox that no node has, with the records in it. */
export interface OrphanedOutbox {
  /** the name of its folder: the id of the node that had it */
  folder: string;
  count: number;
}

/**
 * Looks for outboxes with records that nobody is going to send: their nodes were deleted, or imported with new ids. An
 * older version that ran in between has begun one of its own, which is such a one too.
 * @param root the folder that holds the outboxes
 * @param isKnown whether there is a node of this id
 * @param onUnreadable called for a folder that can't be looked into
 */
export async function findOrphans(
  root: string,
  isKnown: (node: string) => boolean,
  onUnreadable: (folder: string, error: Error) => void,
): Promise<OrphanedOutbox[]> {
  if (!existsSync(root)) return [];
  const orphans: OrphanedOutbox[] = [];
  const entries = await readdir(root, { withFileTypes: true });
  const folders = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  for (const folder of folders) {
    const isUsed = isKnown(nodeOf(folder)) && !folders.includes(folderOf(folder));
    // What was damaged beyond repair was set aside, and told then.
    if (isUsed || folder.includes('.damaged-')) continue;
    try {
      const count = await countRecords(path.join(root, folder));
      if (count > 0) orphans.push({ folder, count });
    } catch (error) {
      onUnreadable(folder, toError(error));
    }
  }
  return orphans;
}

/**
 * Moves all records of another outbox, each deleted there when it is safe here, and removes its folder. Cut off in the
 * middle, a few records may be in both.
 * @param put resolves when a record is stored
 * @returns how many records were moved
 * @throws UserError (a rejection) when there is no such outbox, or it is in use; the error of `put`
 */
export async function adoptOutbox(
  root: string,
  folder: unknown,
  put: (record: ProducerRecord) => Promise<void>,
): Promise<number> {
  const directory = directoryOf(root, folder);
  const { disk } = await OutboxDisk.open(directory).catch((cause: unknown) => {
    throw unusable(directory, toError(cause));
  });
  let moved = 0;
  let damage: Error | undefined;
  try {
    for await (const entries of disk.all()) {
      const waiting: { key: Buffer; stored: Promise<void> }[] = [];
      for (const { key, value, place } of entries) {
        try {
          const record = decodeRecord(value, key, place.topic, place.partition);
          waiting.push({ key, stored: put(record) });
        } catch (error) {
          damage = toError(error);
        }
      }
      await Promise.all(waiting.map(({ stored }) => stored));
      await disk.write(
        waiting.map(({ key }) => ({ type: 'del', key })),
        false,
      );
      moved += waiting.length;
    }
  } finally {
    await disk.close();
  }
  // What can't be read stays where it is.
  if (damage) throw unusable(directory, damage);
  await rm(directory, { recursive: true });
  return moved;
}

async function countRecords(directory: string): Promise<number> {
  const { disk } = await OutboxDisk.open(directory);
  let count = 0;
  try {
    for await (const entries of disk.all()) count += entries.length;
  } finally {
    await disk.close();
  }
  return count;
}

function directoryOf(root: string, folder: unknown): string {
  const isName = typeof folder === 'string' && /^[\w-]+$/.test(folder);
  if (!isName || !existsSync(path.join(root, folder)))
    throw new UserError('kafka-producer.errors.no-such-outbox', { value: shorten(folder), root });
  return path.join(root, folder);
}

function unusable(directory: string, cause: Error): UserError {
  const reason = (cause.cause instanceof Error ? cause.cause : cause).message;
  return new UserError('kafka-producer.errors.outbox', { directory, reason }, { cause });
}
