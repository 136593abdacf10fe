import type { IncomingRecord } from '../../kafka-cluster/types';
import { eachHeader } from '../../shared/record-headers';

/** What a record costs beside its bytes: its own objects and strings, and those of its message. */
const OBJECTS = 1_000;
/** Likewise a header. */
const HEADER = 150;

/** @returns about how much memory a record takes, in bytes: as it was fetched, and as what the flow makes of it */
export function memoryOf({ key, value, headers }: IncomingRecord): number {
  let bytes = OBJECTS + 2 * ((key?.length ?? 0) + (value?.length ?? 0));
  eachHeader(headers, (_name, value) => {
    bytes += HEADER + (value?.length ?? 0);
  });
  return bytes;
}
