import type { CollectionInfo } from 'mongodb';

/** What a collection is that can't keep each reading once, or none at all. */
export type UnfitKind = 'time-series' | 'capped' | 'view';

/**
 * @param info as `listCollections` gives it
 * @returns what makes a collection unfit for being written to by its documents' `_id`: in a time series that is not
 *   unique, so that what comes again is stored again; a capped one drops its oldest, and takes them again
 */
export function unfitKindOf({
  type,
  options,
}: Pick<CollectionInfo, 'type' | 'options'>): UnfitKind | undefined {
  if (type === 'timeseries' || options?.timeseries) return 'time-series';
  if (type === 'view' || options?.viewOn) return 'view';
  return options?.capped ? 'capped' : undefined;
}
