import { readdirSync } from 'node:fs';
import path from 'node:path';
import type { NodeRed } from './node-red';

/** The folder in which the producers of a Node-RED keep their outboxes, one folder for each node. */
export function outboxFolder(nodeRed: NodeRed): string {
  return path.join(nodeRed.userDir, 'serial-kafka-mongo', 'outbox');
}

/** The files of all outboxes that hold records: LevelDB's tables and logs. */
export function outboxFiles(nodeRed: NodeRed): string[] {
  const folder = outboxFolder(nodeRed);
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.(ldb|log)$/.test(file))
    .map((file) => path.join(folder, file));
}
