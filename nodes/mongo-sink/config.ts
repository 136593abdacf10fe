import { requireSet } from '../shared/unset-variable';
import { summaryCollections } from '../shared/summary-chunks';
import { UserError, shorten } from '../shared/user-error';
import type { SinkSettings } from './sink';

/** The node's properties as the editor stores them. */
export interface SinkConfig {
  database: string;
  collection: string;
  nodesCollection: string;
  rejectedCollection: string;
  confirm: boolean;
  maxBatch: string | number;
  /** missing in a flow that an older version saved */
  summaries?: boolean;
  /** days; empty or 0: readings are kept */
  retention?: string | number;
}

/** Every write has a price of its own: at 500 readings a busy sink gets through half as many as at 2000. */
const DEFAULT_BATCH = 2_000;

/** MongoDB's limit on the number of operations in one command, less what the driver keeps for itself. */
const MAX_BATCH = 10_000;

/** An index that lets documents expire holds up to 2^31 seconds. */
const MAX_RETENTION = 20_000;

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
  const { marks, summaries } = summaryCollections(settings.collection);
  if (new Set([...Object.values(settings), marks, summaries]).size < 5) {
    throw new UserError('mongo-sink.errors.same-collection', { ...settings, marks, summaries });
  }
  return {
    ...settings,
    maxBatch: batchSize(config.maxBatch),
    summaries: config.summaries ?? true,
    retention: retentionDays(config.retention),
  };
}

function collectionName(value: string | undefined, field: string): string {
  const name = requireSet(value?.trim() ?? '', field, 'mongo-sink.errors.unset-variable');
  const allowed = /^[^$\0]{1,200}$/.test(name) && !/^\.|\.$|\.\.|^system\./.test(name);
  if (!allowed) throw new UserError('mongo-sink.errors.collection-name', { field, value: name });
  return name;
}

function batchSize(value: string | number | undefined): number {
  const size = Number(value === '' || value === undefined ? DEFAULT_BATCH : value);
  if (Number.isInteger(size) && size >= 1 && size <= MAX_BATCH) return size;
  throw new UserError('mongo-sink.errors.max-batch', { value: String(value), max: MAX_BATCH });
}

function retentionDays(value: string | number | undefined): number {
  const text = requireSet(String(value ?? '').trim(), 'retention', 'mongo-sink.errors.unset-variable');
  const days = Number(text);
  if (Number.isInteger(days) && days >= 0 && days <= MAX_RETENTION) return days;
  throw new UserError('mongo-sink.errors.retention', { value: shorten(text), max: MAX_RETENTION });
}
