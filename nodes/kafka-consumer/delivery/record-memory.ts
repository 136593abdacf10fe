import type { IncomingRecord } from '../../kafka-cluster/types';
import { eachHeader } from '../../shared/record-headers';

/** What a record costs beside its bytes: its own objects and strings, and those of its message. */
const OBJECTS = 1_000;
/** Likewise a header. */
const HEADER = 150;

/**
 * @param memory what its key and value take as they were read
 * @returns how much that is more than memoryOf has reckoned with
 */
export function growthOf({ key, value }: IncomingRecord, memory: number): number {
  return Math.max(0, memory - OBJECTS - 2 * ((key?.length ?? 0) + (value?.length ?? 0)));
}

/** @returns about how much memory a record takes, in bytes: as it was fetched, and as what the flow makes of it */
export function memoryOf({ key, value, headers }: IncomingRecord): number {
  let bytes = OBJECTS + 2 * ((key?.length ?? 0) + (value?.length ?? 0));
  eachHeader(headers, (_name, value) => {
    bytes += HEADER + (value?.length ?? 0);
  });
  return bytes;
}
