import { readText, readWholeNumber, type FieldValue } from '../shared/fields';
import { withTodaysNames } from '../shared/renamed-settings';
import { summaryCollections } from '../shared/summary-chunks';
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
  /** missing in a flow that an older version saved */
  summaries?: boolean;
  /** days; empty or 0: readings are kept */
  retentionDays?: string | number;
}

/** Every write has a price of its own: at 500 readings a busy sink gets through half as many as at 2000. */
const DEFAULT_BATCH = 2_000;

/** A batch stays in memory until it is stored. MongoDB itself takes 100,000 operations in one command. */
const MAX_BATCH = 10_000;

/** An index that lets documents expire holds up to 2^31 seconds. */
const MAX_RETENTION = 20_000;

const UNSET = 'mongo-sink.errors.unset-variable';

/**
 * Checks the properties.
 * @throws UserError that names the property and its value
 */
export function sinkSettings(saved: SinkConfig): SinkSettings {
  const config = withTodaysNames('mongo-sink', saved);
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
    retention: readRetention(config.retentionDays),
  };
}

function collectionName(value: string | undefined, field: string): string {
  const name = readText(value, field, UNSET);
  const allowed = /^[^$\0]{1,200}$/.test(name) && !/^\.|\.$|\.\.|^system\./.test(name);
  if (!allowed) throw new UserError('mongo-sink.errors.collection-name', { field, value: name });
  return name;
}

function batchSize(value: FieldValue): number {
  return readWholeNumber(
    readText(value, 'maxBatch', UNSET),
    { otherwise: DEFAULT_BATCH, min: 1, max: MAX_BATCH },
    (wrong) => new UserError('mongo-sink.errors.max-batch', { value: wrong, max: MAX_BATCH }),
  );
}

function readRetention(value: FieldValue): number {
  return readWholeNumber(
    readText(value, 'retentionDays', UNSET),
    { otherwise: 0, min: 0, max: MAX_RETENTION },
    (wrong) => new UserError('mongo-sink.errors.retention', { value: wrong, max: MAX_RETENTION }),
  );
}
