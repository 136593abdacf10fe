import { requireSet } from '../shared/unset-variable';
import { UserError } from '../shared/user-error';
import type { SinkSettings } from './sink';

/** The node's properties as the editor stores them. */
export interface SinkConfig {
  database: string;
  collection: string;
  nodesCollection: string;
  rejectedCollection: string;
  confirm: boolean;
  maxBatch: string | number;
}

/** MongoDB's limit on the number of operations in one command, less what the driver keeps for itself. */
const MAX_BATCH = 10_000;

/**
 * Checks the properties.
 * @throws UserError that names the property and its value
 */
export function sinkSettings(config: SinkConfig): SinkSettings {
  const settings = {
    collection: collectionName(config.collection, 'collection'),
    nodesCollection: collectionName(config.nodesCollection, 'nodesCollection'),
    rejectedCollection: collectionName(config.rejectedCollection, 'rejectedCollection'),
  };
  if (new Set(Object.values(settings)).size < 3) {
    throw new UserError('mongo-sink.errors.same-collection', settings);
  }
  return { ...settings, maxBatch: batchSize(config.maxBatch) };
}

function collectionName(value: string | undefined, field: string): string {
  const name = requireSet(value?.trim() ?? '', field, 'mongo-sink.errors.unset-variable');
  const allowed = /^[^$\0]{1,200}$/.test(name) && !/^\.|\.$|\.\.|^system\./.test(name);
  if (!allowed) throw new UserError('mongo-sink.errors.collection-name', { field, value: name });
  return name;
}

function batchSize(value: string | number | undefined): number {
  const size = Number(value === '' || value === undefined ? 500 : value);
  if (Number.isInteger(size) && size >= 1 && size <= MAX_BATCH) return size;
  throw new UserError('mongo-sink.errors.max-batch', { value: String(value), max: MAX_BATCH });
}
